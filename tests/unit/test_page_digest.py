"""The digest by which a page is known again: one for one answer, another for any other, and no relation shows."""

from __future__ import annotations

from zetkin_sync.privacy import page_digester

KEY = b"k" * 40
PAGE = b'{"data":[{"id":1,"first_name":"Mira"}]}'


def test_the_same_answer_has_the_same_digest_in_every_process() -> None:
    assert page_digester(KEY)(PAGE) == page_digester(KEY)(PAGE)
    assert page_digester(KEY)(PAGE).hex() == "1641d645022cbf19fc2e0bf1cc68692c"


def test_one_bit_anywhere_a_byte_more_or_another_key_make_another_digest() -> None:
    digest = page_digester(KEY)
    flipped = (
        PAGE[:at] + bytes([PAGE[at] ^ 1 << bit]) + PAGE[at + 1 :]
        for at in range(len(PAGE))
        for bit in range(8)
    )
    others = {digest(page) for page in flipped} | {digest(page) for page in (b"", PAGE + b"\0", PAGE * 2)}
    assert len(others) == 8 * len(PAGE) + 3
    assert digest(PAGE) not in others
    assert page_digester(b"l" * 40)(PAGE) != digest(PAGE)


def test_no_relation_between_pages_shows_in_their_digests() -> None:
    """GHASH alone is linear: the same difference in two pages would be the same difference in their tags."""
    digest = page_digester(KEY)
    a, b, c = (digest(bytes([x]) * 16) for x in (0, 1, 2))
    d = digest(bytes([3]) * 16)  # 0 ^ 1 = 2 ^ 3
    assert bytes(x ^ y for x, y in zip(a, b, strict=True)) != bytes(x ^ y for x, y in zip(c, d, strict=True))
    assert len(a) == 16

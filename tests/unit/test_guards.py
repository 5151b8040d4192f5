"""Small guards at the edges: where calls may go, what wording may hold, which files may keep a secret."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from zetkin_sync import outbound, wording
from zetkin_sync.errors import ConfigError, Permanent
from zetkin_sync.privacy import decrypt, encrypt, key_id
from zetkin_sync.settings import Settings, read_secret, read_settings


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "172.16.0.1",
        "0.0.0.0",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "100.64.0.1",
    ],
)
def test_a_strangers_address_inside_the_network_is_refused(address: str) -> None:
    with pytest.raises(Permanent):
        outbound.check_public(
            "https://sns.eu-north-1.amazonaws.com/x.pem", resolve=lambda *_: ["52.94.5.1", address]
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://host.example/",
        "https://user@host.example/",
        "https://u:p@host.example/",
        "https://host.example:8443/",
        "file:///etc/passwd",
        "https:///x",
        "gopher://host.example/",
    ],
)
def test_a_strangers_url_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(Permanent):
        outbound.check_public(url, resolve=lambda *_: ["52.94.5.1"])


def test_a_public_host_is_let_through_and_one_that_is_not_there_is_not() -> None:
    outbound.check_public(
        "https://sns.eu-north-1.amazonaws.com/x.pem", resolve=lambda *_: ["52.94.5.1", "2a05:d000::1"]
    )

    def fails(host: str, port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(Permanent):
        outbound.check_public("https://nobody.invalid/x.pem", resolve=fails)
    with pytest.raises(Permanent):
        outbound.check_public("https://nobody.invalid/x.pem", resolve=lambda *_: [])


@pytest.mark.parametrize(
    "text",
    [
        "{types.__class__}",
        "{types[0]}",
        "{types!r}",
        "{types:>99999999}",
        "{0}",
        "{}",
        "{other}",
        "{types",
        "types}",
        "{types.__init__.__globals__}",
        "{{types}} {settings.key}",
    ],
)
def test_wording_that_reaches_further_is_refused(text: str) -> None:
    assert wording.refused(text, ("types",)) is not None
    with pytest.raises(ValueError, match=r"filled in|curly"):
        wording.fill(text, {"types": "Torgmöte"})


def test_wording_is_filled_once() -> None:
    assert (
        wording.fill("Kan du hjälpa till? {types} {{x}}", {"types": "{secret}"})
        == "Kan du hjälpa till? {secret} {x}"
    )


def test_a_secrets_file_that_others_may_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    path.write_text("s" * 40 + "\n")
    monkeypatch.delenv("ZETKIN_SYNC_HASH_KEY", raising=False)
    monkeypatch.setenv("ZETKIN_SYNC_HASH_KEY_FILE", str(path))
    path.chmod(0o600)
    assert read_settings().key == b"s" * 40
    for mode in (0o604, 0o640, 0o644):
        path.chmod(mode)
        with pytest.raises(ConfigError, match="read by others"):
            read_settings()
    path.unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings()


def test_credentials_of_the_service_manager_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ZETKIN_SYNC_HASH_KEY").write_text("c" * 40)
    (tmp_path / "ZETKIN_SYNC_HASH_KEY").chmod(0o440)  # systemd shows an ACL for the service's user like this
    monkeypatch.delenv("ZETKIN_SYNC_HASH_KEY", raising=False)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_settings().key == b"c" * 40
    (tmp_path / "ZETKIN_SYNC_HASH_KEY").chmod(0o444)
    with pytest.raises(ConfigError, match="read by others"):
        read_settings()


def test_no_secret_shows_in_repr_or_a_dump() -> None:
    secrets = {
        name: "zqkanarie-secret" * 3
        for name, field in Settings.model_fields.items()
        if "SecretStr" in str(field.annotation)
    }
    assert len(secrets) >= 8
    settings = Settings.model_validate(secrets)
    assert "zqkanarie" not in repr(settings) + str(settings) + settings.model_dump_json() + str(
        settings.model_dump()
    )


def test_a_secret_on_a_wrong_setting_is_not_repeated_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZETKIN_SYNC_ZETKIN_TRIES", "zqkanarie")
    with pytest.raises(ConfigError) as raised:
        read_settings()
    assert "zqkanarie" not in str(raised.value) + repr(raised.value.problems)


def test_an_encrypted_value_survives_a_new_key_and_cannot_be_moved_or_changed() -> None:
    old, new = b"o" * 32, b"n" * 32
    sealed = encrypt(old, "token", place="web_session.token.1")
    assert sealed.startswith(key_id(old)) and "token" not in sealed
    assert sealed != encrypt(old, "token", place="web_session.token.1")
    assert decrypt((new, old), sealed, place="web_session.token.1") == "token"
    renewed = encrypt(
        new, decrypt((new, old), sealed, place="web_session.token.1"), place="web_session.token.1"
    )
    assert decrypt((new,), renewed, place="web_session.token.1") == "token"
    changed = sealed[:-1] + ("0" if sealed[-1] != "0" else "1")
    for keys, value, place in (
        ((new,), sealed, "web_session.token.1"),
        ((old,), sealed, "web_session.token.2"),
        ((old,), changed, "web_session.token.1"),
        ((old,), "nonsense", "web_session.token.1"),
    ):
        with pytest.raises(ConfigError):
            decrypt(keys, value, place=place)


def test_a_secret_file_is_stripped_of_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("secret\n")
    path.chmod(0o400)
    assert read_secret(path) == "secret"

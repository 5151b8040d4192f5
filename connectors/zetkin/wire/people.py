"""People, tags, fields, officials, lists and the organization tree, as far as they may be read.

An email address becomes its keyed hash here, a membership number too, a phone number and a street become yes
or no; nothing of them leaves this module.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from connectors.zetkin.wire.shapes import Id, Ref, Row, Rows, Titled, envelope, filled, id_of, listing
from zetkin_sync.errors import ConfigError, Problem
from zetkin_sync.language import Message, say
from zetkin_sync.privacy import address_hasher, text_hasher

Text = str | int | float | None  # old data holds numbers where text belongs

_HANDLED = {
    "id": say("it is read always"),
    "is_user": say("it is read always"),
    "email": say("it is kept as a keyed hash only"),
    "phone": say("only whether there is one is kept"),
    "alt_phone": say("only whether there is one is kept"),
    "street_address": say("only whether there is one is kept"),
    "co_address": say("only whether there is one is kept"),
    "zip_code": say("it is read always, as postcode"),
    "ext_id": say("it is kept as a keyed hash only"),
    "first_name": say("names are never stored; a page fetches them when it shows them"),
    "last_name": say("names are never stored; a page fetches them when it shows them"),
    "city": say("the postcode says where a person lives"),
    "country": say("the postcode says where a person lives"),
    "gender": say("nothing here may be decided by gender"),
}
_REFUSED: tuple[tuple[tuple[str, ...], Message], ...] = (
    (
        (
            "personnummer",
            "personnr",
            "pnr",
            "ssn",
            "socialsecurity",
            "samordningsnummer",
            "fodelse",
            "födelse",
            "birth",
        ),
        say("a personal identity number is not needed for any goal"),
    ),
    (("gender", "kon", "kön", "pronomen", "pronoun"), say("nothing here may be decided by gender")),
    (
        ("fack", "union", "lokalavdelning"),
        say("union membership is a special category of its own (GDPR art. 9)"),
    ),
    (
        (
            "religio",
            "etnic",
            "ethnic",
            "halsa",
            "hälsa",
            "health",
            "sjuk",
            "diagnos",
            "sexual",
            "laggning",
            "läggning",
        ),
        say("it is a special category of personal data (GDPR art. 9)"),
    ),
    (
        ("note", "notes", "anteckning", "kommentar", "comment", "fritext", "ovrigt", "övrigt"),
        say("free text about a person is never stored"),
    ),
)
_WHOLE_WORDS = {"kon", "kön", "pnr", "ssn", "note", "notes", "union"}  # short: only as a word of their own


def why_refused(slug: str) -> Message | None:
    """Why a person's field is never read, or None when the configuration may name it."""
    name = slug.strip().lower()
    if name in _HANDLED:
        return _HANDLED[name]
    words = set(name.replace("-", "_").split("_"))
    for parts, reason in _REFUSED:
        for part in parts:
            if part in words or (part not in _WHOLE_WORDS and part in name.replace("_", "").replace("-", "")):
                return reason
    return None


def check_fields(slugs: Collection[str]) -> None:
    """Refuse, all at once and by name, person fields that are never read. Raises ConfigError."""
    problems = tuple(
        Problem(file="config/", key=slug, wrong=reason, allowed=say("leave it out"))
        for slug in slugs
        if (reason := why_refused(slug)) is not None
    )
    if problems:
        raise ConfigError(
            say("The configuration asks for fields of people that are never read."), problems=problems
        )


def postcode(text: Text) -> str | None:
    """A Swedish postcode as five digits, or None when it is not one."""
    if text is None:
        return None
    if isinstance(text, str) and len(text) == 5 and text.isascii() and text.isdigit():
        return text
    bare = str(text).upper().replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace("-", "")
    bare = bare.removeprefix("SE").removeprefix("S")
    return bare if len(bare) == 5 and bare.isascii() and bare.isdigit() else None


def people(
    key: bytes, fields: Collection[str], *, hash_address: Callable[[str], bytes] | None = None
) -> Rows:
    """A list of people; `fields` are the slugs of the custom fields that the configuration allows.

    `hash_address` is the address hasher of the key; another while the key is being changed.
    """
    check_fields(fields)
    slugs = tuple(sorted(set(fields)))
    wire: Any = msgspec.defstruct(
        "Person",
        [
            ("id", Id),
            ("email", Text, None),
            ("ext_id", Text, None),
            ("phone", Text, None),
            ("alt_phone", Text, None),
            ("street_address", Text, None),
            ("zip_code", Text, None),
            ("is_user", bool | None, None),
            *((f"field{n}", Any, msgspec.field(name=slug, default=None)) for n, slug in enumerate(slugs)),
        ],
        gc=False,
    )
    hash_address, hash_text = hash_address or address_hasher(key), text_hasher(key)
    values = _values(slugs)

    def row(p: Any) -> Row:
        email, number, street = p.email, p.ext_id, p.street_address
        code = postcode(p.zip_code)
        return (
            p.id,
            hash_address(str(email)) if email and filled(str(email)) else None,
            hash_text(str(number).strip()) if number and filled(str(number)) else None,
            bool(p.phone or p.alt_phone),
            bool(street) and code is not None,
            code,
            p.is_user is True,
            values(p) if slugs else None,
        )

    return listing(wire, row)


def _values(slugs: tuple[str, ...]) -> Callable[[Any], str | None]:
    names = tuple((f"field{n}", slug) for n, slug in enumerate(slugs))
    encode = msgspec.json.Encoder(order="sorted").encode

    def values(p: Any) -> str | None:
        found = {slug: value for name, slug in names if (value := getattr(p, name)) not in (None, "")}
        return encode(found).decode() if found else None

    return values


class _Field(msgspec.Struct, gc=False):
    id: Id
    slug: str
    type: str
    title: str = ""


class _Tag(msgspec.Struct, gc=False):
    id: Id
    title: str
    organization: Ref
    group: Titled | None = None
    value_type: str | None = None


class _Official(msgspec.Struct, gc=False):
    id: Id
    role: str


class _View(msgspec.Struct, gc=False):
    id: Id
    title: str
    folder: Titled | None = None
    content_query: Ref | None = None


class _Organization(msgspec.Struct):
    id: Id
    title: str
    is_active: bool = True
    email: str | None = None
    sub_orgs: list[_Organization] = []


fields = listing(_Field, lambda f: (f.id, f.slug, f.type, f.title))
tags = listing(
    _Tag,
    lambda t: (
        t.id,
        t.title,
        id_of(t.group),
        t.group.title if t.group else None,
        t.value_type,
        t.organization.id,
    ),
)
officials = listing(_Official, lambda o: (o.id, o.role))
views = listing(
    _View, lambda v: (v.id, v.title, v.folder.title if v.folder else None, v.content_query is not None)
)
_one_organization = envelope(_Organization).decode
_organizations = envelope(list[_Organization]).decode


def tree(root: bytes, below: bytes) -> list[Row]:
    """The organization tree, its root first: from /orgs/{o} and /orgs/{o}/sub_organizations?recursive."""
    top: _Organization = _one_organization(root).data
    top.sub_orgs = _organizations(below).data
    rows: dict[int, Row] = {}
    order: list[tuple[_Organization, int | None]] = [(top, None)]
    while order:
        one, parent = order.pop()
        rows.setdefault(one.id, (one.id, parent, one.title, one.is_active, filled(one.email)))
        order += [(sub, one.id) for sub in reversed(one.sub_orgs) if sub.id not in rows]
    return list(rows.values())


def email_of(organization: bytes) -> str | None:
    """An organization's own address, for sending; it is not stored."""
    address = _one_organization(organization).data.email
    return address.strip() if filled(address) else None


def ids(body: bytes) -> list[int]:
    """Only the ids of a list."""
    return [one.id for one in _ids(body).data]


_ids = envelope(list[Ref]).decode
_person_tags_type = msgspec.defstruct("PersonTag", [("id", Id), ("value", Text, None)], gc=False)
_person_tags = envelope(list[_person_tags_type]).decode  # type: ignore[valid-type]


def tag_value(body: bytes, tag: int) -> str | None:
    """The value that one person's tag carries, from the person's tags."""
    for applied in _person_tags(body).data:
        if applied.id == tag:
            return None if applied.value is None else str(applied.value)
    return None

"""At least five thousand cases a parser and run: what strangers send is read or refused, and nothing else happens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.registers import premises
from connectors.zetkin.wire import people
from connectors.zetkin.wire.shapes import understood
from tests.fuzz.targets import DECODERS, KEY, TARGETS, register
from zetkin_sync.configuration import Schedule
from zetkin_sync.configuration.actions import Actions
from zetkin_sync.configuration.bounces import BounceRules
from zetkin_sync.configuration.district import District
from zetkin_sync.configuration.people import Recipients
from zetkin_sync.configuration.reading import checked, read_toml
from zetkin_sync.configuration.retention import Retention
from zetkin_sync.errors import Problem, Trouble

quick = settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
text = st.text(max_size=12)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | text
    | st.sampled_from(["2026-01-01T10:00:00+00:00", "1e999", "\ud800"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=3,
)
KEYS = st.sampled_from(
    [
        "id",
        "email",
        "phone",
        "zip_code",
        "ext_id",
        "is_user",
        "title",
        "start_time",
        "end_time",
        "activity",
        "campaign",
        "location",
        "organization",
        "person",
        "contact",
        "lat",
        "lng",
        "published",
        "cancelled",
        "tag",
        "value",
        "group",
        "parent",
        "data",
        "state",
        "created",
        "updated",
        "target",
        "stats",
        "num_targets",
    ]
)
rows = st.dictionaries(KEYS, anything, max_size=4)


@quick
@given(
    name=st.sampled_from(sorted(DECODERS)), data=st.lists(rows, max_size=2) | anything, cut=st.integers(0, 40)
)
def test_an_answer_of_zetkins_is_understood_or_refused(name: str, data: Any, cut: int) -> None:
    body = json.dumps({"data": data}).encode("utf-8", "surrogatepass")
    body = body[: len(body) - cut] if cut < 20 else body
    try:
        found = understood(DECODERS[name], body, endpoint="GET x")
    except Trouble as trouble:
        assert "GET x" in str(trouble.what)
    else:
        assert found is None or isinstance(found, list | dict | str)


def test_what_is_not_allowed_is_gone_with_the_answer() -> None:
    """Two hundred other fields, among them those that may never be kept: none of their values comes through."""
    forbidden = [
        "personnummer",
        "union",
        "gender",
        "notes",
        "first_name",
        "last_name",
        "birth_date",
        "street_address",
    ]
    extra = {name: f"zqkanarie {name}" for name in [*forbidden, *(f"field_{n}" for n in range(192))]}
    person = {
        "id": 5,
        "email": "zqkanarie@zqkanarie.example",
        "phone": "+46701740699",
        "ext_id": "zqkanarie",
        **extra,
    }
    found = people.people(KEY, ("medlem_sedan",))(
        json.dumps({"data": [{**person, "medlem_sedan": "2020-01-01"}]}).encode()
    )
    assert len(found) == 1
    assert "zqkanarie" not in repr(found).lower() and "70174" not in repr(found)
    assert "2020-01-01" in repr(found)


@pytest.mark.parametrize("slug", ["personnummer", "kön", "facklig", "union_member", "birthdate"])
def test_a_field_that_may_never_be_kept_cannot_be_configured(slug: str) -> None:
    with pytest.raises(Trouble):
        people.check_fields([slug])


@quick
@given(
    cells=st.lists(
        st.lists(
            st.text(max_size=8) | st.sampled_from(["ja", "=1+1", '"', ";", "2026-02-30", "\0", "1e400"]),
            max_size=5,
        ),
        max_size=3,
    ),
    separator=st.sampled_from([";", ",", "\t", "|"]),
)
def test_a_spreadsheet_is_read_or_refused(cells: list[list[str]], separator: str) -> None:
    head = separator.join(column.headings[0] for column in premises.COLUMNS)
    data = "\n".join([head, *(separator.join(line) for line in cells)]).encode("utf-8", "replace")
    found, errors = premises.read(data, "a.csv")
    assert isinstance(errors, list)
    assert all(len(row) > 0 for row in map(repr, found))


@settings(quick, max_examples=500)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_spreadsheet_or_refused(raw: bytes) -> None:
    register(raw)
    register(b"x" + raw)


MODELS = {
    "district": District,
    "schedule": Schedule,
    "actions": Actions,
    "recipients": Recipients,
    "bounces": BounceRules,
    "retention": Retention,
}
TABLES: dict[str, dict[str, Any]] = {
    name: read_toml(Path("config") / f"{name}.toml", []) or {} for name in MODELS
}


@quick
@given(
    name=st.sampled_from(sorted(MODELS)),
    spoiled=st.lists(st.tuples(st.integers(0, 50), anything), max_size=3),
    new=st.dictionaries(text, anything, max_size=2),
)
def test_a_configuration_is_right_or_says_where_it_is_not(
    name: str, spoiled: list[tuple[int, Any]], new: dict[str, Any]
) -> None:
    data = json.loads(json.dumps(TABLES[name], default=str))
    for place, value in spoiled:
        _spoil(data, place, value)
    problems: list[Problem] = []
    model = checked(MODELS[name], {**data, **new}, file=f"{name}.toml", problems=problems)
    assert (model is None) == bool(problems)
    assert all(p.file == f"{name}.toml" and str(p.wrong) for p in problems)


def _spoil(data: Any, place: int, value: Any) -> None:
    """Replace one of the values, somewhere."""
    names = list(data) if isinstance(data, dict) else list(range(len(data)))
    if not names:
        return
    name = names[place % len(names)]
    inner = data[name]
    if isinstance(inner, dict | list) and inner and place > len(names):
        _spoil(inner, place // 2, value)
    else:
        data[name] = value


@settings(quick, max_examples=1000)
@given(raw=st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
def test_a_file_is_toml_or_says_so(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "spoiled.toml"
    path.write_bytes(raw)
    problems: list[Problem] = []
    assert (read_toml(path, problems) is None) == bool(problems)


@quick
@given(
    which=st.sampled_from([b"p", b"b", b"m", b"n", b"s", b"a", b"A"]),
    body=st.binary(max_size=120) | rows.map(lambda r: json.dumps(r).encode("utf-8", "replace")),
)
def test_a_call_to_a_webhook_is_read_or_refused(which: bytes, body: bytes) -> None:
    TARGETS["webhook"](which + body)

"""What a run came to has words: no count reaches a person under the name that the ledger keeps it by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from zetkin_sync.bounces.reachability import State
from zetkin_sync.bounces.verdict import Kind
from zetkin_sync.language import Language, say
from zetkin_sync.records import GoalState, IntentState, MailState, Mirror
from zetkin_sync.reports.counts import count_name
from zetkin_sync.store.retention import RULES

SV = Language("sv")
COUNTING = ("jobs", "zetkin_sync/intake", "zetkin_sync/apply", "zetkin_sync/mail")
WITHIN = {"to_judge", "repeated", "busy", "withdrawn", "unmatched_people"}  # taken out, or not of a run


def counted() -> Iterator[str]:
    """Every name that the code counts by, and those that it makes from closed sets."""
    for folder in COUNTING:
        for path in Path(folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            yield from re.findall(r"counts\[\"(\w+)\"\]", text)
            yield from re.findall(r"_counted\(\"(\w+)\"", text)
            for call in re.findall(r"(?:Counter|counts\.update)\(([^(){}]*)\)", text):
                yield from re.findall(r"(\w+)=", call)
            for literal in re.findall(r"(?:counts=|counts = |_ALWAYS = )[({]([^)}]*)[)}]", text):
                yield from re.findall(r"\"(\w+)\"", literal)
    yield from (r.mirrored.resource for r in Mirror.__subclasses__())
    yield from (rule.table for rule in RULES)
    yield from (str(each) for closed in (IntentState, Kind) for each in closed)
    yield from (f"now_{state}" for state in State)
    yield from (f"goals_{state}" for state in GoalState)
    yield from (str(s) for s in MailState if s is not MailState.SENDING and s is not MailState.RETURNED)


def test_every_count_has_swedish_words() -> None:
    names = set(counted()) - WITHIN
    assert {"people_erased", "probes_sent", "organizations_failed", "dry", "left_network", "already"} <= names
    known = SV.translations._catalog  # type: ignore[attr-defined]
    bare = {n for n in names if (word := count_name(n, {})).text == "{name}" or word.text not in known}
    assert bare == set()


def test_counts_of_actions_name_the_action() -> None:
    titles = {"mark_unreachable": say("yes"), "other": None}
    said = [
        SV.say(count_name(f"{kind}_{action}", titles)) for kind in ("changes", "emails") for action in titles
    ]
    assert said == [
        "föreslagna ändringar: ja",
        "föreslagna ändringar: other",
        "föreslagna mejl: ja",
        "föreslagna mejl: other",
    ]

"""The whole loop, as a newcomer sees it, and what it leaves behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from zetkin_sync.demo import loop
from zetkin_sync.records import MailKind
from zetkin_sync.reports.readers import USUAL

SMALL = {"people": 300, "seed": 3, "associations": 6, "months": 14}


class Walked:
    """A finished demo: its summary, its folder, and every person as Zetkin knows them."""

    def __init__(self, out: Path, *, capsys_err: str = "") -> None:
        self.out = out
        with loop.started(out, **SMALL) as demo:  # type: ignore[arg-type]
            self.told: list[str] = []
            loop.walk(demo, watch=lambda *_: None, tell=lambda m: self.told.append(str(m)))
            self.people: list[dict[str, Any]] = [
                p for rows in demo.operator.truth("people").values() for p in rows
            ]
        self.summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))

    def mails(self) -> Iterator[Any]:
        for path in sorted((self.out / "mail").glob("*.eml")):
            yield message_from_bytes(path.read_bytes(), policy=default)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    return Walked(tmp_path_factory.mktemp("demo"))


def test_everything_is_pulled_planned_applied_and_then_there_is_nothing_left_to_do(walked: Walked) -> None:
    summary = walked.summary
    assert summary["rows"]["people"] > SMALL["people"]
    assert summary["plans_applied"] >= 1
    assert summary["changes_applied"] == sum(n for p in summary["plans"] for n in p["changes"].values())
    assert summary["next_plan_changes"] == 0


def test_a_callout_is_planned_explained_approved_sent_answered_and_its_effect_told(walked: Walked) -> None:
    callout = walked.summary["callout"]
    assert callout["emails"] == callout["emails_sent"] >= 1
    assert 0.5 < callout["share_of_bound"] <= 1
    assert callout["why_asked"].startswith("Tillfrågas om")
    assert callout["why_not_asked"]
    effect = callout["effect"]
    assert effect["asked"] == effect["messages"] == callout["people"] >= effect["signed_up"] >= effect["came"]
    assert effect["signed_up"] >= 1


def test_the_association_that_cannot_be_read_is_named_everywhere_and_stops_nobody(walked: Walked) -> None:
    assert walked.summary["failed"] == ["Partiföreningen Salem"]
    assert any("Salem" in why for p in walked.summary["plans"] for why in p["left_out"])
    office = next(m for m in walked.mails() if m["To"].addresses[0].username == "expeditionen")
    assert "Salem" in office.get_body(("plain",)).get_content()


def test_mails_are_written_and_can_be_read_back(walked: Walked) -> None:
    mails = list(walked.mails())
    assert len(mails) == walked.summary["mails"] >= 1
    for mail in mails:
        assert len(" ".join(mail["Subject"].split())) <= 70  # where a header was folded, a blank may be two
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail.get_body(("html",)).get_content_charset() == "utf-8"
        assert mail.get_body(("plain",)) is not None


def test_one_of_each_kind_of_mail_lies_there_in_both_languages_beside_an_index_page(walked: Walked) -> None:
    folder = walked.out / "mail"
    linked = set(re.findall(r'href="([^"]+)"', (folder / "index.html").read_text(encoding="utf-8")))
    assert all((folder / name).stat().st_size > 500 for name in linked)
    for kind in {*chain(*USUAL.values()), MailKind.QUIET}:
        for code in ("sv", "en"):
            for form in ("html", "txt"):
                assert [n for n in linked if re.fullmatch(rf"{kind}-[a-z_]+-{code}\.{form}", n)], (kind, code)


def test_the_mailbox_makes_cases_a_restored_member_and_an_alert_about_our_own_sending(walked: Walked) -> None:
    bounces = walked.summary["bounces"]
    assert bounces["mails"] > 60
    assert bounces["cases_opened"] == bounces["cases_open"] + bounces["restored"]
    assert bounces["restored"] >= 5  # fewer would be hidden in the office's mail
    assert any("SPF" in alert for alert in bounces["alerts"])
    tagged = next(p for p in walked.summary["plans"] if p["action"] == "mark_unreachable")
    assert tagged["changes"]["tag"] == bounces["cases_open"]


def test_the_office_reads_who_is_reached_again_and_what_fails_on_our_side(walked: Walked) -> None:
    office = next(m for m in walked.mails() if "expeditionen" in m["To"] and " v. " in f" {m['Subject']}")
    words = " ".join(office.get_body(("plain",)).get_content().split())
    bounces = walked.summary["bounces"]
    assert f"{bounces['restored']} medlemmar går att nå igen." in words
    assert f"{bounces['cases_open']} medlemmar går inte att nå med mejl." in words
    assert all(alert in words for alert in bounces["alerts"])


def test_a_second_demo_gives_the_same_summary(walked: Walked, tmp_path: Path) -> None:
    again = Walked(tmp_path / "again").summary
    assert {**again, "seconds": None} == {**walked.summary, "seconds": None}


def test_no_name_address_or_number_of_anybody_is_left_behind(walked: Walked) -> None:
    """Everything that the demo wrote, searched for everything that tells who a person is."""
    text = ""
    for path in sorted(walked.out.rglob("*")):
        if path.is_file():
            text += path.read_bytes().decode("utf-8", "replace") + "\n"
    found = set()
    for person in walked.people:
        secrets = [
            f"{person['first_name']} {person['last_name']}",
            person["email"],
            person["phone"],
            person["street_address"],
            person["ext_id"],
        ]
        found.update(s for s in secrets if s and s in text)
    assert len(walked.people) >= SMALL["people"]
    assert not found


def test_the_search_for_secrets_can_fail(walked: Walked) -> None:
    person = next(p for p in walked.people if p["email"])
    planted = walked.out / "planted.txt"
    planted.write_text(person["email"], encoding="utf-8")
    try:
        with pytest.raises(AssertionError):
            test_no_name_address_or_number_of_anybody_is_left_behind(walked)
    finally:
        planted.unlink()


def test_the_mail_links_to_no_person(walked: Walked) -> None:
    for mail in walked.mails():
        html = mail.get_body(("html",)).get_content()
        links = re.findall(r'href="([^"]*)"', html)
        assert links
        assert not [link for link in links if re.search(r"/(people|person)/", link)]

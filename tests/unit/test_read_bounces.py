"""What becomes of the mails in the bounce mailbox: states, cases, restored members, alerts."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.bounce_mails import mail, report, row, text
from tests.bounce_world import KEY, NORR, ROOT, VARD, ListedMailbox, World
from zetkin_sync.bounces.figures import reach
from zetkin_sync.bounces.tokens import make_token, return_path
from zetkin_sync.configuration.bounces import BounceRules
from zetkin_sync.errors import OutcomeUnknown, Permanent, Temporary
from zetkin_sync.language import from_json, say
from zetkin_sync.ports import FoundMail
from zetkin_sync.records import EmailBlocked, RunState
from zetkin_sync.reports import observing
from zetkin_sync.store import cases as stored_cases
from zetkin_sync.store import facts
from zetkin_sync.store.engine import Store

ANNA = "anna@exempel.example"
SENDING = {"sending": {"domains": ["forening.example"]}}


@pytest.fixture
def world(sqlite_store: Store) -> World:
    made = World(sqlite_store, rules_file=BounceRules.model_validate(SENDING))
    made.mailboxes["mailbox"] = ListedMailbox()
    made.member(ANNA)
    return made


def dead(address: str = ANNA, *, identity: str = "r1", **more: str) -> bytes:
    return report(row(address, said=f"550 5.1.1 <{address}>: User unknown"), identity=identity, **more)


def tokened(world: World, address: str, *, delivery: int = 7) -> str:
    token = make_token(KEY.encode(), delivery=delivery, recipient=world.hash(address), day=world.now.date())
    return return_path(token, domain="studs.forening.example")


def gone(world: World, address: str = ANNA) -> None:
    """Two returned reports three days apart."""
    world.run(dead(address, identity="a"))
    world.passes(days=3)
    world.run(dead(address, identity="b"))


def test_a_returned_report_makes_an_address_doubtful_and_a_second_one_unreachable(world: World) -> None:
    outcome = world.run(dead(identity="a"))
    assert outcome.state is RunState.OK
    assert (outcome.counts["hard"], outcome.counts["new"], world.state(ANNA)) == (1, 1, "doubtful")
    world.passes(days=3)
    outcome = world.run(dead(identity="b"))
    assert (outcome.counts["cases_opened"], world.state(ANNA)) == (1, "unreachable")


def test_one_report_with_our_token_is_enough(world: World) -> None:
    world.run(dead(to=tokened(world, ANNA)))
    assert world.state(ANNA) == "unreachable"


def test_a_token_leads_to_the_member_when_the_report_names_where_the_mail_was_forwarded(world: World) -> None:
    world.run(dead("nagon.annan@annat.example", to=tokened(world, ANNA)))
    assert world.state(ANNA) == "unreachable"


def test_a_token_covers_its_own_member_only(world: World) -> None:
    world.member("bo@exempel.example")
    both = report(row() + row("bo@exempel.example"), to=tokened(world, ANNA))
    world.run(both)
    assert (world.state(ANNA), world.state("bo@exempel.example")) == ("unreachable", "unknown")


def test_a_forged_report_that_names_many_members_flags_nobody(world: World) -> None:
    for n in range(300):
        world.member(f"m{n}@exempel.example")
    strange = "From: bluff@annat.example\nMessage-ID: <x@annat.example>\nTo: m1@exempel.example\n"
    for day in range(3):
        world.run(
            report(
                "".join(row(f"m{n}@exempel.example") for n in range(300)),
                returned=strange,
                identity=f"f{day}",
            )
        )
        world.passes(days=4)
    assert world.events() == 900  # recorded, never scored
    assert world.states() == {}
    assert world.cases() == []


def test_the_same_report_counts_once_however_often_it_comes(world: World) -> None:
    outcome = world.run(dead(), dead(), dead())
    assert (outcome.counts["new"], outcome.counts["known_before"], world.events()) == (1, 2, 1)


def test_an_address_that_matches_nobody_is_counted_and_not_kept(world: World) -> None:
    outcome = world.run(dead("okand@annat.example"))
    assert (outcome.counts["unmatched"], world.events(), world.states()) == (1, 0, {})


def test_our_own_addresses_are_never_a_members(world: World) -> None:
    world.rules_file = BounceRules.model_validate({**SENDING, "own_addresses": [ANNA]})
    outcome = world.run(dead(to=tokened(world, ANNA)))
    assert (outcome.counts["own"], world.events()) == (1, 0)


def test_an_automatic_answer_and_a_delay_touch_nobody(world: World) -> None:
    outcome = world.run(
        text("Jag har semester.\n", sender=ANNA, subject="Autosvar: Kallelse"),
        report(row(action="delayed", status="4.4.1")),
    )
    assert (outcome.counts["autoreply"], outcome.counts["delay"], world.events()) == (1, 1, 0)


def test_the_case_goes_to_the_members_own_association(world: World) -> None:
    world.member("bo@exempel.example", organizations=(ROOT, VARD, NORR))
    world.member("cilla@exempel.example", organizations=(ROOT,))
    for address in (ANNA, "bo@exempel.example", "cilla@exempel.example"):
        gone(world, address)
    assert [c.organization for c in world.cases()] == [NORR, NORR, ROOT]


def test_a_changed_address_closes_the_case_and_restores_the_member(world: World) -> None:
    gone(world)
    world.changes_address(1000, "anna.ny@exempel.example")
    outcome = world.run()
    assert (outcome.counts["cases_closed"], outcome.counts["restored"]) == (1, 1)
    assert [c.outcome for c in world.cases(opened_only=False)] == ["address_changed"]


def test_an_address_that_is_taken_away_solves_nothing(world: World) -> None:
    gone(world)
    world.changes_address(1000, None)
    world.run()
    assert len(world.cases()) == 1


def test_a_new_address_that_fails_too_is_a_new_case(world: World) -> None:
    gone(world)
    world.changes_address(1000, "anna.ny@exempel.example")
    world.run(dead("anna.ny@exempel.example", to=tokened(world, "anna.ny@exempel.example")))
    assert [c.outcome for c in world.cases(opened_only=False)] == ["address_changed", None]


def test_a_member_who_has_left_closes_the_case_without_being_restored(world: World) -> None:
    gone(world)
    world.leaves(1000)
    outcome = world.run()
    assert (outcome.counts["cases_closed"], outcome.counts["restored"]) == (1, 0)


def test_a_case_that_a_person_closed_is_not_opened_again_for_the_same_address(world: World) -> None:
    gone(world)
    number = world.cases()[0].id
    stored_cases.agree_other_channel(world.store, district=ROOT, case=number, who="42", now=world.now)
    assert world.run().counts["cases_opened"] == 0


def test_evidence_that_grew_old_withdraws_the_case(world: World) -> None:
    gone(world)
    world.passes(days=200)
    world.run()
    assert world.state(ANNA) == "unknown"
    assert [c.outcome for c in world.cases(opened_only=False)] == ["withdrawn"]


def test_an_address_that_several_members_share_is_for_a_person(world: World) -> None:
    world.member(ANNA, person=2000)
    gone(world)
    assert world.cases() == []
    assert [a.kind for a in world.alerts()] == ["shared"]


def spf(address: str, n: int) -> bytes:
    said = "550 5.7.26 Unauthenticated email from forening.example is not accepted due to DMARC policy"
    return report(row(address, status="5.7.26", said=said), identity=f"spf{n}")


def test_our_own_mistake_is_an_alert_and_nobodys_case(world: World) -> None:
    for n in range(41):
        world.member(f"m{n}@outlook.com")
    world.run(*(spf(f"m{n}@outlook.com", n) for n in range(41)))
    alerts = {a.kind: a for a in world.alerts()}
    assert alerts["refused"].count == 41
    assert "41 members at outlook.com" in str(from_json(alerts["refused"].what))
    assert world.states() == {}
    assert "frozen" in alerts


def test_a_wave_of_our_own_mistakes_withdraws_what_was_judged_in_it(world: World) -> None:
    world.run(dead(to=tokened(world, ANNA)))
    assert world.state(ANNA) == "unreachable"
    for n in range(20):
        world.member(f"m{n}@outlook.com")
    world.run(*(report(row(f"m{n}@outlook.com", status="5.7.26", said="550 5.7.26 SPF check failed"), to=tokened(world, f"m{n}@outlook.com"), identity=f"s{n}") for n in range(20)))  # fmt: skip
    assert world.state(ANNA) == "unknown"
    assert [c.outcome for c in world.cases(opened_only=False)] == ["withdrawn"]


def test_an_alert_closes_when_it_is_no_longer_seen(world: World) -> None:
    for n in range(6):
        world.member(f"m{n}@outlook.com")
    world.run(*(spf(f"m{n}@outlook.com", n) for n in range(6)))
    assert world.alerts()
    world.passes(days=15)
    assert world.run().counts["alerts_closed"] == 2
    assert world.alerts() == []


def test_a_poisoned_mail_is_set_aside_and_the_rest_goes_on(world: World) -> None:
    broken = FoundMail("7", b"", None, say("The server does not give this mail out."))
    outcome = world.run(broken, dead())
    assert (outcome.counts["set_aside"], outcome.counts["new"]) == (1, 1)
    assert [a.kind for a in world.alerts()] == ["unreadable"]


def test_a_mailbox_that_breaks_off_keeps_what_was_read_and_does_not_hold_up_the_others(world: World) -> None:
    world.member("bo@exempel.example")
    box = world.mailboxes["mailbox"]
    box.fails_after = (1, Temporary(say("The mailbox breaks off again and again.")))
    world.mailboxes["mailbox_two"] = ListedMailbox([dead("bo@exempel.example", identity="x")])
    outcome = world.run(dead(), dead(identity="later"))
    assert outcome.state is RunState.PARTIAL
    assert (outcome.counts["mails"], world.events()) == (2, 2)
    box.fails_after = None
    assert world.run().counts["mails"] == 1


def test_only_reports_are_handed_on_to_be_moved(world: World) -> None:
    world.run(dead(), text("Hej, jag undrar.\n", sender="medlem@exempel.example", subject="Fråga"))
    assert world.mailboxes["mailbox"].settled == ["0"]


def test_no_address_subject_or_word_of_a_mail_touches_the_disk(world: World, tmp_path: Path) -> None:
    canary = mail(
        "Content-Type: text/plain; charset=utf-8\n\n<anna@exempel.example>:\nkanariefågel-i-texten 550 5.1.1 user unknown\n",
        subject="Undeliverable: kanariefågel-i-ämnet",
        to="studs-kanarie@forening.example",
    )
    world.run(canary, dead("okand-kanarie@annat.example"), dead())
    world.store.close()
    disk = b"".join(p.read_bytes() for p in tmp_path.iterdir() if p.is_file())
    for word in ("kanarie", "anna@", "exempel.example", "User unknown", "studs"):
        assert word.encode() not in disk, word


# -- probes

PROBES = {
    **SENDING,
    "probe": {"return_domain": "studs.forening.example", "address": [{"address": "info@forening.se", "unit": "Norrort", "to_test_mailbox": True}]},
}  # fmt: skip


@pytest.fixture
def probing(world: World) -> World:
    world.rules_file = BounceRules.model_validate(PROBES)
    return world


def arrived(world: World) -> bytes:
    return world.mailer.mails[-1][0].as_bytes()


def test_a_probe_goes_out_once_on_its_weekday(probing: World) -> None:
    assert probing.run().counts["probes_sent"] == 1
    assert probing.run().counts["probes_sent"] == 0
    probing.passes(days=1)
    assert probing.run().counts["probes_sent"] == 0
    probing.passes(days=6)
    assert probing.run().counts["probes_sent"] == 1
    assert {to for _, _, to in probing.mailer.mails} == {"info@forening.se"}


def test_a_probe_that_comes_to_the_test_mailbox_is_answered(probing: World) -> None:
    probing.run()
    probing.run(arrived(probing))
    probing.passes(days=3)
    probing.run()
    assert probing.alerts() == []
    assert probed(probing) == {NORR: True}


def test_silence_alarms_the_office(probing: World) -> None:
    probing.run()
    probing.passes(hours=47)
    probing.run()
    assert probing.alerts() == []
    probing.passes(hours=2)
    probing.run()
    assert [str(from_json(a.what)) for a in probing.alerts()] == [
        "A mail to the public address of Norrort did not arrive."
    ]
    assert probed(probing) == {NORR: False}


def test_a_probe_that_comes_back_alarms_at_once_and_touches_no_member(probing: World) -> None:
    probing.member("info@forening.se")
    probing.run()
    envelope = probing.mailer.mails[0][1]
    probing.run(report(row("info@forening.se", said="552 5.2.2 Mailbox full", status="5.2.2"), to=envelope))
    assert [a.kind for a in probing.alerts()] == ["probe"]
    assert "The mailbox is full." in str(from_json(probing.alerts()[0].what))
    assert probing.states() == {}


def test_without_a_copy_to_the_test_mailbox_silence_means_nothing(probing: World) -> None:
    probing.rules_file = BounceRules.model_validate({"probe": {"address": [{"address": "info@forening.se"}]}})
    probing.run()
    probing.passes(days=5)
    probing.run()
    assert probing.alerts() == []


def test_a_probe_that_did_not_leave_is_tried_again(probing: World) -> None:
    probing.mailer.refuses = Temporary(say("The mail server does not answer."))
    outcome = probing.run()
    assert (outcome.state, outcome.counts["probes_sent"]) == (RunState.PARTIAL, 0)
    probing.mailer.refuses = None
    assert probing.run().counts["probes_sent"] == 1


def test_a_probe_that_the_server_refuses_has_come_back(probing: World) -> None:
    probing.mailer.refuses = Permanent(say("The mail server refused the recipient."))
    probing.run()
    assert [a.kind for a in probing.alerts()] == ["probe"]


def test_a_probe_of_which_nobody_knows_is_not_sent_again(probing: World) -> None:
    probing.mailer.refuses = OutcomeUnknown(say("Nobody knows."))
    probing.run()
    probing.mailer.refuses = None
    assert probing.run().counts["probes_sent"] == 0


def test_placeholders_are_not_written_to(world: World) -> None:
    world.rules_file = BounceRules.model_validate(
        {"probe": {"address": [{"address": "info@distriktet.example"}]}}
    )
    world.run()
    assert world.mailer.mails == []


def probed(world: World) -> dict[int | None, bool]:
    kinds = world.configuration.kinds
    known = facts.load(
        world.store, district=ROOT, kinds=kinds, zone=world.configuration.district.zone, now=world.now
    )
    return {r.unit: r.values["delivered"] for r in known.registers["probes"].rows}


# -- facts


def test_the_facts_say_who_is_not_reached_and_what_became_of_cases(world: World) -> None:
    def load() -> facts.Facts:
        zone = world.configuration.district.zone
        return facts.load(
            world.store, district=ROOT, kinds=world.configuration.kinds, zone=zone, now=world.now
        )

    world.mailboxes.clear()
    assert load().unreachable is None
    world.mailboxes["mailbox"] = ListedMailbox()
    gone(world)
    found = load()
    assert found.unreachable == {1000}
    assert found.reach is not None
    assert (found.reach[1000].state, found.reach[1000].unit) == ("unreachable", NORR)
    assert [(c.unit, c.closed) for c in found.cases or ()] == [(NORR, None)]
    world.changes_address(1000, "ny@exempel.example")
    world.run()
    found = load()
    assert found.unreachable == frozenset()
    assert [c.how for c in found.cases or ()] == ["address_changed"]


def test_a_batch_is_one_transaction_and_the_cursor_moves_with_it(world: World) -> None:
    world.rules_file = BounceRules.model_validate({**SENDING, "batch": 2})
    outcome = world.run(*(dead(identity=f"i{n}") for n in range(5)))
    assert (outcome.counts["mails"], len(world.steps)) == (5, 3)


def test_whom_zetkin_sends_nothing_to_is_told_apart_from_who_is_known_to_be_dead(world: World) -> None:
    blocked, dead_too = world.member("bo@exempel.example"), world.people[ANNA]
    with world.store.writing() as session:
        for person in (blocked, dead_too):
            session.add(EmailBlocked(district=ROOT, organization=ROOT, person=person))
    gone(world)
    found = facts.load(world.store, district=ROOT, kinds={}, zone=ZoneInfo("Europe/Stockholm"))
    assert found.blocked == {blocked, dead_too}
    assert found.reach is not None
    assert (
        reach(found.people, dict(found.reach), blocked=found.blocked).blocked == 1
    )  # of Anna the reason is known
    assert observing.reach(found, since=world.now.date())[ROOT].blocked == 1

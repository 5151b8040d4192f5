"""An email's life in the simulator: draft, target, lock, schedule, processed (API.md §4.13, §3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.contract import schemas as schema
from tests.contract.simulated import ROOT, Zetkin, simulated

EMAILS = f"/orgs/{ROOT}/emails"


@pytest.fixture
def zetkin() -> Iterator[Zetkin]:
    with simulated() as running:
        yield running


def drafted(zetkin: Zetkin, spec: list[dict[str, Any]] | None = None) -> schema.Email:
    """A draft aimed at everybody, or at those the search finds."""
    made = zetkin.post(EMAILS, schema.Email, {"title": "Letter", "subject": "Hi"})
    assert made.target is not None
    assert made.target.filter_spec == []
    wanted = spec or [{"op": "add", "type": "all", "config": {}}]
    zetkin.patch(f"/orgs/{ROOT}/people/queries/{made.target.id}", schema.Query, {"filter_spec": wanted})
    return made


def stats(zetkin: Zetkin, email: int) -> schema.EmailStats:
    return zetkin.get(f"{EMAILS}/{email}/stats", schema.EmailStats)


def scheduled(zetkin: Zetkin, *, minutes: int) -> str:
    return (zetkin.clock() + timedelta(minutes=minutes)).isoformat()


def test_a_draft_has_the_default_sender_and_reaches_nobody(zetkin: Zetkin) -> None:
    made = zetkin.post(EMAILS, schema.Email, {"title": "Letter"})
    assert made.config is not None
    assert (made.locked, made.published, made.processed) == (None, None, None)
    assert stats(zetkin, made.id).num_target_matches == 0
    zetkin.ask("POST", EMAILS, schema.Error, status=400, json={"subject": "no title"})
    zetkin.ask("POST", EMAILS, schema.Error, status=400, json={"title": "A", "published": "2026-12-01"})


def test_locking_freezes_the_recipients(zetkin: Zetkin) -> None:
    made = drafted(zetkin)
    locked = zetkin.patch(f"{EMAILS}/{made.id}", schema.Email, {"locked": True})
    assert locked.locked is not None  # written as a boolean, read as a time
    before = stats(zetkin, made.id)
    assert before.num_locked_targets == before.num_target_matches
    zetkin.post(f"/orgs/{ROOT}/people", schema.DistrictPerson, {"first_name": "New", "last_name": "One"})
    after = stats(zetkin, made.id)
    assert (after.num_locked_targets, after.num_target_matches) == (
        before.num_locked_targets,
        before.num_target_matches + 1,
    )
    assert zetkin.patch(f"{EMAILS}/{made.id}", schema.Email, {"locked": False}).locked is None
    assert stats(zetkin, made.id).num_locked_targets is None


def test_blocked_people_are_counted_by_reason_and_get_nothing(zetkin: Zetkin) -> None:
    made = drafted(zetkin)
    zetkin.patch(f"{EMAILS}/{made.id}", schema.Email, {"locked": True})
    blocked = stats(zetkin, made.id).num_blocked
    assert min(blocked.blacklisted, blocked.no_email, blocked.unsubscribed) > 0
    assert blocked.any <= blocked.blacklisted + blocked.no_email + blocked.unsubscribed
    zetkin.patch(f"{EMAILS}/{made.id}", schema.Email, {"published": scheduled(zetkin, minutes=0)})
    zetkin.later(60)
    sent = stats(zetkin, made.id)
    assert sent.num_locked_targets is not None
    assert sent.num_sent == sent.num_locked_targets - sent.num_blocked.any


def test_a_scheduled_email_is_sent_at_its_time_and_processed_after_it(zetkin: Zetkin) -> None:
    made = drafted(zetkin)
    path = f"{EMAILS}/{made.id}"
    zetkin.patch(path, schema.Email, {"locked": True})
    zetkin.patch(path, schema.Email, {"published": scheduled(zetkin, minutes=10)})
    zetkin.later(599)
    assert zetkin.get(f"{path}/recipients", list[schema.EmailRecipient]) == []
    zetkin.later(1)
    assert {r.status for r in zetkin.get(f"{path}/recipients", list[schema.EmailRecipient])} == {"pending"}
    assert zetkin.get(path, schema.Email).processed is None
    zetkin.later(30)
    assert zetkin.get(path, schema.Email).processed is not None
    assert {r.status for r in zetkin.get(f"{path}/recipients", list[schema.EmailRecipient])} == {"sent"}


def test_a_scheduled_email_cannot_be_unlocked_but_taken_back(zetkin: Zetkin) -> None:
    made = drafted(zetkin)
    path = f"{EMAILS}/{made.id}"
    zetkin.patch(path, schema.Email, {"locked": True})
    zetkin.patch(path, schema.Email, {"published": scheduled(zetkin, minutes=10)})
    refused = zetkin.ask("PATCH", path, schema.Error, status=409, json={"locked": False})
    assert refused.error.title == "Cannot lock or unlock a scheduled email"
    assert zetkin.patch(path, schema.Email, {"published": None}).published is None
    zetkin.later(3600)
    assert zetkin.get(path, schema.Email).processed is None
    assert zetkin.patch(path, schema.Email, {"locked": False}).locked is None


def test_the_same_time_again_sends_nothing_twice(zetkin: Zetkin) -> None:
    made = drafted(zetkin)
    path = f"{EMAILS}/{made.id}"
    when = {"published": scheduled(zetkin, minutes=10)}
    for _ in range(3):
        zetkin.patch(path, schema.Email, when)
    zetkin.later(600)
    zetkin.patch(path, schema.Email, when)  # on its way: accepted, without effect
    zetkin.later(3600)
    zetkin.ask("PATCH", path, schema.Error, status=409, json=when)
    reached = [person for email, person, _ in zetkin.state.deliveries if email == made.id]
    assert len(reached) == len(set(reached)) > 0


def test_the_worst_server_sends_a_processed_email_again(zetkin: Zetkin) -> None:
    zetkin.state.policy.republish = "resend"
    made = drafted(zetkin)
    when = {"published": scheduled(zetkin, minutes=0)}
    zetkin.patch(f"{EMAILS}/{made.id}", schema.Email, when)
    zetkin.later(3600)
    zetkin.patch(f"{EMAILS}/{made.id}", schema.Email, when)
    zetkin.later(3600)
    zetkin.get(EMAILS, list[schema.Email])
    reached = [person for email, person, _ in zetkin.state.deliveries if email == made.id]
    assert len(reached) == 2 * len(set(reached))


def test_moving_the_time_moves_the_sending(zetkin: Zetkin) -> None:
    made = drafted(zetkin)
    path = f"{EMAILS}/{made.id}"
    zetkin.patch(path, schema.Email, {"published": scheduled(zetkin, minutes=10)})
    zetkin.patch(path, schema.Email, {"published": scheduled(zetkin, minutes=30)})
    zetkin.later(20 * 60)
    assert zetkin.get(f"{path}/recipients", list[schema.EmailRecipient]) == []
    zetkin.later(11 * 60)
    assert zetkin.get(path, schema.Email).processed is not None


def test_links_are_read_out_of_the_text_by_their_tags(zetkin: Zetkin) -> None:
    made = drafted(zetkin)
    content = (
        '{"blocks":[{"kind":"paragraph","data":{"content":[{"kind":"link","href":"https://example.org/a",'
        '"tag":"a1","content":[]}]}},{"kind":"button","data":{"href":"https://example.org/b","tag":"b2","text":"B"}}]}'
    )
    path = f"{EMAILS}/{made.id}"
    assert zetkin.patch(path, schema.Email, {"content": content}).content == content
    first = {link.tag: link for link in zetkin.get(f"{path}/links", list[schema.EmailLink])}
    assert {t: link.url for t, link in first.items()} == {
        "a1": "https://example.org/a",
        "b2": "https://example.org/b",
    }
    zetkin.patch(path, schema.Email, {"content": content.replace("/b", "/c")})
    again = {link.tag: link for link in zetkin.get(f"{path}/links", list[schema.EmailLink])}
    assert (again["b2"].id, again["b2"].url) == (first["b2"].id, "https://example.org/c")
    assert set(stats(zetkin, made.id).num_clicks_by_link) == {str(link.id) for link in again.values()}
    zetkin.patch(path, schema.Email, {"content": "not ours to read"})
    assert zetkin.get(f"{path}/links", list[schema.EmailLink]) == []


def test_a_test_copy_reaches_no_member(zetkin: Zetkin) -> None:
    made = drafted(zetkin)
    body = {"recipients": [{"email": "a@example.org", "first_name": "A", "last_name": "B"}]}
    assert zetkin.http.post(f"/v1{EMAILS}/{made.id}/preview", json=body).status_code == 200
    assert not [d for d in zetkin.state.deliveries if d[0] == made.id]


def test_senders_and_themes_are_made_and_changed(zetkin: Zetkin) -> None:
    body = {"sender_name": "We", "sender_email": "we@post.example.org"}
    config = zetkin.post(f"{EMAILS}/configs", schema.EmailConfig, body)
    assert config.domain == "post.example.org"
    path = f"{EMAILS}/configs/{config.id}"
    assert zetkin.patch(path, schema.EmailConfig, {"no_reply": True}).no_reply
    theme = zetkin.post(f"/orgs/{ROOT}/email_themes", schema.EmailTheme, {"css": "p {}"})
    where = f"/orgs/{ROOT}/email_themes/{theme.id}"
    assert zetkin.patch(where, schema.EmailTheme, {"css": None}).css is None
    zetkin.delete(where)
    project = next(iter(zetkin.state.campaigns))
    made = zetkin.post(
        f"/orgs/{ROOT}/campaigns/{project}/emails", schema.Email, {"title": "A", "config_id": config.id}
    )
    assert (made.campaign is not None and made.campaign.id, made.config) == (
        project,
        zetkin.get(path, schema.EmailConfig),
    )
    zetkin.delete(f"{EMAILS}/{made.id}")
    zetkin.ask("GET", f"{EMAILS}/{made.id}", schema.ShortError, status=404)


def test_a_stranger_reads_only_what_was_sent(zetkin: Zetkin) -> None:
    made = drafted(zetkin)
    past = next(e.id for e in zetkin.state.emails.values() if e.processed)
    del zetkin.http.headers["authorization"]
    zetkin.ask("GET", f"{EMAILS}/{made.id}", schema.ShortError, status=404)
    assert zetkin.get(f"{EMAILS}/{past}", schema.Email).processed

"""A provider's call is stored once, judged, and only then answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from connectors.webhooks.amazon_ses import AmazonSes
from connectors.webhooks.mailgun import Mailgun
from connectors.webhooks.postmark import Postmark
from tests import webhook_calls as calls
from tests.bounce_world import World
from tests.webhook_calls import BASIC, MAILGUN_KEY, NOW, SECRET, TOPIC
from zetkin_sync.configuration.bounces import BounceRules
from zetkin_sync.errors import Temporary
from zetkin_sync.intake import receive
from zetkin_sync.language import say
from zetkin_sync.ports import DeliveryEvent
from zetkin_sync.store.engine import Store

ANNA = "anna@exempel.example"


@pytest.fixture
def world(sqlite_store: Store) -> World:
    made = World(sqlite_store, now=NOW)
    made.member(ANNA)
    return made


def call(world: World, raw: bytes, headers: Mapping[str, str] = BASIC, hook: object = None) -> int:
    used = hook or Postmark(SECRET)
    status, _ = receive(used, raw, headers, store=world.store, rules=world.rules, now=world.now)  # type: ignore[arg-type]
    return status


def test_one_call_of_a_verified_provider_with_a_code_of_no_doubt_is_enough(world: World) -> None:
    assert call(world, calls.postmark()) == 200
    assert world.state(ANNA) == "unreachable"
    assert world.run().counts["cases_opened"] == 1


def test_header_names_come_in_any_case(world: World) -> None:
    assert call(world, calls.postmark(), {"Authorization": BASIC["authorization"]}) == 200


def test_the_same_call_again_counts_once_and_is_answered_well(world: World) -> None:
    assert [call(world, calls.postmark()) for _ in range(3)] == [200, 200, 200]
    assert world.events() == 1


def test_a_mailgun_token_counts_once_whatever_body_comes_with_it(world: World) -> None:
    world.member("bo@exempel.example")
    hook = Mailgun(MAILGUN_KEY)
    assert call(world, calls.mailgun(), {}, hook) == 200
    assert call(world, calls.mailgun(recipient="bo@exempel.example"), {}, hook) == 200
    assert world.state("bo@exempel.example") == "unknown"


def test_a_wrong_signature_stores_nothing(world: World) -> None:
    assert call(world, calls.postmark(), {}) == 403
    assert call(world, b"{", BASIC) == 400
    assert (world.events(), world.states()) == (0, {})


def test_a_subscription_is_noted_and_not_confirmed(world: World) -> None:
    hook = AmazonSes([TOPIC], fetch=lambda url: calls.sns_certificate())
    raw = calls.sns(kind="SubscriptionConfirmation", SubscribeURL="https://evil.example/", Token="t")
    assert call(world, raw, {}, hook) == 202
    assert call(world, calls.sns(), {}, hook) == 200
    assert world.state(ANNA) == "unreachable"


def test_a_delivery_clears_what_failed_before(world: World) -> None:
    call(world, calls.postmark())
    delivered = {
        "RecordType": "Delivery",
        "Recipient": ANNA,
        "MessageID": "m2",
        "DeliveredAt": "2026-11-23T07:00:00Z",
    }
    world.run()
    world.passes(days=1)
    assert call(world, calls.body(delivered)) == 200
    assert world.state(ANNA) == "ok"
    assert world.run().counts["restored"] == 1


def test_the_provider_says_that_it_is_us_and_the_member_is_left_alone(world: World) -> None:
    call(world, calls.postmark(Type="Blocked", Details="550 5.1.1 user unknown (blocked)"))
    assert world.events() == 1
    assert world.state(ANNA) == "unknown"


def test_a_complaint_is_a_state_of_its_own(world: World) -> None:
    call(world, calls.postmark(RecordType="SpamComplaint", Type="SpamComplaint"))
    assert world.state(ANNA) == "complained"
    assert [c.state for c in (world.run(), world.cases())[1]] == ["complained"]


def test_strangers_and_our_own_addresses_are_not_kept(world: World) -> None:
    world.rules_file = BounceRules(own_addresses=("kansli@exempel.example",))
    world.member("kansli@exempel.example")
    for number, address in enumerate(["okand@annat.example", "kansli@exempel.example", "inte en adress", ""]):
        assert call(world, calls.postmark(Email=address, ID=number)) == 200
    assert (world.events(), world.states()) == (0, {})


def test_a_delivery_that_went_wrong_on_our_side_is_judged_against_how_many_arrived(world: World) -> None:
    for n in range(60):
        world.member(f"m{n}@exempel.example")
    for n in range(54):
        at = {"RecordType": "Delivery", "Recipient": f"m{n}@exempel.example", "MessageID": f"a{n}"}
        call(
            world, calls.body({**at, "DeliveredAt": "2026-11-22T07:00:00Z", "Metadata": {"delivery": "d-17"}})
        )
    call(world, calls.postmark())
    for n in range(54, 60):
        call(
            world,
            calls.postmark(
                ID=100 + n, Email=f"m{n}@exempel.example", Type="DMARCPolicy", Details="550 5.7.26 DMARC"
            ),
        )
    assert world.state(ANNA) == "unreachable"  # 6 of 61 is less than a tenth
    world.member("en@till.example")
    call(
        world, calls.postmark(ID=999, Email="en@till.example", Type="DMARCPolicy", Details="550 5.7.26 DMARC")
    )
    assert world.state(ANNA) == "unknown"


class Trapped:
    """A hook whose certificate server is away."""

    provider = "trapped"

    def events(self, raw: bytes, headers: Mapping[str, str], *, now: datetime) -> Sequence[DeliveryEvent]:
        raise Temporary(say("Amazon's signing certificate could not be fetched."))


def test_what_could_not_be_checked_or_stored_is_asked_for_again(world: World, tmp_path: object) -> None:
    assert call(world, b"", {}, Trapped()) == 503
    world.store = Store(f"sqlite:///{tmp_path}/empty.db")
    assert call(world, calls.postmark()) == 503


def test_seven_days_late_it_still_tells_when_it_happened(world: World) -> None:
    world.now = NOW + timedelta(days=7)
    call(world, calls.postmark())
    assert world.states()[world.hash(ANNA)].last == NOW.date()

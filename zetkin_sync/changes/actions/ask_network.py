"""Ask the activist network to come where people are needed: one email through Zetkin for each bundle of a wave.

Whom, about what and why is decided in `callouts`; here it becomes changes that can be shown and approved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from zetkin_sync.callouts import letter
from zetkin_sync.callouts.asking import Asking, Senders, asking_of, plan_of
from zetkin_sync.callouts.plan import CalloutPlan, Email
from zetkin_sync.changes.channels import CHANNELS, Asked
from zetkin_sync.changes.planning import Proposal
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import Language, Message, Share, say, say_n
from zetkin_sync.records.facts import EventFact, Facts

READS = ("people", "tags", "taggings", "events", "participations", "responses")
JOB = "plan_callouts"
TITLE = say("Ask the activist network")


def propose(facts: Facts, parameters: Mapping[str, Any]) -> Proposal:
    """A wave as emails, or through another channel (`changes/channels.py`).

    Parameters: `channel`; for emails `config` and `theme`, Zetkin's ids of the sender and the look, without them the
    first there is; for tasks `project`, Zetkin's id; for tags `group`.
    """
    asking = asking_of(facts)
    wave = plan_of(facts)
    channel = str(parameters.get("channel", "email"))
    if channel not in CHANNELS:
        raise ConfigError(
            say("There is no channel {channel} for callouts.", channel=channel),
            say("There are {channels}.", channels=", ".join(CHANNELS)),
        )
    sender, missing = sender_of(facts, parameters) if channel == "email" else ({}, ())
    given = {**parameters, **sender}
    return Proposal(
        changes=[
            change
            for number in range(len(wave.emails))
            for change in CHANNELS[channel](_message(facts, asking, wave, number), given)
        ],
        base=sum(1 for tag in facts.tags if tag.title == asking.policy.network.tag for _ in tag.people),
        cap=(asking.policy.caps.messages, asking.policy.caps.days),
        volume=((asking.policy.caps.a_day, 24), (asking.policy.caps.an_hour, 1)),
        refused=missing if wave.emails else (),
        notes=about(wave),
        figures=figures(wave),
    )


def sender_of(facts: Facts, parameters: Mapping[str, Any]) -> tuple[dict[str, int], tuple[Message, ...]]:
    """Who an email is from and how it looks, and what is missing in Zetkin for that."""
    return lacking(facts.more.get("senders") or Senders(), parameters)


def lacking(senders: Senders, parameters: Mapping[str, Any]) -> tuple[dict[str, int], tuple[Message, ...]]:
    """The sender and the look that the parameters choose, and which of them Zetkin does not have."""
    missing: list[Message] = []
    found: dict[str, int] = {}
    for name, ids, none in (
        ("config", senders.configs, say("Zetkin has no sender for emails: add one there.")),
        ("theme", senders.themes, say("Zetkin has no theme for emails: add one there.")),
    ):
        wanted = parameters.get(name)
        if wanted is not None and wanted not in ids:
            missing.append(
                say("{name} = {id} in actions.toml is not in Zetkin.", name=name, id=str(wanted))
                if ids
                else none
            )
        elif not ids:
            missing.append(none)
        found[name] = wanted if wanted is not None else min(ids, default=0)
    return found, tuple(missing)


def figures(wave: CalloutPlan) -> dict[str, float]:
    """The plan in numbers; `bound` is what no plan within the rules adds more than, by weight as `value` is."""
    return {
        "events": len(wave.needs.needs),
        "open_places": sum(e.open for e in wave.expects),
        "expected_before": round(sum(e.before for e in wave.expects), 3),
        "expected_after": round(sum(e.after for e in wave.expects), 3),
        "value": round(wave.value, 4),
        "bound": round(wave.bound, 4),
        "tau": wave.tau,
    }


def about(wave: CalloutPlan) -> tuple[Message, ...]:
    """What who decides should know: how many are expected, the rule of stopping, how good the plan can be at most."""
    if not wave.emails:
        return ()
    told = figures(wave)
    notes = [
        say(
            "{places} places are open; {before} are expected to be filled without these emails, {after} with them.",
            places=round(told["open_places"]),
            before=round(told["expected_before"], 1),
            after=round(told["expected_after"], 1),
        ),
        say("A message must add at least {tau} expected people, else it is not sent.", tau=wave.tau),
    ]
    if wave.bound > 0:
        notes.append(
            say(
                "Proven: no choice of people and events within the rules fills more than {bound}, counted by weight; this one fills {value} ({share}).",
                bound=round(wave.bound, 1),
                value=round(wave.value, 1),
                share=Share(wave.value / wave.bound),
            )
        )
    for_people = len(wave.needs.for_people)
    if for_people:
        notes.append(
            say_n(
                "{n} event needs a person to look at it first: see `zetkin-sync callouts need`.",
                "{n} events need a person to look at them first: see `zetkin-sync callouts need`.",
                n=for_people,
            )
        )
    return tuple(notes)


def _message(facts: Facts, asking: Asking, wave: CalloutPlan, number: int) -> Asked:
    """One email of the wave, whichever way it will go."""
    email, policy = wave.emails[number], asking.policy
    asks = [ask for ask in wave.asks if ask.email == number]
    by_id = {event.id: event for event in facts.events if event.id in email.events}
    events = [by_id[event] for event in email.events]
    return Asked(
        organization=facts.district,
        key=email.key,
        reason=_reason(wave, email, len(events)),
        subject=letter.subject(events, policy.wording),
        parts=letter.parts(events, policy.wording, Language(asking.language, facts.zone)),
        link=letter.link(events[0], policy.wording),
        payload={
            "mark": mark_of(facts, "förfrågan", email.events, email.people),
            "folder": asking.folder,
            "people": list(email.people),
            "asks": {str(ask.person): [line.event for line in ask.lines] for ask in asks},
            "chances": {str(ask.person): ask.chance for ask in asks},
            "events": [{"id": event.id, "organization": event.organization} for event in events],
            **consent(facts, asking),
            "hours": policy.hours_in(facts.zone),
            "not_after": _not_after(facts, asking, events),
            "most": len(email.people),
        },
    )


def _reason(wave: CalloutPlan, email: Email, events: int) -> Message:
    expects = [e for e in wave.expects if e.event in email.events]
    return say_n(
        "{people} people are asked about {n} event that lacks {open} people.",
        "{people} people are asked about {n} events that lack {open} people together.",
        n=events,
        people=len(email.people),
        open=sum(e.open for e in expects),
    )


def mark_of(facts: Facts, what: str, events: Sequence[int], people: Sequence[int]) -> str:
    """The title in Zetkin by which we find our own again: no earlier message has it, this one keeps it."""
    earlier = len({a.message for a in facts.asked if set(a.events) & set(events)})
    content = msgspec.json.encode((sorted(events), sorted(people), earlier))
    return f"zetkin_sync {what} {facts.today:%Y-%m-%d} {hashlib.sha256(content).hexdigest()[:6]}"


def consent(facts: Facts, asking: Asking) -> dict[str, list[int]]:
    """The tags in Zetkin that are looked at once more before sending."""
    network = asking.policy.network
    return {
        "consent_tags": sorted(t.id for t in facts.tags if t.title == network.tag),
        "opt_out_tags": sorted(t.id for t in facts.tags if t.title in network.left_tags),
    }


def _not_after(facts: Facts, asking: Asking, events: Sequence[EventFact]) -> str:
    """Half the shortest notice before the first of the events: later it helps nobody."""
    first = min(event.starts for event in events).replace(tzinfo=facts.zone)
    return (first - timedelta(hours=asking.policy.need.earliest_hours / 2)).isoformat()

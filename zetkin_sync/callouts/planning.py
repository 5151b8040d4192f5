"""From facts to a wave of callouts.

A pure function of the facts, the policy and what has been asked before. The plan is shown, approved and carried
out by others; nothing leaves the machine from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from zetkin_sync.callouts.distance import Centres
from zetkin_sync.callouts.gates import Gates, candidates
from zetkin_sync.callouts.history import History, answers
from zetkin_sync.callouts.need import Need, Needs, find_needs
from zetkin_sync.callouts.plan import Ask, CalloutPlan, Email, Expectation, Left, Line, Reason
from zetkin_sync.callouts.planner.filling import expected
from zetkin_sync.callouts.planner.instance import Instance, Rules
from zetkin_sync.callouts.planner.solution import Solution
from zetkin_sync.callouts.planner.solve import solve
from zetkin_sync.callouts.policy import Policy
from zetkin_sync.callouts.response import Responses, learn
from zetkin_sync.records.facts import Facts


def plan(
    facts: Facts, policy: Policy, history: History | None = None, *, centres: Centres, proof: bool = True
) -> CalloutPlan:
    """The next wave: the same for the same facts, in whatever order they come.

    What has been decided earlier (`history.asked`; what the facts know when none is given) stays as it is; only
    what is open is planned. Without `proof` the bound is infinite and planning takes half the time.
    """
    history = History.of(facts) if history is None else history
    needs = find_needs(facts, policy, history, centres)
    gates = Gates(facts, policy, history, centres)
    fitting = candidates(gates, needs.needs)
    learned = learned_from(facts, policy, history)
    chances = {
        (person, need.event): learned.chance(person, need.type, gates.distance(person, need)).value
        for person, some in fitting.items()
        for need in some
    }
    before = _pending(facts, policy, history, learned)
    solution = solve(
        _question(policy, history, gates, fitting, chances=chances, before=before, needs=needs), proof=proof
    )
    emails = tuple(
        Email(
            key="callout:" + "-".join(str(event) for event in bundle.events),
            events=tuple(int(event) for event in bundle.events),
            people=tuple(int(person) for person in bundle.people),
        )
        for bundle in solution.bundles
    )
    return CalloutPlan(
        district=facts.district,
        made=facts.now,
        emails=emails,
        asks=_asks(solution, emails, needs, chances=chances, before=before),
        left=_left(gates, solution, fitting),
        needs=needs,
        expects=_expects(solution, needs, chances=chances, before=before),
        value=solution.objective,
        bound=solution.bound,
        tau=policy.tau,
    )


def learned_from(facts: Facts, policy: Policy, history: History) -> Responses:
    """What the answers so far say about how likely people are to come."""
    patience = timedelta(days=policy.learning.patience_days)
    return learn(answers(facts, history.asked, patience=patience), at=facts.now, learning=policy.learning)


def _pending(facts: Facts, policy: Policy, history: History, learned: Responses) -> dict[int, list[float]]:
    """By event the chances of those who were asked and may still answer."""
    patience = timedelta(days=policy.learning.patience_days)
    answered = {(r.person, r.event) for r in facts.responses}
    answered |= {(p.person, p.event) for p in facts.participations}
    found: dict[int, list[float]] = {}
    for line in history.asked:
        waiting = line.at + patience > facts.now and (line.person, line.event) not in answered
        if waiting:
            chance = learned.chance(line.person, line.type, line.distance).value
            found.setdefault(line.event, []).append(chance)
    return {event: sorted(some) for event, some in found.items()}


def _question(
    policy: Policy,
    history: History,
    gates: Gates,
    fitting: Mapping[int, list[Need]],
    *,
    chances: Mapping[tuple[int, int], float],
    before: Mapping[int, Sequence[float]],
    needs: Needs,
) -> Instance:
    since = gates.facts.now - timedelta(days=policy.rotation_days)
    lately = history.messages_to(since=since)
    begin = min((need.starts for need in needs.needs), default=gates.facts.local_now)
    travel = timedelta(minutes=policy.travel_minutes)
    return Instance.of(
        people={person: gates.allowance(person) for person in fitting},
        events={
            need.event: (
                need.open,
                need.weight,
                (need.starts - begin) / timedelta(minutes=1),
                (need.ends - begin + (timedelta() if need.digital else travel)) / timedelta(minutes=1),
            )
            for need in needs.needs
        },
        pairs=[(person, event, chance) for (person, event), chance in chances.items()],
        rules=Rules(
            lines=policy.lines,
            budget=policy.most_at_once,
            tau=policy.tau,
            bundles=policy.bundles,
            half=policy.half,
        ),
        toll={person: policy.tau + policy.rotation * len(lately.get(person, ())) for person in fitting},
        before={event: list(some) for event, some in before.items()},
    )


def _asks(
    solution: Solution,
    emails: tuple[Email, ...],
    needs: Needs,
    *,
    chances: Mapping[tuple[int, int], float],
    before: Mapping[int, Sequence[float]],
) -> tuple[Ask, ...]:
    email_of = {person: number for number, email in enumerate(emails) for person in email.people}
    asked = _asked_by_event(solution, chances)
    need_of = {need.event: need for need in needs.needs}
    instead = _likeliest_not_asked(chances, asked)
    short: dict[tuple[int, float], float] = {}
    found = []
    for message in solution.messages:
        lines = []
        person = int(message.person)
        for event in map(int, message.events):
            chance = chances.get((person, event))
            if chance is None:
                continue
            need = need_of[event]
            if (event, chance) not in short:
                others = [*before.get(event, ()), *(asked[event].values())]
                others.remove(chance)
                short[event, chance] = expected(need.open, [*others, 1.0]) - expected(need.open, others)
            unfilled = short[event, chance]
            lines.append(
                Line(
                    event=event,
                    chance=chance,
                    unfilled=round(unfilled, 4),
                    adds=round(need.weight * unfilled * chance, 4),
                    instead=instead.get(event),
                )
            )
        found.append(Ask(person=person, email=email_of[person], lines=tuple(lines)))
    return tuple(found)


def _asked_by_event(
    solution: Solution, chances: Mapping[tuple[int, int], float]
) -> dict[int, dict[int, float]]:
    found: dict[int, dict[int, float]] = {}
    for message in solution.messages:
        for event in map(int, message.events):
            chance = chances.get((int(message.person), event))
            if chance is not None:
                found.setdefault(event, {})[int(message.person)] = chance
    return found


def _likeliest_not_asked(
    chances: Mapping[tuple[int, int], float], asked: Mapping[int, Mapping[int, float]]
) -> dict[int, int]:
    best: dict[int, tuple[float, int]] = {}
    for (person, event), chance in chances.items():
        if person not in asked.get(event, {}):
            best[event] = min(best.get(event, (1.0, 0)), (-chance, person))
    return {event: person for event, (_, person) in best.items()}


def _left(gates: Gates, solution: Solution, fitting: Iterable[int]) -> tuple[Left, ...]:
    asked, fits = {int(message.person) for message in solution.messages}, set(fitting)
    found = []
    for person in sorted(gates.network - asked):
        gate = gates.closed_to(person)
        if gate is not None:
            found.append(Left(person=person, gate=gate))
        else:
            reason = Reason.ADDS_TOO_LITTLE if person in fits else Reason.NOTHING_FITS
            found.append(Left(person=person, reason=reason))
    return tuple(found)


def _expects(
    solution: Solution,
    needs: Needs,
    *,
    chances: Mapping[tuple[int, int], float],
    before: Mapping[int, Sequence[float]],
) -> tuple[Expectation, ...]:
    asked = _asked_by_event(solution, chances)
    found = []
    for need in needs.needs:
        earlier = before.get(need.event, [])
        now = [*earlier, *asked.get(need.event, {}).values()]
        found.append(
            Expectation(
                event=need.event,
                open=need.open,
                before=round(expected(need.open, earlier), 3),
                after=round(expected(need.open, now), 3),
                unfilled=round(expected(need.open, [*now, 1.0]) - expected(need.open, now), 4),
            )
        )
    return tuple(found)

"""Whether a named person has said that it is done; what nobody has said anything about is unknown, not undone."""

from __future__ import annotations

from datetime import date

from zetkin_sync.goals.attestations import newest
from zetkin_sync.goals.measurement import Measurement, Verdict, evidence, not_applicable, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.language import say
from zetkin_sync.records.facts import AttestationFact


class Parameters(Settings):
    """`accepted` are the answers that fulfil the goal (a stage may be enough); `due` overrides the plan's end."""

    accepted: tuple[str, ...] = ("done",)
    due: date | None = None


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The newest answer that still holds."""
    said = newest(observed.facts, goal=asked.goal.id, unit=observed.facts.district, day=observed.today)
    due = asked.parameters.due or asked.window.last
    if said is None:
        return unknown(say("nobody has said whether it is done"))
    if said.expires is not None and said.expires < observed.today:
        return unknown(
            say("it was last said on {on}, and that held until {until}", on=said.on, until=said.expires)
        )
    if said.verdict == "not_held":
        return not_applicable(say("it was not held ({on})", on=said.on))
    if said.verdict in asked.parameters.accepted:
        return _answer(said, Verdict.YES, over=False)
    return _answer(said, Verdict.NO, over=observed.today > due)


_SAID = {
    "done": say("done"),
    "not_done": say("not done"),
    "not_started": say("not started"),
    "started": say("started"),
    "decided": say("decided"),
    "held": say("held"),
}


def _answer(said: AttestationFact, verdict: Verdict, *, over: bool) -> Measurement:
    return Measurement(
        value=float(verdict is Verdict.YES),
        verdict=verdict,
        over=over,
        finding=say("{what}, said on {on}", what=_SAID.get(said.verdict, said.verdict), on=said.on),
        evidence=evidence("attestation", [said.id]),
    )

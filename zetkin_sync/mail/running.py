"""What every mail job begins and ends with: what is known, a delivery at its pace, and the run's outcome."""

from __future__ import annotations

from dataclasses import dataclass

from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.mail.delivery import PER_MINUTE, Delivery, Pace
from zetkin_sync.mail.gathering import Gathering, Known
from zetkin_sync.mail.readers import keep_known
from zetkin_sync.records import RunState


@dataclass(frozen=True)
class Running:
    """A mail job under way."""

    context: Context
    known: Known
    gathering: Gathering
    delivery: Delivery

    @classmethod
    def begun(cls, context: Context) -> Running:
        """Options of every mail job: `per_minute`, how many mails may leave in a minute."""
        known = Known.of(context)
        keep_known(known)
        pace = Pace(per_minute=int(context.options.get("per_minute", PER_MINUTE)))
        delivery = Delivery(known, lambda: context.mailer, pace=pace, log=context.log)
        return cls(context, known, Gathering(known, options=context.options), delivery)

    def go_on(self) -> None:
        """Raises NeedsHuman when another worker has taken the run over."""
        if not self.context.still_ours():
            raise NeedsHuman(
                say("Another worker has taken over the run."), say("Nothing is lost; that run goes on.")
            )

    def outcome(self) -> Outcome:
        """What the run came to: counts of what became of the mails, and what went wrong."""
        notes = tuple(self.delivery.notes)
        return Outcome(
            state=RunState.PARTIAL if notes else RunState.OK, counts=dict(self.delivery.counts), notes=notes
        )

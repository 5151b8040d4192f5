"""The parts of a mail, each made for one reader from the situation; None when there is nothing in it to tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zetkin_sync.reports.content import AnySection
from zetkin_sync.reports.parts.areas import areas
from zetkin_sync.reports.parts.callouts import callouts
from zetkin_sync.reports.parts.faults import faults
from zetkin_sync.reports.parts.goals import goals
from zetkin_sync.reports.parts.reach import reach
from zetkin_sync.reports.parts.tasks import tasks
from zetkin_sync.reports.parts.upkeep import mails, readings, recording
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import Situation

Part = Callable[[Situation, Reader], AnySection | None]
PARTS: dict[str, Part] = {
    "tasks": tasks,
    "faults": faults,
    "goals": goals,
    "areas": areas,
    "callouts": callouts,
    "reach": reach,
    "recording": recording,
    "mails": mails,
    "readings": readings,
}


def made(names: Sequence[str], situation: Situation, reader: Reader) -> tuple[AnySection, ...]:
    """The parts of those names that have something to tell, in that order."""
    found = (PARTS[name](situation, reader) for name in names)
    return tuple(section for section in found if section is not None)

"""How states and forecasts are said."""

from __future__ import annotations

from collections.abc import Mapping

from zetkin_sync.goals.assess import Assessed
from zetkin_sync.goals.forecast import Outlook
from zetkin_sync.language import Message, say
from zetkin_sync.records.assessments import GoalState

STATES: Mapping[GoalState, Message] = {
    GoalState.MET: say("met"),
    GoalState.ON_TRACK: say("on track"),
    GoalState.BEHIND: say("behind"),
    GoalState.MISSED: say("missed"),
    GoalState.UNKNOWN: say("unknown"),
    GoalState.NOT_APPLICABLE: say("not arranged"),
}
OUTLOOKS: Mapping[Outlook, Message] = {
    Outlook.SECURED: say("secured"),
    Outlook.LIKELY: say("likely"),
    Outlook.UNCERTAIN: say("uncertain"),
    Outlook.UNLIKELY: say("not likely"),
    Outlook.IMPOSSIBLE: say("no longer possible"),
}
ORDER = (
    GoalState.MISSED,
    GoalState.BEHIND,
    GoalState.UNKNOWN,
    GoalState.ON_TRACK,
    GoalState.MET,
    GoalState.NOT_APPLICABLE,
)


def state_of(assessed: Assessed) -> Message:
    """The state in words; a figure that nothing is held against is shown, not judged."""
    return say("shown, not judged") if assessed.shown and assessed.known else STATES[assessed.state]

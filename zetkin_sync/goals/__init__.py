"""The plan held against what happened: goals, metrics, states and forecasts. Pure."""

from zetkin_sync.goals.assess import Assessed, assess
from zetkin_sync.goals.metric import BoundPlan, Metric, bind
from zetkin_sync.goals.observed import Observed, area_facts
from zetkin_sync.goals.plan import Goal, Plan, parse_plan

__all__ = [
    "Assessed",
    "BoundPlan",
    "Goal",
    "Metric",
    "Observed",
    "Plan",
    "area_facts",
    "assess",
    "bind",
    "parse_plan",
]

"""What should be done, as values: changes, plans, limits. Pure: facts in, plans out."""

from zetkin_sync.callouts.hours import SendingHours
from zetkin_sync.changes.change import Change, LeftOut, Plan, from_json, in_order, to_json
from zetkin_sync.changes.limits import ApprovalRule, Limits
from zetkin_sync.changes.planning import Action, Proposal, Propose, make_plan

__all__ = [
    "Action",
    "ApprovalRule",
    "Change",
    "LeftOut",
    "Limits",
    "Plan",
    "Proposal",
    "Propose",
    "SendingHours",
    "from_json",
    "in_order",
    "make_plan",
    "to_json",
]

"""Every table, one file a family. Importing this package is what makes the schema known."""

from zetkin_sync.records.assessments import Assessment, GoalState
from zetkin_sync.records.controls import STOP, Control
from zetkin_sync.records.declared import Keep, Source
from zetkin_sync.records.events import Event, EventType, Participation, Place, Project, Response
from zetkin_sync.records.ledger import FINISHED, Run, RunState
from zetkin_sync.records.lists import PeopleList
from zetkin_sync.records.mail import Mailing, MailState
from zetkin_sync.records.mirrored import Absence, Found, Mirror, Mirrored, Page, own_columns
from zetkin_sync.records.organizations import Official, Organization
from zetkin_sync.records.people import Field, Person, Tag, Tagging
from zetkin_sync.records.plans import OPEN_INTENTS, Approval, Intent, IntentState, PlanState, StoredPlan
from zetkin_sync.records.snapshots import MirrorPage, Missing, Snapshot

__all__ = [
    "FINISHED",
    "OPEN_INTENTS",
    "STOP",
    "Absence",
    "Approval",
    "Assessment",
    "Control",
    "Event",
    "EventType",
    "Field",
    "Found",
    "GoalState",
    "Intent",
    "IntentState",
    "Keep",
    "MailState",
    "Mailing",
    "Mirror",
    "MirrorPage",
    "Mirrored",
    "Missing",
    "Official",
    "Organization",
    "Page",
    "Participation",
    "PeopleList",
    "Person",
    "Place",
    "PlanState",
    "Project",
    "Response",
    "Run",
    "RunState",
    "Snapshot",
    "Source",
    "StoredPlan",
    "Tag",
    "Tagging",
    "own_columns",
]

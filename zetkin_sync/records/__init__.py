"""Every table, one file a family. Importing this package is what makes the schema known."""

from zetkin_sync.records.access import AccessCheckpoint, AccessEntry, AccessHead, AccessPerson, Deed, Erasure
from zetkin_sync.records.asked import Asked
from zetkin_sync.records.assessments import Assessment, GoalState
from zetkin_sync.records.bounces import (
    Alert,
    AlertKind,
    BounceEvent,
    Case,
    CaseOutcome,
    MailboxCursor,
    MailDelivery,
    Probe,
    ProbeState,
    Reachability,
    SetAside,
    WebhookEvent,
)
from zetkin_sync.records.calls import Call, CallAssignment, Caller, CallStats
from zetkin_sync.records.canvassing import AreaAssignee, AreaAssignment, AreaStats, DrawnArea
from zetkin_sync.records.controls import PAUSE, RESTORED, STOP, Control
from zetkin_sync.records.declared import Keep, Source
from zetkin_sync.records.emails import (
    Email,
    EmailBlocked,
    EmailConfig,
    EmailLink,
    EmailRecipient,
    EmailStats,
    EmailTheme,
)
from zetkin_sync.records.events import (
    Event,
    EventStats,
    EventType,
    Participation,
    Place,
    Project,
    Reminder,
    Response,
)
from zetkin_sync.records.instance import EVERY_DISTRICT, Instance
from zetkin_sync.records.joining import BulkJob, Duplicate, DuplicatePerson, JoinForm, JoinSubmission
from zetkin_sync.records.journeys import Journey, JourneyInstance, JourneyPerson
from zetkin_sync.records.ledger import FINISHED, Run, RunState
from zetkin_sync.records.lists import PeopleList
from zetkin_sync.records.logins import AccountUse, Actor, LoginFailure, LoginLink, WebSession
from zetkin_sync.records.mail import MailChoice, Mailing, MailKind, MailState, Often
from zetkin_sync.records.mirrored import Absence, Found, Mirror, Mirrored, Page, own_columns
from zetkin_sync.records.organizations import Official, Organization
from zetkin_sync.records.people import Field, Person, Tag, Tagging
from zetkin_sync.records.pictures import Picture
from zetkin_sync.records.plan_data import Attestation, Priority, RegisterEntry, RegisterReading
from zetkin_sync.records.plans import OPEN_INTENTS, Approval, Intent, IntentState, PlanState, StoredPlan
from zetkin_sync.records.rights import Departed, OptOut, Restriction
from zetkin_sync.records.shared_mail import SharedMail
from zetkin_sync.records.snapshots import MirrorPage, Missing, Snapshot
from zetkin_sync.records.surveys import Survey, SurveyAnswer, SurveyOption, SurveySubmission
from zetkin_sync.records.tasks import AssignedTask, Task

__all__ = [
    "EVERY_DISTRICT",
    "FINISHED",
    "OPEN_INTENTS",
    "PAUSE",
    "RESTORED",
    "STOP",
    "Absence",
    "AccessCheckpoint",
    "AccessEntry",
    "AccessHead",
    "AccessPerson",
    "AccountUse",
    "Actor",
    "Alert",
    "AlertKind",
    "Approval",
    "AreaAssignee",
    "AreaAssignment",
    "AreaStats",
    "Asked",
    "Assessment",
    "AssignedTask",
    "Attestation",
    "BounceEvent",
    "BulkJob",
    "Call",
    "CallAssignment",
    "CallStats",
    "Caller",
    "Case",
    "CaseOutcome",
    "Control",
    "Deed",
    "Departed",
    "DrawnArea",
    "Duplicate",
    "DuplicatePerson",
    "Email",
    "EmailBlocked",
    "EmailConfig",
    "EmailLink",
    "EmailRecipient",
    "EmailStats",
    "EmailTheme",
    "Erasure",
    "Event",
    "EventStats",
    "EventType",
    "Field",
    "Found",
    "GoalState",
    "Instance",
    "Intent",
    "IntentState",
    "JoinForm",
    "JoinSubmission",
    "Journey",
    "JourneyInstance",
    "JourneyPerson",
    "Keep",
    "LoginFailure",
    "LoginLink",
    "MailChoice",
    "MailDelivery",
    "MailKind",
    "MailState",
    "MailboxCursor",
    "Mailing",
    "Mirror",
    "MirrorPage",
    "Mirrored",
    "Missing",
    "Official",
    "Often",
    "OptOut",
    "Organization",
    "Page",
    "Participation",
    "PeopleList",
    "Person",
    "Picture",
    "Place",
    "PlanState",
    "Priority",
    "Probe",
    "ProbeState",
    "Project",
    "Reachability",
    "RegisterEntry",
    "RegisterReading",
    "Reminder",
    "Response",
    "Restriction",
    "Run",
    "RunState",
    "SetAside",
    "SharedMail",
    "Snapshot",
    "Source",
    "StoredPlan",
    "Survey",
    "SurveyAnswer",
    "SurveyOption",
    "SurveySubmission",
    "Tag",
    "Tagging",
    "Task",
    "WebSession",
    "WebhookEvent",
    "own_columns",
]

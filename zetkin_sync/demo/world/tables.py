"""The simulated Zetkin's records, by id."""

from __future__ import annotations

from msgspec import Struct

from zetkin_sync.demo.world.areas import Area, AreaAssignment
from zetkin_sync.demo.world.calls import CallAssignment, PhoneCall
from zetkin_sync.demo.world.emails import Email, EmailConfig, EmailTheme, Link
from zetkin_sync.demo.world.events import Activity, Campaign, Event, Location
from zetkin_sync.demo.world.joining import BulkJob, JoinForm, JoinSubmission
from zetkin_sync.demo.world.journeys import Instance, Journey
from zetkin_sync.demo.world.lists import Folder, Query, View
from zetkin_sync.demo.world.organizations import (
    ApiKey,
    Client,
    Code,
    File,
    Organization,
    Refresh,
    Token,
    User,
)
from zetkin_sync.demo.world.people import Duplicate, Field, Note, Person, Tag, TagGroup
from zetkin_sync.demo.world.surveys import Submission, Survey
from zetkin_sync.demo.world.tasks import Task


class Tables(Struct, kw_only=True):
    """One table a kind of record."""

    organizations: dict[int, Organization] = {}
    users: dict[int, User] = {}
    clients: dict[str, Client] = {}
    api_keys: dict[int, ApiKey] = {}
    tokens: dict[str, Token] = {}
    refreshes: dict[str, Refresh] = {}
    codes: dict[str, Code] = {}
    files: dict[int, File] = {}
    people: dict[int, Person] = {}
    fields: dict[int, Field] = {}
    tag_groups: dict[int, TagGroup] = {}
    tags: dict[int, Tag] = {}
    notes: dict[int, Note] = {}
    duplicates: dict[int, Duplicate] = {}
    campaigns: dict[int, Campaign] = {}
    activities: dict[int, Activity] = {}
    locations: dict[int, Location] = {}
    events: dict[int, Event] = {}
    queries: dict[int, Query] = {}
    folders: dict[int, Folder] = {}
    views: dict[int, View] = {}
    areas: dict[int, Area] = {}
    area_assignments: dict[int, AreaAssignment] = {}
    email_configs: dict[int, EmailConfig] = {}
    email_themes: dict[int, EmailTheme] = {}
    emails: dict[int, Email] = {}
    links: dict[int, Link] = {}
    surveys: dict[int, Survey] = {}
    submissions: dict[int, Submission] = {}
    call_assignments: dict[int, CallAssignment] = {}
    calls: dict[int, PhoneCall] = {}
    tasks: dict[int, Task] = {}
    journeys: dict[int, Journey] = {}
    instances: dict[int, Instance] = {}
    join_forms: dict[int, JoinForm] = {}
    join_submissions: dict[int, JoinSubmission] = {}
    bulk_jobs: dict[int, BulkJob] = {}

"""Surveys, join forms, journeys, duplicates, notes and bulk jobs (API.md §4.2, §4.10, §4.15–4.18)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from tests.contract.schemas.forms import Count, Naive, Named, Precise, Ref, Somebody, Strict
from tests.contract.schemas.people import File, Native, Tag


class SurveyInList(Strict):
    id: int
    title: str
    info_text: str
    access: Literal["open", "list"]
    callers_only: bool
    allow_anonymous: bool
    signature: Literal["require_signature", "allow_anonymous", "force_anonymous"]
    org_access: Literal["sameorg", "suborgs"]
    published: Naive | None
    expires: Naive | None
    campaign: Ref | None
    organization: Ref


class TextBlock(Strict):
    header: str
    content: str | None


class Option(Strict):
    id: int
    text: str


class Question(Struct, forbid_unknown_fields=True, kw_only=True):
    """`options` is there only where one chooses."""

    question: str
    description: str | None
    required: bool
    response_type: Literal["text", "options"]
    response_config: dict[str, Any]
    options: list[Option] | UnsetType = UNSET


class Element(Struct, forbid_unknown_fields=True, kw_only=True):
    """Either a text block or a question."""

    id: int
    hidden: bool
    type: Literal["text", "question"]
    text_block: TextBlock | UnsetType = UNSET
    question: Question | UnsetType = UNSET


class Survey(SurveyInList):
    elements: list[Element]


class Order(Strict):
    default: list[int]


class Respondent(Strict):
    id: int | None
    first_name: str
    last_name: str
    email: str | None


class SubmissionInList(Strict):
    id: int
    submitted: Naive
    survey: Ref
    organization: Ref
    respondent: Respondent | None


class Answer(Struct, forbid_unknown_fields=True, kw_only=True):
    """A text, some options, or a question passed over."""

    question_id: int
    response: str | UnsetType = UNSET
    options: list[int] | UnsetType = UNSET


class Submission(SubmissionInList):
    responses: list[Answer]


class JoinForm(Strict):
    id: int
    title: str
    description: str | None
    embeddable: bool
    renderable: bool
    requires_email_verification: bool
    org_access: Literal["sameorg", "suborgs"]
    fields: list[str]
    tags: list[Ref]
    submit_token: str
    organization: Ref


class FormField(Strict):
    slug: str
    type: str


class PublicJoinForm(Strict):
    id: int
    title: str
    description: str | None
    renderable: bool
    embeddable: bool
    requires_email_verification: bool
    organization_id: int
    fields: list[FormField]


class PersonData(Strict):
    id: int | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    alt_phone: str | None
    gender: str | None
    street_address: str | None
    co_address: str | None
    zip_code: str | None
    city: str | None
    country: str | None
    ext_id: str | None


class JoinSubmission(Strict):
    id: int
    form: Ref
    state: Literal["pending", "accepted"]
    submitted: Naive
    accepted: Naive | None
    person_data: PersonData


class JourneyStats(Strict):
    open: Count
    closed: Count


class Journey(Strict):
    id: int
    title: str
    description: str
    singular_label: str
    plural_label: str
    opening_note_template: str
    stats: JourneyStats
    organization: Ref


class JourneyQuote(Strict):
    id: int
    title: str
    singular_label: str
    plural_label: str


class Milestone(Strict):
    id: int
    title: str
    description: str
    completed: Naive | None
    deadline: Naive | None


class InstanceInList(Strict):
    id: int
    title: str | None
    journey: JourneyQuote
    opening_note: str
    summary: str
    outcome: str
    created: Naive
    updated: Naive | None
    closed: Naive | None
    assignees: list[Somebody]
    subjects: list[Somebody]
    tags: list[Tag]
    next_milestone: Milestone | None
    organization: Ref


class Instance(InstanceInList):
    milestones: list[Milestone]


class TimelineUpdate(Strict):
    id: str
    type: str
    timestamp: str
    actor: Somebody
    details: dict[str, Any]
    target: dict[str, Any]
    organization: Ref


class Duplicate(Strict):
    id: int
    status: Literal["pending", "dismissed", "merged"]
    dismissed: Naive | None
    merged: Naive | None
    organization: Ref
    duplicates: list[Native]


class Note(Strict):
    id: int
    text: str
    created: Naive
    author: Named
    files: list[File]
    organization: Ref


class Total(Strict):
    total: Count


class ByOrg(Total):
    byOrg: dict[str, Count]  # noqa: N815 - as the wire has it


class ByTag(Total):
    byTag: dict[str, Count]  # noqa: N815


class ByField(Total):
    byChangedField: dict[str, Count]  # noqa: N815
    byInitializedField: dict[str, Count]  # noqa: N815


class BulkSummary(Strict):
    addedToOrg: ByOrg  # noqa: N815
    created: Total
    deleted: Total
    tagged: ByTag
    updated: ByField


class BulkPeople(Strict):
    summary: BulkSummary


class BulkReport(Strict):
    person: BulkPeople


class BulkProblem(Struct, forbid_unknown_fields=True, kw_only=True):
    code: str
    index: int
    level: Literal["error", "warning"]
    field: str | UnsetType = UNSET


class BulkPreview(Strict):
    problems: list[BulkProblem]
    stats: BulkReport


class BulkUser(Somebody):
    email: str


class BulkJob(Strict):
    id: int
    status: Literal["pending", "in_progress", "completed", "error"]
    accepted: Precise
    completed: Precise | None
    error: str | None
    organization: Ref
    user: BulkUser
    report: BulkReport | None

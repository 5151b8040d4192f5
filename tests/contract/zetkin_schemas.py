"""What Zetkin's answers look like, written from the API's reference and not from the simulator.

Every key is required and no other is allowed, so a field too many or too few fails. Times are checked by form:
`Offset` says its offset, `Naive` has none, `Wall` is a wall-clock time dressed as UTC (API.md §2.6).
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from msgspec import Meta, Struct

Offset = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")]
Wall = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$")]
Naive = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")]
Precise = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$")]
Spaced = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00$")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
Color = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")]
Count = Annotated[int, Meta(ge=0)]

T = TypeVar("T")


class Strict(Struct, forbid_unknown_fields=True, kw_only=True):
    """No key more, no key less."""


class Envelope(Strict, Generic[T]):
    data: T


class Pagination(Strict):
    page: int
    size: int
    total: int


class ListMeta(Strict):
    fields: dict[str, Any]
    filters: list[Any]
    ordering: list[Any]
    pagination: Pagination


class ItemMeta(Strict):
    fields: dict[str, Any]


class ListV2(Strict, Generic[T]):
    data: list[T]
    meta: ListMeta
    related: dict[str, Any]
    success: Literal[True]


class ItemV2(Strict, Generic[T]):
    data: T
    meta: ItemMeta
    related: dict[str, Any]
    success: Literal[True]


# --- errors (§2.3) ---------------------------------------------------------------------------------------------


class Titled(Strict):
    title: str
    description: str


class OnlyTitled(Strict):
    title: str


class Error(Strict):
    error: Titled


class ShortError(Strict):
    error: OnlyTitled


class OAuthError(Strict):
    error: str
    error_description: str


class Complaint(Strict):
    loc: list[str]
    msg: str
    type: str


class Unprocessable(Strict):
    detail: list[Complaint]


# --- tokens and users (§1) -----------------------------------------------------------------------------------------


class BearerToken(Struct, kw_only=True, forbid_unknown_fields=True):
    access_token: str
    expires_in: int
    token_type: Literal["bearer"]
    refresh_token: str | None = None


class Ref(Strict):
    id: int
    title: str


class Named(Strict):
    id: int
    name: str


class Somebody(Strict):
    id: int
    first_name: str
    last_name: str


class SessionUser(Strict):
    id: int
    first_name: str
    last_name: str
    email: str
    email_is_verified: bool
    phone: str | None
    phone_is_verified: bool
    is_verified: bool
    lang: str | None
    joined: Spaced
    last_login: Spaced


class Session(Strict):
    created: Precise
    level: int
    factors: list[Literal["email_password", "phone_otp", "api_key"]]
    user: SessionUser


class Membership(Strict):
    organization: Ref
    profile: Named
    role: Literal["organizer", "admin"] | None
    follow: bool
    inherited: bool


class Official(Somebody):
    role: Literal["organizer", "admin"]


# --- organizations (§4.1) --------------------------------------------------------------------------------------------


class Parent(Strict):
    id: int
    title: str
    slug: str | None


class File(Strict):
    id: int
    original_name: str
    uploaded: Precise
    organization: Ref
    url: str
    mime_type: str | None


class Organization(Strict):
    id: int
    title: str
    short_title: str | None
    slug: str | None
    parent: Parent | None
    avatar_file: File | None
    country: str
    lang: str | None
    email: str | None
    phone: str | None
    location: dict[str, float] | None
    is_active: bool
    is_open: bool
    is_public: bool


class SubOrganization(Organization):
    sub_orgs: list[SubOrganization]


# --- people (§4.2–4.4) -----------------------------------------------------------------------------------------------


class Native(Strict):
    id: int
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    alt_phone: str | None
    gender: Literal["f", "m", "o"] | None
    street_address: str | None
    co_address: str | None
    zip_code: str | None
    city: str | None
    country: str | None
    ext_id: str | None
    is_user: bool


class DistrictPerson(Native):
    """A person as the synthetic district's root shows them: with its custom fields."""

    medlem_sedan: Day | None
    natverk_samtycke: Day | None
    natverk_kalla: str | None
    hemposition: dict[str, float] | None


class Choice(Strict):
    key: str
    label: str


class Field(Strict):
    id: int
    title: str
    slug: str
    description: str | None
    type: Literal["text", "url", "date", "json", "enum", "lnglat"]
    enum_choices: list[Choice] | None
    organization: Ref
    org_read: Literal["sameorg", "suborgs"]
    org_write: Literal["sameorg", "suborgs"]


class FieldValue(Strict):
    field: Field
    value: Any


class TagGroup(Strict):
    id: int
    title: str
    description: str
    organization: Ref


class Tag(Strict):
    id: int
    title: str
    description: str
    hidden: bool
    color: Color | None
    group: Ref | None
    organization: Ref
    value_type: str | None


class AppliedTag(Tag):
    value: str | int | float | dict[str, Any] | None


# --- events (§4.7, §4.8) ---------------------------------------------------------------------------------------------


class Campaign(Strict):
    id: int
    title: str
    info_text: str | None
    color: str
    archived: bool
    published: bool
    visibility: Literal["hidden", "open"]
    manager: Named | None
    cover_file: File | None
    organization: Ref


class Activity(Strict):
    id: int
    title: str
    info_text: str | None
    organization: Ref


class EventPlace(Strict):
    id: int
    lat: float
    lng: float
    title: str


class Event(Strict):
    id: int
    title: str | None
    activity: Ref | None
    campaign: Ref | None
    organization: Ref
    location: EventPlace | None
    start_time: Wall
    end_time: Wall
    info_text: str
    url: str | None
    num_participants_required: Count
    num_participants_available: Count
    contact: Named | None
    published: Naive | None
    published_by_user: Somebody | None
    cancelled: Naive | None
    cancelled_by_user: Somebody | None
    cover_file: File | None


class Participant(Native):
    attended: Naive | None
    cancelled: Naive | None
    noshow: Naive | None
    reminder_sent: Offset | None


class ResponsePerson(Strict):
    id: int
    name: str
    first_name: str
    last_name: str
    email: str | None
    phone: str | None


class Response(Strict):
    id: int
    action_id: int
    response_date: Offset
    person: ResponsePerson


class ResponsePut(Response):
    action: dict[str, Any]


class EventId(Strict):
    id: int


class Reminder(Strict):
    action: EventId
    person: Named
    sent: Offset


class EventStats(Strict):
    num_booked: Count
    num_pending: Count
    num_reminded: Count
    num_signups: Count


class Location(Strict):
    id: int
    title: str
    info_text: str
    lat: float
    lng: float
    organization: Ref


class LocationV2(Strict):
    id: int
    title: str
    description: str | None
    latitude: float
    longitude: float
    organization_id: int
    type: Literal["event", "assignment"]
    num_estimated_households: int
    num_known_households: int
    created: Naive | None
    created_by_user_id: int | None


# --- lists and searches (§4.5, §4.6) -----------------------------------------------------------------------------------


class Target(Strict):
    id: int
    filter_spec: list[dict[str, Any]]


class View(Strict):
    id: int
    title: str
    description: str | None
    created: Naive
    folder: Ref | None
    content_query: Target | None
    owner: Named
    organization: Ref


class Folder(Strict):
    id: int
    title: str
    parent: Ref | None
    organization: Ref


class Column(Strict):
    id: int
    type: str
    title: str
    description: str
    config: dict[str, Any]


class ViewRow(Strict):
    id: int
    content: list[Any]


class ViewAccess(Strict):
    level: Literal["readonly", "edit", "configure"]
    person: Somebody
    updated: Naive
    updated_by: Somebody


class Query(Strict):
    id: int
    type: str
    title: str
    info_text: str
    org_access: Literal["sameorg", "suborgs"]
    organization: Ref
    filter_spec: list[dict[str, Any]]


class Filter(Strict):
    op: Literal["add", "sub", "limit"]
    type: str
    config: dict[str, Any]


class FilterStats(Strict):
    filter: Filter
    matches: Count
    change: int
    result: Count


class FilterSpec(Strict):
    filter_spec: list[dict[str, Any]]


# --- areas (§4.14, v2) ---------------------------------------------------------------------------------------------------


class Polygon(Strict):
    type: Literal["Polygon"]
    coordinates: list[list[list[float]]]


class Area(Strict):
    id: int
    title: str
    description: str | None
    organization_id: int
    boundary: Polygon
    created: Naive
    created_by_user_id: int | None

"""Emails, tasks and calls (API.md §4.11–4.13)."""

from __future__ import annotations

from typing import Any, Literal

from tests.contract.schemas.forms import Count, Day, Naive, Named, Offset, Ref, Somebody, Strict
from tests.contract.schemas.lists import Target
from tests.contract.schemas.people import File, Tag


class EmailConfig(Strict):
    id: int
    config: dict[str, Any]
    domain: str
    no_reply: bool
    sender_email: str
    sender_name: str
    organization: Ref


class EmailTheme(Strict):
    id: int
    block_attributes: dict[str, Any] | None
    css: str | None
    frame_mjml: dict[str, Any] | None


class Email(Strict):
    id: int
    uuid: str
    title: str
    subject: str | None
    content: str | None
    campaign: Ref | None
    organization: Ref
    config: EmailConfig | None
    theme: EmailTheme | None
    reply_to: str | None
    target: Target | None
    locked: Offset | None
    published: Offset | None
    processed: Offset | None


class EmailBlocked(Strict):
    any: Count
    blacklisted: Count
    no_email: Count
    unsubscribed: Count


class EmailStats(Strict):
    num_target_matches: Count
    num_locked_targets: Count | None
    num_blocked: EmailBlocked
    num_sent: Count
    num_opened: Count
    num_clicks: Count
    num_clicks_by_link: dict[str, Count]


class EmailRecipient(Strict):
    id: int
    status: Literal["pending", "sent", "opened"]
    sent: Offset | None
    delivered: None
    opened: Offset | None
    error: None
    email_address: None
    email: Ref
    person: Somebody


class EmailLink(Strict):
    id: int
    tag: str
    url: str
    email: Ref


class Task(Strict):
    id: int
    title: str
    instructions: str
    type: Literal["offline", "visit_link", "share_link", "demographic"]
    config: dict[str, Any]
    published: Naive | None
    deadline: Naive | None
    expires: Naive | None
    time_estimate: int | None
    reassign_interval: int | None
    reassign_limit: int | None
    cover_file: File | None
    target: Target
    campaign: Ref
    organization: Ref


class AssignedTaskTask(Strict):
    """A task as its assignments show it: a subset, its project left out."""

    id: int
    title: str
    instructions: str
    type: str
    config: dict[str, Any]
    published: Naive | None
    deadline: Naive | None
    expires: Naive | None
    time_estimate: int | None
    cover_file: File | None
    organization: Ref
    campaign: None


class AssignedTask(Strict):
    id: int
    status: Literal["assigned", "completed", "expired", "overdue", "ignored"]
    assigned: Naive
    completed: Naive | None
    ignored: Naive | None
    assignee: Somebody
    task: AssignedTaskTask


class CallQuery(Strict):
    id: int
    type: Literal["callassignment_target", "callassignment_goal"]
    filter_spec: list[dict[str, Any]]


class CallAssignment(Strict):
    id: int
    title: str
    description: str
    instructions: str
    cooldown: int
    start_date: Day | None
    end_date: Day | None
    disable_caller_notes: bool
    expose_target_details: bool
    campaign: Ref | None
    organization: Ref
    target: CallQuery
    goal: CallQuery


class CallBlocked(Strict):
    any: Count
    allocated: Count
    call_back_after: Count
    cooldown: Count
    no_number: Count
    organizer_action_needed: Count


class CallStats(Strict):
    num_target_matches: Count
    num_remaining_targets: Count
    num_goal_matches: Count
    num_calls_made: Count
    num_calls_reached: Count
    num_blocked: CallBlocked


class Caller(Somebody):
    prioritized_tags: list[Tag]
    excluded_tags: list[Tag]


class CallTarget(Strict):
    id: int
    name: str
    phone: str | None
    alt_phone: str | None


class Call(Strict):
    id: int
    assignment_id: int
    state: Literal[0, 1, 11, 12, 13, 14, 15, 21]
    allocation_time: Offset
    update_time: Offset
    call_back_after: Offset | None
    notes: str | None
    message_to_organizer: str | None
    organizer_action_needed: bool
    organizer_action_taken: bool | None
    caller: Named
    target: CallTarget

"""Join forms and what comes in through them (API.md §4.16)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.fields import visible_fields
from zetkin_sync.demo.simulator.endpoints.people import add_person
from zetkin_sync.demo.simulator.listing import filtered, listed
from zetkin_sync.demo.simulator.replies import (
    NOTHING,
    Reply,
    Row,
    data,
    invalid,
    item_v2,
    not_found,
    refusal,
)
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.joining import JoinForm, JoinSubmission
from zetkin_sync.demo.world.people import NATIVE
from zetkin_sync.demo.world.state import State

routes = Routes()
joining_v2 = Routes()

_FORM = {
    "title": bodies.filled,
    "description": bodies.optional(bodies.text),
    "fields": bodies.texts,
    "tags": bodies.ids,
    "embeddable": bodies.flag,
    "renderable": bodies.flag,
    "requires_email_verification": bodies.flag,
    "org_access": bodies.one_of("sameorg", "suborgs"),
}
_FILTERS = {"accepted": lambda submission: int(submission.accepted is not None)}


def form_row(state: State, form: JoinForm) -> Row:
    return {
        "id": form.id,
        "title": form.title,
        "description": form.description,
        "embeddable": form.embeddable,
        "renderable": form.renderable,
        "requires_email_verification": form.requires_email_verification,
        "org_access": form.org_access,
        "fields": form.fields,
        "tags": [{"id": t, "title": state.tags[t].title} for t in form.tags if t in state.tags],
        "submit_token": form.submit_token,
        "organization": quotes.organization(state, form.organization),
    }


def submission_row(state: State, submission: JoinSubmission) -> Row:
    form = state.join_forms[submission.form]
    person: Row = {"id": submission.person, **dict.fromkeys(NATIVE)}
    person.update({k: v for k, v in submission.person_data.items() if k in NATIVE})
    return {
        "id": submission.id,
        "form": {"id": form.id, "title": form.title},
        "state": submission.state,
        "submitted": naive(submission.submitted),
        "accepted": naive(submission.accepted),
        "person_data": person,
    }


# --- forms -------------------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/join_forms")
def forms(call: Call) -> Reply:
    """The forms."""
    found = [f for f in call.state.join_forms.values() if f.organization == call.org]
    return listed(call, found, lambda f: form_row(call.state, f))


@routes.post("/orgs/{org}/join_forms")
def make_form(call: Call) -> Reply:
    """Make a form; its token is given by the server."""
    body = _checked(call, bodies.take(call, _FORM, required=("title", "fields")))
    made = JoinForm(
        id=call.state.new_id("join_form"),
        organization=call.org,
        submit_token=call.state.new_secret(),
        **body,
    )
    call.state.join_forms[made.id] = made
    return data(form_row(call.state, made), 201)


def _checked(call: Call, body: Row) -> Row:
    known = {*NATIVE, *(f.slug for f in visible_fields(call.state, call.org))}
    for slug in body.get("fields", ()):
        if slug not in known:
            raise invalid("fields", f"No field {slug!r}")
    for tag in body.get("tags", ()):
        if tag not in call.state.tags:
            raise invalid("tags", f"No tag {tag}")
    return body


@routes.get("/orgs/{org}/join_forms/{form}")
def form(call: Call) -> Reply:
    """One form."""
    return data(form_row(call.state, call.own(call.state.join_forms, "form")))


@routes.patch("/orgs/{org}/join_forms/{form}")
def patch_form(call: Call) -> Reply:
    """Change a form."""
    found = call.own(call.state.join_forms, "form")
    for name, value in _checked(call, bodies.take(call, _FORM)).items():
        setattr(found, name, value)
    return data(form_row(call.state, found))


@routes.delete("/orgs/{org}/join_forms/{form}")
def delete_form(call: Call) -> Reply:
    """Remove a form and what came in through it."""
    gone = call.own(call.state.join_forms, "form").id
    for number in [s.id for s in call.state.join_submissions.values() if s.form == gone]:
        del call.state.join_submissions[number]
    del call.state.join_forms[gone]
    return NOTHING


@joining_v2.get("/orgs/{org}/join_forms/{form}", Access.PUBLIC)
def public_form(call: Call) -> Reply:
    """One form as a stranger sees it: without token and tags."""
    found = call.own(call.state.join_forms, "form")
    kinds = {f.slug: f.type for f in visible_fields(call.state, call.org)}
    return item_v2(
        {
            "id": found.id,
            "title": found.title,
            "description": found.description,
            "renderable": found.renderable,
            "embeddable": found.embeddable,
            "requires_email_verification": found.requires_email_verification,
            "organization_id": found.organization,
            "fields": [{"slug": slug, "type": kinds.get(slug, "text")} for slug in found.fields],
        }
    )


# --- submissions -------------------------------------------------------------------------------------------------


@routes.post("/orgs/{org}/join_forms/{form}/submissions", Access.PUBLIC)
def submit(call: Call) -> Reply:
    """Send a form in; where the address must be confirmed it is listed only afterwards (M #2369)."""
    found = call.own(call.state.join_forms, "form")
    body = bodies.take(
        call,
        {"submit_token": bodies.text, "form_data": bodies.mapping},
        required=("submit_token", "form_data"),
    )
    if body["submit_token"] != found.submit_token:
        raise not_found()
    given = bodies.read(body["form_data"], dict.fromkeys(found.fields, bodies.anything))
    made = send_in(call.state, found, given, call.now)
    return data(submission_row(call.state, made), 202)


def send_in(state: State, form: JoinForm, given: dict[str, Any], now: datetime) -> JoinSubmission:
    """Keep what somebody sent in through a form."""
    made = JoinSubmission(
        id=state.new_id("join_submission"),
        organization=form.organization,
        form=form.id,
        submitted=now,
        person_data=given,
        listed=not form.requires_email_verification,
    )
    state.join_submissions[made.id] = made
    if not made.listed:
        state.later(now + timedelta(seconds=state.policy.confirm_seconds), partial(_confirm, made.id))
    return made


def _confirm(number: int, state: State, _when: datetime) -> None:
    """The address was confirmed."""
    if number in state.join_submissions:
        state.join_submissions[number].listed = True


def _listed(call: Call, form: int | None) -> Reply:
    found = [
        s
        for s in call.state.join_submissions.values()
        if s.listed and s.organization == call.org and form in (None, s.form)
    ]
    return listed(call, filtered(call, found, _FILTERS), lambda s: submission_row(call.state, s))


@routes.get("/orgs/{org}/join_forms/{form}/submissions")
def submissions_of_form(call: Call) -> Reply:
    """What came in through one form."""
    return _listed(call, call.own(call.state.join_forms, "form").id)


@routes.get("/orgs/{org}/join_submissions")
def submissions(call: Call) -> Reply:
    """What came in through all forms."""
    return _listed(call, None)


def _submission(call: Call) -> JoinSubmission:
    found = call.own(call.state.join_submissions, "submission")
    if not found.listed:
        raise not_found()
    return found


@routes.get("/orgs/{org}/join_submissions/{submission}")
def submission(call: Call) -> Reply:
    """One submission."""
    return data(submission_row(call.state, _submission(call)))


@routes.patch("/orgs/{org}/join_submissions/{submission}")
def accept(call: Call) -> Reply:
    """Accept a submission: the person is made and gets the form's tags."""
    found, body = _submission(call), call.object()
    if body.get("state") != "accepted" or len(body) != 1:
        raise refusal(400, "Incorrectly formatted data")
    if found.state == "pending":
        _accept(call, found)
    return data(submission_row(call.state, found))


def _accept(call: Call, found: JoinSubmission) -> None:
    native = {k: v for k, v in found.person_data.items() if k in NATIVE}
    custom = {k: v for k, v in found.person_data.items() if k not in NATIVE}
    native.setdefault("first_name", "")
    native.setdefault("last_name", "")
    person = add_person(call.state, call.org, native, custom)
    for tag in call.state.join_forms[found.form].tags:
        if tag in call.state.tags:
            call.state.tags[tag].people[person.id] = None
    found.state, found.accepted, found.person = "accepted", call.now, person.id


@routes.delete("/orgs/{org}/join_submissions/{submission}")
def delete_submission(call: Call) -> Reply:
    """Refuse a submission."""
    del call.state.join_submissions[_submission(call).id]
    return NOTHING

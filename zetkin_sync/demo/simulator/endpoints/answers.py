"""Survey submissions: sent in by anybody, linked to people by organizers (API.md §4.10)."""

from __future__ import annotations

from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.surveys import is_open, own_survey
from zetkin_sync.demo.simulator.listing import filtered, listed
from zetkin_sync.demo.simulator.replies import (
    NOTHING,
    Reply,
    Row,
    data,
    forbidden,
    invalid,
    missing,
    refusal,
)
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.people import Person
from zetkin_sync.demo.world.state import State
from zetkin_sync.demo.world.surveys import Submission, Survey

routes = Routes()

_FILTERS = {"linked": lambda submission: int(submission.person is not None)}


def submission_row(state: State, submission: Submission) -> Row:
    """A submission in a list: without its answers."""
    survey = state.surveys[submission.survey]
    return {
        "id": submission.id,
        "submitted": naive(submission.submitted),
        "survey": {"id": survey.id, "title": survey.title},
        "organization": quotes.organization(state, submission.organization),
        "respondent": submission.respondent,
    }


def whole_row(state: State, submission: Submission) -> Row:
    """A submission on its own: with its answers."""
    return {**submission_row(state, submission), "responses": submission.responses}


@routes.get("/orgs/{org}/surveys/{survey}/submissions")
def submissions_of_survey(call: Call) -> Reply:
    """What came in to one survey."""
    survey = own_survey(call)
    found = [s for s in call.state.submissions.values() if s.survey == survey.id]
    return listed(call, filtered(call, found, _FILTERS), lambda s: submission_row(call.state, s))


@routes.get("/orgs/{org}/survey_submissions")
def submissions(call: Call) -> Reply:
    """What came in to all surveys."""
    scope = call.scope
    found = [s for s in call.state.submissions.values() if s.organization in scope]
    return listed(call, filtered(call, found, _FILTERS), lambda s: submission_row(call.state, s))


@routes.post("/orgs/{org}/surveys/{survey}/submissions", Access.PUBLIC)
def submit(call: Call) -> Reply:
    """Answer a survey: nameless, as oneself, for somebody, or with a name and address."""
    survey = own_survey(call)
    if not is_open(call, survey):
        raise forbidden()
    checks = {"responses": bodies.sequence, "signature": bodies.anything}
    body = bodies.take(call, checks, required=("responses",))
    if "signature" not in body:
        raise refusal(400, "Missing signature")
    made = Submission(
        id=call.state.new_id("submission"),
        survey=survey.id,
        organization=survey.organization,
        submitted=call.now,
        respondent=_respondent(call, survey, body["signature"]),
        responses=[_response(survey, given) for given in body["responses"]],
    )
    call.state.submissions[made.id] = made
    return data(whole_row(call.state, made), 201)


def _respondent(call: Call, survey: Survey, signature: Any) -> Row | None:
    if survey.signature == "force_anonymous":
        return None
    if signature is None:
        if survey.signature == "require_signature":
            raise refusal(400, "Missing signature")
        return None
    if signature == "user":
        if call.user is None:
            raise refusal(401, "401 Unauthorized")
        return _signed(call.state.people[call.person_of_user()])
    if isinstance(signature, int):
        return _signed(call.member(signature))
    words = {"email": bodies.optional(bodies.text), "first_name": bodies.filled, "last_name": bodies.filled}
    given = bodies.read(bodies.mapping("signature", signature), words, required=("first_name", "last_name"))
    row = {"id": None, "email": None, **given}
    return {name: row[name] for name in ("id", "first_name", "last_name", "email")}


def _signed(person: Person) -> Row:
    return {**quotes.person(person), "email": person.email}


def _response(survey: Survey, given: Any) -> Row:
    """An answer: text, chosen options, or nothing but the question; `question_id` is the element's id."""
    checks = {"question_id": bodies.whole, "response": bodies.text, "options": bodies.ids}
    answer = bodies.read(bodies.mapping("responses", given), checks, required=("question_id",))
    question = next((e for e in survey.elements if e.id == answer["question_id"]), None)
    if question is None or question.type != "question":
        raise invalid("question_id", f"No question {answer['question_id']}")
    if set(answer.get("options", ())) - {o.id for o in question.options}:
        raise invalid("options", "No such option")
    return answer


def _submission(call: Call) -> Submission:
    return call.own(call.state.submissions, "submission")


@routes.get("/orgs/{org}/survey_submissions/{submission}")
def submission(call: Call) -> Reply:
    """One submission with its answers."""
    return data(whole_row(call.state, _submission(call)))


@routes.patch("/orgs/{org}/survey_submissions/{submission}")
def link(call: Call) -> Reply:
    """Say whose answers these are, or that nobody knows."""
    found = _submission(call)
    body = bodies.take(call, {"respondent_id": bodies.optional(bodies.whole)})
    if "respondent_id" not in body:
        raise missing("respondent_id")
    number = body["respondent_id"]
    if number is not None:
        found.respondent = _signed(call.member(number))
    elif found.respondent is not None:
        found.respondent = {**found.respondent, "id": None}
    return data(whole_row(call.state, found))


@routes.delete("/orgs/{org}/survey_submissions/{submission}")
def delete_submission(call: Call) -> Reply:
    """Remove a submission."""
    del call.state.submissions[_submission(call).id]
    return NOTHING


def submitted_by(state: State, person: int) -> list[Submission]:
    """A person's linked submissions, newest last."""
    return [s for s in state.submissions.values() if s.person == person]

"""Surveys, their elements in order, and what people answered (API.md §4.10)."""

from __future__ import annotations

from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.projects import may_organize
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, missing, not_found, refusal
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.state import State
from zetkin_sync.demo.world.surveys import Element, Option, Survey

routes = Routes()

_SIGNATURES = ("require_signature", "allow_anonymous", "force_anonymous")
_SURVEY = {
    "title": bodies.filled,
    "info_text": bodies.text,
    "access": bodies.one_of("open", "list"),
    "callers_only": bodies.flag,
    "allow_anonymous": bodies.flag,
    "signature": bodies.one_of(*_SIGNATURES),
    "org_access": bodies.one_of("sameorg", "suborgs"),
    "published": bodies.optional(bodies.instant),
    "expires": bodies.optional(bodies.instant),
    "campaign_id": bodies.optional(bodies.whole),
}
_QUESTION = {
    "question": bodies.text,
    "description": bodies.optional(bodies.text),
    "required": bodies.flag,
    "response_type": bodies.one_of("text", "options"),
    "response_config": bodies.mapping,
    "options": bodies.sequence,
}
_ELEMENT = {
    "type": bodies.one_of("text", "question"),
    "hidden": bodies.flag,
    "text_block": bodies.mapping,
    "question": bodies.mapping,
}


def element_row(element: Element) -> Row:
    row: Row = {"id": element.id, "hidden": element.hidden, "type": element.type}
    if element.type == "text":
        row["text_block"] = {"header": element.header, "content": element.content}
        return row
    question: Row = {
        "question": element.question,
        "description": element.description,
        "required": element.required,
        "response_type": element.response_type,
        "response_config": element.response_config,
    }
    if element.response_type == "options":
        question["options"] = [option_row(option) for option in element.options]
    row["question"] = question
    return row


def option_row(option: Option) -> Row:
    return {"id": option.id, "text": option.text}


def survey_row(state: State, survey: Survey) -> Row:
    """A survey in a list: without its elements."""
    return {
        "id": survey.id,
        "title": survey.title,
        "info_text": survey.info_text,
        "access": survey.access,
        "callers_only": survey.callers_only,
        "allow_anonymous": survey.signature != "require_signature",
        "signature": survey.signature,
        "org_access": survey.org_access,
        "published": naive(survey.published),
        "expires": naive(survey.expires),
        "campaign": quotes.campaign(state, survey.campaign),
        "organization": quotes.organization(state, survey.organization),
    }


def whole_row(state: State, survey: Survey) -> Row:
    """A survey on its own: with its elements."""
    return {**survey_row(state, survey), "elements": [element_row(e) for e in survey.elements]}


def is_open(call: Call, survey: Survey) -> bool:
    """May it be answered now?"""
    begun = survey.published is not None and survey.published <= call.now
    return begun and (survey.expires is None or survey.expires > call.now)


def own_survey(call: Call) -> Survey:
    """The survey in the path, when the sender may see it."""
    found = call.own(call.state.surveys, "survey")
    if not is_open(call, found) and not may_organize(call):
        raise not_found()
    return found


@routes.get("/orgs/{org}/surveys", Access.PUBLIC)
def surveys(call: Call) -> Reply:
    """The surveys; strangers see the open ones."""
    found = [s for s in call.state.surveys.values() if s.organization in call.scope]
    if not may_organize(call):
        found = [s for s in found if is_open(call, s)]
    return listed(call, found, lambda s: survey_row(call.state, s))


@routes.get("/orgs/{org}/campaigns/{campaign}/surveys")
def surveys_of_campaign(call: Call) -> Reply:
    """A project's surveys."""
    project = call.own(call.state.campaigns, "campaign")
    found = [s for s in call.state.surveys.values() if s.campaign == project.id]
    return listed(call, found, lambda s: survey_row(call.state, s))


@routes.post("/orgs/{org}/surveys")
def make_survey(call: Call) -> Reply:
    """Make a draft."""
    return _made(call, bodies.take(call, _SURVEY, required=("title",)))


@routes.post("/orgs/{org}/campaigns/{campaign}/surveys")
def make_survey_in_campaign(call: Call) -> Reply:
    """Make a draft in a project."""
    project = call.own(call.state.campaigns, "campaign")
    return _made(call, {**bodies.take(call, _SURVEY, required=("title",)), "campaign_id": project.id})


def _made(call: Call, body: Row) -> Reply:
    made = Survey(id=call.state.new_id("survey"), organization=call.org, **_stored(body))
    call.state.surveys[made.id] = made
    return data(whole_row(call.state, made), 201)


def _stored(body: Row) -> Row:
    if "campaign_id" in body:
        body["campaign"] = body.pop("campaign_id")
    anonymous = body.pop("allow_anonymous", None)
    if anonymous is not None and "signature" not in body:
        body["signature"] = "allow_anonymous" if anonymous else "require_signature"
    return body


@routes.get("/orgs/{org}/surveys/{survey}", Access.PUBLIC)
def survey(call: Call) -> Reply:
    """One survey with its elements."""
    return data(whole_row(call.state, own_survey(call)))


@routes.patch("/orgs/{org}/surveys/{survey}")
def patch_survey(call: Call) -> Reply:
    """Change or publish a survey."""
    found = own_survey(call)
    for name, value in _stored(bodies.take(call, _SURVEY)).items():
        setattr(found, name, value)
    return data(whole_row(call.state, found))


@routes.delete("/orgs/{org}/surveys/{survey}")
def delete_survey(call: Call) -> Reply:
    """Remove a survey and its answers."""
    gone = own_survey(call).id
    for number in [s.id for s in call.state.submissions.values() if s.survey == gone]:
        del call.state.submissions[number]
    del call.state.surveys[gone]
    return NOTHING


# --- elements ----------------------------------------------------------------------------------------------------


def _element(call: Call, survey: Survey) -> Element:
    for element in survey.elements:
        if element.id == call.number("element"):
            return element
    raise not_found()


def _fill(call: Call, element: Element, body: Row) -> None:
    """Put a body's words into an element; options are given as plain strings."""
    if "hidden" in body:
        element.hidden = body["hidden"]
    for name, value in bodies.read(
        body.get("text_block", {}),
        {"header": bodies.text, "content": bodies.optional(bodies.text)},
    ).items():
        setattr(element, name, value)
    question = bodies.read(body.get("question", {}), _QUESTION)
    options = question.pop("options", None)
    for name, value in question.items():
        setattr(element, name, value)
    if options is not None:
        element.options = [_option(call, option) for option in options]


def _option(call: Call, given: Any) -> Option:
    words = given.get("text") if isinstance(given, dict) else given
    return Option(id=call.state.new_id("option"), text=bodies.text("options", words))


@routes.get("/orgs/{org}/surveys/{survey}/elements")
def elements(call: Call) -> Reply:
    """The elements, in order."""
    return data([element_row(e) for e in own_survey(call).elements])


@routes.post("/orgs/{org}/surveys/{survey}/elements")
def make_element(call: Call) -> Reply:
    """Add a text block or a question."""
    found, body = own_survey(call), bodies.take(call, _ELEMENT, required=("type",))
    if body["type"] == "question" and "question" not in body:
        raise missing("question")
    made = Element(id=call.state.new_id("element"), type=body["type"])
    _fill(call, made, body)
    found.elements.append(made)
    return data(element_row(made), 201)


@routes.get("/orgs/{org}/surveys/{survey}/elements/{element}")
def element(call: Call) -> Reply:
    """One element."""
    return data(element_row(_element(call, own_survey(call))))


@routes.patch("/orgs/{org}/surveys/{survey}/elements/{element}")
def patch_element(call: Call) -> Reply:
    """Change an element."""
    found = _element(call, own_survey(call))
    _fill(call, found, bodies.take(call, _ELEMENT))
    return data(element_row(found))


@routes.delete("/orgs/{org}/surveys/{survey}/elements/{element}")
def delete_element(call: Call) -> Reply:
    """Remove an element."""
    found = own_survey(call)
    found.elements.remove(_element(call, found))
    return NOTHING


@routes.get("/orgs/{org}/surveys/{survey}/element_order")
def element_order(call: Call) -> Reply:
    """The order of the elements."""
    return data({"default": [e.id for e in own_survey(call).elements]})


@routes.patch("/orgs/{org}/surveys/{survey}/element_order")
def patch_element_order(call: Call) -> Reply:
    """Change the order."""
    found = own_survey(call)
    found.elements = _ordered(call, found.elements)
    return data({"default": [e.id for e in found.elements]})


def _ordered(call: Call, items: list[Any]) -> list[Any]:
    order = bodies.take(call, {"default": bodies.ids}, required=("default",))["default"]
    by_id = {item.id: item for item in items}
    if sorted(order) != sorted(by_id):
        raise refusal(400, "Malformed data", "Every item must be named once.")
    return [by_id[number] for number in order]


# --- options -----------------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/surveys/{survey}/elements/{element}/options")
def options(call: Call) -> Reply:
    """A question's options."""
    return data([option_row(o) for o in _element(call, own_survey(call)).options])


@routes.post("/orgs/{org}/surveys/{survey}/elements/{element}/options")
def make_option(call: Call) -> Reply:
    """Add an option."""
    found = _element(call, own_survey(call))
    made = _option(call, bodies.take(call, {"text": bodies.text}, required=("text",)))
    found.options.append(made)
    return data(option_row(made), 201)


@routes.get("/orgs/{org}/surveys/{survey}/elements/{element}/options/{option}")
def option(call: Call) -> Reply:
    """One option."""
    return data(option_row(_one_option(call)))


@routes.patch("/orgs/{org}/surveys/{survey}/elements/{element}/options/{option}")
def patch_option(call: Call) -> Reply:
    """Change an option's words."""
    found = _one_option(call)
    found.text = bodies.take(call, {"text": bodies.text}).get("text", found.text)
    return data(option_row(found))


@routes.delete("/orgs/{org}/surveys/{survey}/elements/{element}/options/{option}")
def delete_option(call: Call) -> Reply:
    """Remove an option."""
    _element(call, own_survey(call)).options.remove(_one_option(call))
    return NOTHING


def _one_option(call: Call) -> Option:
    for option in _element(call, own_survey(call)).options:
        if option.id == call.number("option"):
            return option
    raise not_found()


@routes.get("/orgs/{org}/surveys/{survey}/elements/{element}/option_order")
def option_order(call: Call) -> Reply:
    """The order of the options."""
    return data({"default": [o.id for o in _element(call, own_survey(call)).options]})


@routes.patch("/orgs/{org}/surveys/{survey}/elements/{element}/option_order")
def patch_option_order(call: Call) -> Reply:
    """Change the order."""
    found = _element(call, own_survey(call))
    found.options = _ordered(call, found.options)
    return data({"default": [o.id for o in found.options]})

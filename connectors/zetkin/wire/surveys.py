"""Surveys, their choices, and who chose what; what somebody wrote is never read."""

from __future__ import annotations

import msgspec

from connectors.zetkin.wire.shapes import Id, Ref, Row, envelope, id_of, listing
from connectors.zetkin.wire.times import instant


class _Survey(msgspec.Struct, gc=False):
    id: Id
    title: str = ""
    campaign: Ref | None = None
    signature: str | None = None
    published: str | None = None
    expires: str | None = None


class _Option(msgspec.Struct, gc=False):
    id: Id
    text: str = ""


class _Question(msgspec.Struct):
    options: list[_Option] = []


class _Element(msgspec.Struct):
    id: Id
    question: _Question | None = None


class _Elements(msgspec.Struct):
    elements: list[_Element] = []


class _Respondent(msgspec.Struct, gc=False):
    id: Id | None = None


class _Submission(msgspec.Struct, gc=False):
    id: Id
    submitted: str | None = None
    respondent: _Respondent | None = None


class _Answer(msgspec.Struct):
    question_id: Id
    options: list[Id] | None = None
    response: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Answers(msgspec.Struct):
    responses: list[_Answer] = []


surveys = listing(
    _Survey,
    lambda s: (s.id, s.title, id_of(s.campaign), s.signature, instant(s.published), instant(s.expires)),
)
_elements = envelope(_Elements).decode
_submissions = envelope(list[_Submission]).decode
_answers = envelope(_Answers).decode
_NOTHING_WRITTEN = (b"null", b'""')


def options(survey: int, body: bytes) -> list[Row]:
    """The choices of one survey; a question's id in answers is its element's (API.md §4.10)."""
    return [
        (survey, option.id, element.id, option.text)
        for element in _elements(body).data.elements
        if element.question
        for option in element.question.options
    ]


def submissions(survey: int, body: bytes) -> list[Row]:
    """Who answered one survey."""
    return [
        (survey, s.id, s.respondent.id if s.respondent else None, instant(s.submitted))
        for s in _submissions(body).data
    ]


def answers(submission: int, body: bytes) -> list[Row]:
    """What one submission chose; of a written answer only that there is one."""
    return [
        (
            submission,
            a.question_id,
            msgspec.json.encode(sorted(a.options or ())).decode(),
            bool(a.options) or _wrote(a),
        )
        for a in _answers(body).data.responses
    ]


def _wrote(answer: _Answer) -> bool:
    return isinstance(answer.response, msgspec.Raw) and bytes(answer.response) not in _NOTHING_WRITTEN

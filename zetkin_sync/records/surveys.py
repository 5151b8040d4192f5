"""Surveys and who answered them: options, states and times, never what somebody wrote (API.md §4.10)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Mirror, Mirrored


class Survey(Mirror, table=True):
    """A survey."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("surveys")

    id: int = key("the survey")
    title: str = stored("what people call it; goals name surveys by it")
    project: int | None = stored("its project", default=None)
    signature: str | None = stored("may answers be anonymous", default=None)
    published: datetime | None = stored("is it open", default=None)
    expires: datetime | None = stored("is it closed", default=None)


class SurveyOption(Mirror, table=True):
    """A choice that a survey offers."""

    __tablename__ = "survey_option"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("survey_options", parented=True)

    survey: int = key("the survey")
    id: int = key("the choice")
    question: int = stored("which question it answers")
    text: str = stored("what the choice is called; goals name answers by it", default="")


class SurveySubmission(Mirror, table=True):
    """An answered survey; without a person when it is anonymous or not linked to one."""

    __tablename__ = "survey_submission"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("survey_submissions", parented=True)

    survey: int = key("the survey")
    id: int = key("the answered survey")
    person: int | None = stored("who answered, when it is known", person=True, default=None)
    submitted: datetime | None = stored("when", default=None)


class SurveyAnswer(Mirror, table=True):
    """What one submission chose for one question."""

    __tablename__ = "survey_answer"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("survey_answers", parented=True)

    submission: int = key("the answered survey")
    question: int = key("the question")
    options: str = stored("the chosen options' ids, JSON", default="[]")
    answered: bool = stored("was anything chosen or written", default=False)

"""Filters on how a person was reached: emails, calls, surveys, tasks, forms, cases (API.md §5.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from zetkin_sync.demo.simulator.search.filters import (
    BadSpec,
    Config,
    Filter,
    Search,
    choose,
    need,
)
from zetkin_sync.demo.world.calls import CALL_BACK, REACHED, UNFINISHED, PhoneCall
from zetkin_sync.demo.world.emails import Email
from zetkin_sync.demo.world.surveys import Submission

# --- emails ------------------------------------------------------------------------------------------------------


def _emails(search: Search, config: Config) -> list[Email]:
    """The emails meant: one, a project's, or all."""
    found = list(search.state.emails.values())
    if config.get("email"):
        found = [e for e in found if e.id == config["email"]]
    if config.get("campaign"):
        found = [e for e in found if e.campaign == config["campaign"]]
    return found


def _email_history(search: Search, config: Config, pool: set[int]) -> set[int]:
    operator = choose(config, "operator", "sent", "not_sent", "opened", "not_opened")
    inside, kind = search.between(config), operator.removeprefix("not_")
    found = {
        r.person
        for email in _emails(search, config)
        for r in email.recipients.values()
        if inside(getattr(r, kind))
    }
    return pool - found if operator.startswith("not_") else pool & found


def _email_click(search: Search, config: Config, pool: set[int]) -> set[int]:
    operator = choose(config, "operator", "clicked", "not_clicked")
    inside, emails = search.between(config), {e.id for e in _emails(search, config)}
    links = [link for link in search.state.links.values() if link.email in emails]
    if config.get("links"):
        links = [link for link in links if link.id in config["links"]]
    found = {person for link in links for person, when in link.clicks.items() if inside(when)}
    return pool - found if operator == "not_clicked" else pool & found


def _email_blacklist(search: Search, config: Config, pool: set[int]) -> set[int]:
    """Those blocked; `any` is unsubscribed or blacklisted, which is all one can learn (API.md §4.13)."""
    choose(config, "operator", "blacklisted")
    reason = choose(config, "reason", "unsub_org", "any")
    found = set(search.state.unsubscribed.get(search.organization, ()))
    if reason == "any":
        found |= search.state.blacklisted
    return found & pool


# --- calls -------------------------------------------------------------------------------------------------------


def _calls(search: Search, config: Config) -> Iterator[PhoneCall]:
    inside = search.between(config)
    for made in search.state.calls.values():
        meant = config.get("assignment") in (None, made.assignment)
        if meant and made.state != UNFINISHED and inside(made.updated):
            yield made


def _call_history(search: Search, config: Config, pool: set[int]) -> set[int]:
    operator = choose(config, "operator", "called", "reached", "notreached")
    made = list(_calls(search, config))
    reached = Counter(c.target for c in made if c.state == REACHED)
    times = reached if operator == "reached" else Counter(c.target for c in made)
    least = int(config.get("minTimes", 1))
    found = {person for person, count in times.items() if count >= least}
    return pool & (found - reached.keys() if operator == "notreached" else found)


def _call_blocked(search: Search, config: Config, pool: set[int]) -> set[int]:
    state, now = search.state, search.now
    calls = list(state.calls.values())
    reasons = {
        "allocated": {c.target for c in calls if c.state == UNFINISHED},
        "organizer_action_needed": {
            c.target for c in calls if c.organizer_action_needed and not c.organizer_action_taken
        },
        "call_back_after": {
            c.target for c in calls if c.state == CALL_BACK and c.call_back_after and c.call_back_after > now
        },
        "cooldown": {c.target for c in calls if c.state != UNFINISHED and _rests(search, c)},
        "no_number": {p.id for p in search.people(pool) if not (p.phone or p.alt_phone)},
    }
    reason = choose(config, "reason", "any", *reasons)
    return pool & (set().union(*reasons.values()) if reason == "any" else reasons[reason])


def _rests(search: Search, made: PhoneCall) -> bool:
    assignment = search.state.call_assignments.get(made.assignment)
    hours = assignment.cooldown if assignment else 0
    return (search.now - made.updated).total_seconds() < hours * 3600


def _caller(search: Search, config: Config, pool: set[int]) -> set[int]:
    need(config, "assignment")
    operator = choose(config, "operator", "assigned", "notassigned")
    assignment = search.state.call_assignments.get(config["assignment"])
    if assignment is None:
        raise BadSpec(f"no call assignment {config['assignment']}")
    callers = set(assignment.callers)
    return pool - callers if operator == "notassigned" else pool & callers


# --- surveys -----------------------------------------------------------------------------------------------------


def _submissions(search: Search, config: Config) -> Iterator[tuple[int, Submission]]:
    """Answers with the person they are linked to; others no search finds (API.md §6.16)."""
    inside = search.between(config)
    for submission in search.state.submissions.values():
        meant = config.get("survey") in (None, submission.survey)
        if meant and submission.person is not None and inside(submission.submitted):
            yield submission.person, submission


def _survey_submission(search: Search, config: Config, pool: set[int]) -> set[int]:
    need(config, "survey")
    choose(config, "operator", "submitted")
    return pool & {person for person, _ in _submissions(search, config)}


def _answers(search: Search, config: Config) -> Iterator[tuple[int, dict[str, Any]]]:
    for person, submission in _submissions(search, config):
        for answer in submission.responses:
            if config.get("question") in (None, answer["question_id"]):
                yield person, answer


def _survey_response(search: Search, config: Config, pool: set[int]) -> set[int]:
    """By a text answer, whatever the case; the opposites are found among those who answered."""
    need(config, "value")
    if "question" not in config and "survey" not in config:
        raise BadSpec("missing key: 'question'")
    operator = choose(config, "operator", "eq", "noteq", "in", "notin")
    value = str(config["value"]).casefold()
    answered: set[int] = set()
    found: set[int] = set()
    for person, answer in _answers(search, config):
        text = answer.get("response")
        if text is not None:
            answered.add(person)
            if text.casefold() == value if operator in ("eq", "noteq") else value in text.casefold():
                found.add(person)
    return pool & (answered - found if operator.startswith("not") else found)


def _survey_option(search: Search, config: Config, pool: set[int]) -> set[int]:
    need(config, "question", "options")
    operator, wanted = choose(config, "operator", "all", "any", "none"), set(config["options"])
    chosen: dict[int, set[int]] = {}
    for person, answer in _answers(search, config):
        chosen.setdefault(person, set()).update(answer.get("options", ()))
    match operator:
        case "all":
            found = {p for p, options in chosen.items() if wanted <= options}
        case "any":
            found = {p for p, options in chosen.items() if wanted & options}
        case _:
            found = {p for p, options in chosen.items() if not wanted & options}
    return pool & found


# --- tasks, forms, cases -------------------------------------------------------------------------------------------


def _within(search: Search, wanted: Any, instant: datetime | None) -> bool:
    """`true` for any time, `{after, before}` for some."""
    return instant is not None if wanted is True else search.between(wanted)(instant)


def _task(search: Search, config: Config, pool: set[int]) -> set[int]:
    """Who was given, did or ignored tasks; `matching` says how many."""
    kinds = [k for k in ("assigned", "completed", "ignored") if config.get(k)]
    if len(kinds) != 1:
        raise BadSpec("one of assigned, completed, ignored is needed")
    kind = kinds[0]
    times: Counter[int] = Counter()
    for task in search.state.tasks.values():
        wanted = {"task": task.id, "campaign": task.campaign, "type": task.type}
        if any(config.get(name) not in (None, value) for name, value in wanted.items()):
            continue
        estimate = config.get("time_estimate")
        if estimate and not _between_numbers(estimate, task.time_estimate or 0):
            continue
        times.update(p for p, a in task.assigned.items() if _within(search, config[kind], getattr(a, kind)))
    matching = config.get("matching") or {"min": 1}
    return pool & {person for person, count in times.items() if _between_numbers(matching, count)}


def _between_numbers(bounds: Config, number: float) -> bool:
    low, high = bounds.get("min"), bounds.get("max")
    return (low is None or number >= low) and (high is None or number <= high)


def _joinform(search: Search, config: Config, pool: set[int]) -> set[int]:
    inside = search.between(config.get("submitted") or {})
    return pool & {
        s.person
        for s in search.state.join_submissions.values()
        if s.person is not None and config.get("form") in (None, s.form) and inside(s.submitted)
    }


def _journey_subjects(search: Search, config: Config, pool: set[int]) -> set[int]:
    """Whom cases are about; `closed: null` means those still open."""
    opened, found = search.between(config.get("opened") or {}), set[int]()
    for case in search.state.instances.values():
        if config.get("journey") not in (None, case.journey) or not opened(case.created):
            continue
        if "closed" in config:
            wanted = config["closed"]
            if (case.closed is not None) if wanted is None else not search.between(wanted)(case.closed):
                continue
        if config.get("tags") and not _tagged(config["tags"], set(case.tags)):
            continue
        found |= case.subjects.keys()
    return pool & found


def _tagged(config: Config, tags: set[int]) -> bool:
    common = tags & set(config.get("ids", ()))
    match choose(config, "condition", "all", "any", "none", "some"):
        case "all":
            return len(common) == len(set(config["ids"]))
        case "any":
            return bool(common)
        case "none":
            return not common
        case _:
            return len(common) >= int(config.get("min_matching", 1))


FILTERS: dict[str, Filter] = {
    "email_history": _email_history,
    "email_click": _email_click,
    "email_blacklist": _email_blacklist,
    "call_history": _call_history,
    "call_blocked": _call_blocked,
    "caller": _caller,
    "survey_submission": _survey_submission,
    "survey_response": _survey_response,
    "survey_option": _survey_option,
    "task": _task,
    "joinform": _joinform,
    "journey_subjects": _journey_subjects,
}

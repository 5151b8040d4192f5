"""An independent check of the planner: rules and worth reckoned from the JSON alone, and tiny optima by trying all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

Document = dict[str, Any]


def expected_fill(places: int, chances: list[float]) -> float:
    """E[min(places, X)] by following every number of comers."""
    comers = [1.0]
    for p in chances:
        comers = [
            (comers[k] * (1 - p) if k < len(comers) else 0) + (comers[k - 1] * p if k else 0)
            for k in range(len(comers) + 1)
        ]
    return sum(min(places, k) * q for k, q in enumerate(comers))


def objective(question: Document, messages: list[Document]) -> float:
    """Σ w · E[min(open, X)] of what is asked."""
    chance = {(person, event): p for person, event, p in question["edges"]}
    return sum(
        event["weight"]
        * expected_fill(
            event["open"],
            [chance.get((m["person"], event["id"]), 0.0) for m in messages if event["id"] in m["events"]],
        )
        for event in question["events"]
    )


def clash(a: Document, b: Document) -> bool:
    if a.get("start") is None or b.get("start") is None:
        return False
    return bool(a["start"] < b["end"] and b["start"] < a["end"])


def broken_rules(question: Document, answer: Document) -> list[str]:
    """Every rule that the answer breaks."""
    people = {p["id"]: p["allowance"] for p in question["people"]}
    events = {e["id"]: e for e in question["events"]}
    pairs = {(person, event) for person, event, _ in question["edges"]}
    messages, bundles = answer["messages"], answer["bundles"]
    wrong = []
    asked = [m["person"] for m in messages]
    if len(set(asked)) != len(asked):
        wrong.append("two messages to one person")
    if any(people[person] < 1 for person in asked):
        wrong.append("no allowance")
    if question["budget"] is not None and len(messages) > question["budget"]:
        wrong.append("over the budget")
    for message in messages:
        names = message["events"]
        if not 1 <= len(names) <= question["lines"] or len(set(names)) != len(names):
            wrong.append("lines")
        if any(clash(events[a], events[b]) for a, b in combinations(names, 2)):
            wrong.append("clash")
        fits = sum((message["person"], event) in pairs for event in names)
        if question["bundles"] is None and fits < len(names):
            wrong.append("a line without a pair")
        if fits < 1 or (question["half"] and question["bundles"] is not None and 2 * fits < len(names)):
            wrong.append("too few lines fit")
    if question["bundles"] is not None:
        if len(bundles) > question["bundles"]:
            wrong.append("too many bundles")
        sent = {person: bundle["events"] for bundle in bundles for person in bundle["people"]}
        if sum(len(b["people"]) for b in bundles) != len(messages) or any(
            sent.get(m["person"]) != m["events"] for m in messages
        ):
            wrong.append("bundles and messages differ")
    if abs(objective(question, messages) - answer["objective"]) > 1e-9 * max(1, answer["objective"]):
        wrong.append("objective")
    if abs(answer["objective"] - question["tau"] * len(messages) - answer["objective_minus_tau"]) > 1e-9:
        wrong.append("objective_minus_tau")
    if answer["objective"] > answer["bound"] + 1e-9:
        wrong.append("above the bound")
    return wrong


def best(question: Document, *, tau: float) -> float:
    """The highest Σ w · E[min(open, X)] − tau · messages of any plan that keeps the rules, by trying all."""
    if question["bundles"] is None:
        return max(_worth(question, plan, tau) for plan in _personal(question))
    return max(_worth(question, plan, tau) for plan in _bundled(question))


def _worth(question: Document, messages: list[Document], tau: float) -> float:
    return objective(question, messages) - tau * len(messages)


def _menus(question: Document, names: list[Any]) -> list[tuple[Any, ...]]:
    events = {e["id"]: e for e in question["events"]}
    return [
        menu
        for size in range(1, question["lines"] + 1)
        for menu in combinations(names, size)
        if not any(clash(events[a], events[b]) for a, b in combinations(menu, 2))
    ]


def _personal(question: Document) -> Iterator[list[Document]]:
    choices = []
    for person in question["people"]:
        mine = [event for who, event, p in question["edges"] if who == person["id"] and p > 0]
        menus = _menus(question, mine) if person["allowance"] else []
        choices.append([None, *({"person": person["id"], "events": list(menu)} for menu in menus)])
    yield from _within_budget(question, choices)


def _bundled(question: Document) -> Iterator[list[Document]]:
    bundles = _menus(question, [e["id"] for e in question["events"]])
    pairs = {(person, event) for person, event, p in question["edges"] if p > 0}
    for some in combinations(bundles, min(question["bundles"], len(bundles))):
        choices = []
        for person in question["people"]:
            fitting = []
            for bundle in some if person["allowance"] else ():
                fits = sum((person["id"], event) in pairs for event in bundle)
                if fits and (not question["half"] or 2 * fits >= len(bundle)):
                    fitting.append({"person": person["id"], "events": list(bundle)})
            choices.append([None, *fitting])
        yield from _within_budget(question, choices)


def _within_budget(question: Document, choices: list[list[Document | None]]) -> Iterator[list[Document]]:
    for plan in product(*choices):
        messages = [message for message in plan if message is not None]
        if question["budget"] is None or len(messages) <= question["budget"]:
            yield messages

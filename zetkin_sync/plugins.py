"""The one place where names in the configuration become modules: jobs, connectors, metrics, actions.

Adding one is a new file and a configuration entry. Nothing is scanned at start; a name that does not exist
fails with the names that do.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, cast

from zetkin_sync.changes import Action
from zetkin_sync.configuration import ActionEntry, Configuration
from zetkin_sync.errors import ConfigError, Problem
from zetkin_sync.goals import BoundPlan, Metric, bind
from zetkin_sync.language import Message, say

JOBS = "jobs"
CONNECTORS = "connectors"
REGISTERS = "connectors.registers"
METRICS = "zetkin_sync.goals.metrics"
ACTIONS = "zetkin_sync.changes.actions"


def module(package: str, name: str, *, needs: str) -> ModuleType:
    """The module of that name. Raises ConfigError with the existing names, or when it lacks what it `needs`."""
    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigError(say("“{name}” cannot be a module's name.", name=name))
    try:
        found = import_module(f"{package}.{name}")
    except ModuleNotFoundError as error:
        if error.name is not None and not f"{package}.{name}".startswith(error.name):
            raise
        raise ConfigError(
            say("There is no {package}/{name}.py.", package=package.replace(".", "/"), name=name),
            say("There are: {names}.", names=", ".join(names(package))),
        ) from None
    if not hasattr(found, needs):
        raise ConfigError(
            say(
                "{package}/{name}.py has no `{needs}`.",
                package=package.replace(".", "/"),
                name=name,
                needs=needs,
            ),
            say("CONTRIBUTING.md shows what it must hold."),
        )
    return found


def names(package: str) -> list[str]:
    """What a package holds; for messages."""
    return sorted(m.name for m in pkgutil.iter_modules(import_module(package).__path__))


def job(name: str) -> Callable[[Any], Any]:
    """What runs a job: `run(context) -> Outcome`."""
    run: Callable[[Any], Any] = module(JOBS, name, needs="run").run
    return run


def connector(name: str) -> Callable[..., Any]:
    """What connects to an outside system: `connect(settings, **options)`."""
    connect: Callable[..., Any] = module(CONNECTORS, name, needs="connect").connect
    return connect


def login(name: str) -> Callable[..., Any]:
    """What lets people log in at an outside system: `login(settings)` gives a `ports.Login`."""
    found: Callable[..., Any] = module(CONNECTORS, f"{name}.login", needs="login").login
    return found


def metric(name: str) -> Metric:
    """A metric's module: `Parameters` and `measure(observed, asked)`."""
    return cast(Metric, module(METRICS, name, needs="measure"))


@dataclass(frozen=True)
class Register:
    """A register that people upload: `read(data, filename, units, areas, …)` gives rows and row errors."""

    name: str
    title: Message
    module: ModuleType
    sheet: ModuleType

    def template(self) -> bytes:
        """An empty file to fill in."""
        return cast(bytes, self.sheet.template(self.module.COLUMNS))

    def read(
        self, data: bytes, filename: str, *, units: Mapping[str, int], areas: Mapping[str, str], **more: Any
    ) -> tuple[list[Any], list[Any]]:
        """The rows that were understood and an error for each cell that was not. Names become ids by `units`
        (associations) and `areas`."""
        known = self.sheet.Known(units=units, areas=areas)
        return cast(tuple[list[Any], list[Any]], self.module.read(data, filename, known, **more))


def register(name: str, configuration: Configuration) -> Register:
    """A register that the configuration names. Raises ConfigError with those that it does."""
    if name not in configuration.district.registers:
        raise ConfigError(
            say("The configuration names no register {name}.", name=name),
            say("There are: {names}.", names=", ".join(configuration.district.registers)),
        )
    found = module(REGISTERS, name, needs="COLUMNS")
    return Register(found.NAME, found.TITLE, found, module(REGISTERS, "sheet", needs="template"))


def action(name: str, entry: ActionEntry) -> Action:
    """An action with its limits and parameters."""
    found = module(ACTIONS, entry.module or name, needs="propose")
    if hasattr(found, "check"):
        found.check(entry.parameters)
    return Action(
        name=name,
        propose=found.propose,
        reads=tuple(found.READS),
        title=getattr(found, "TITLE", None),
        job=getattr(found, "JOB", "reconcile"),
        parameters=entry.parameters,
        limits=entry.limits,
        approval=entry.approval,
        push=entry.push,
        oldest=entry.oldest,
        valid=entry.valid,
    )


def bound_plans(configuration: Configuration) -> tuple[BoundPlan, ...]:
    """The plans with their goals tied to metrics. Raises ConfigError with every goal that cannot be."""
    problems: list[Problem] = []
    bound = []
    existing = names(METRICS)
    for file, plan in configuration.plans:
        wanted = {goal.metric for goal in plan.goals}
        known = wanted.intersection(existing) if wanted.issubset(existing) else existing
        each, wrong = bind(
            plan, {n: metric(n) for n in known}, file=file, areas={a.id for a in configuration.areas.areas}
        )
        bound.append(each)
        problems.extend(wrong)
    if problems:
        raise ConfigError(say("The configuration has mistakes."), problems=tuple(problems))
    return tuple(bound)


def check(configuration: Configuration, *, job: Callable[[str], Any] = job) -> None:
    """Fail at start, not at night, when the configuration names something that does not exist."""
    for name, entry in configuration.schedule.jobs.items():
        job(entry.module or name)
    for name, entry_ in configuration.actions.items():
        action(name, entry_)
    bound_plans(configuration)
    for register_name in configuration.district.registers:
        register(register_name, configuration)
    for connector_name in configuration.district.connectors.values():
        connector(connector_name)

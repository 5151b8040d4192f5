"""What config/ says about a district, checked whole before anything runs.

A folder with `district.toml` is one district; a folder of such folders is several, each with its own files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from zetkin_sync.areas import AreaFile, AreaIndex, areas_from_zetkin
from zetkin_sync.callouts.policy import Policy
from zetkin_sync.configuration.access import Access, Role, User
from zetkin_sync.configuration.actions import ActionEntry, Actions
from zetkin_sync.configuration.bounces import BounceRules
from zetkin_sync.configuration.commitments import read_areas, read_plans, read_priorities
from zetkin_sync.configuration.district import District
from zetkin_sync.configuration.people import (
    Association,
    Recipient,
    Recipients,
    read_associations,
    write_associations,
)
from zetkin_sync.configuration.reading import checked, read_toml
from zetkin_sync.configuration.retention import Retention
from zetkin_sync.configuration.schedule import JobEntry, Schedule
from zetkin_sync.errors import ConfigError, Problem
from zetkin_sync.goals import Plan
from zetkin_sync.language import say
from zetkin_sync.records.facts import PriorityFact


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One district's configuration. `root` is its organization's id, known once `init` has run."""

    folder: Path
    district: District
    associations: tuple[Association, ...]
    schedule: Schedule
    actions: dict[str, ActionEntry]
    recipients: tuple[Recipient, ...]
    plans: tuple[tuple[str, Plan], ...] = ()  # file name, plan
    areas: AreaFile = field(default_factory=AreaFile)
    priorities: tuple[PriorityFact, ...] = ()
    bounces: BounceRules = field(default_factory=BounceRules)
    callouts: Policy = field(default_factory=Policy)
    retention: Retention = field(default_factory=Retention)
    access: Access = field(default_factory=Access)

    def area_index(self, day: date, *, drawn: Iterable[Mapping[str, Any]] = ()) -> AreaIndex:
        """The areas in force on a local day; `drawn` are those that organizers drew in Zetkin.

        What cannot be used of the drawn ones is left out: `zetkin-sync areas check` says which and why.
        """
        own = {area.id for area in self.areas.areas}
        theirs = (area for area in areas_from_zetkin(drawn)[0].areas if area.id not in own)
        return AreaIndex((*self.areas.areas, *theirs), day=day, snap_metres=self.areas.snap_metres)

    @cached_property
    def root(self) -> int:
        for association in self.associations:
            if association.kind == "district":
                return association.id
        raise ConfigError(
            say("config/associations.csv is missing: the district's associations are not known yet."),
            say("Run `zetkin-sync init` to read them from Zetkin, then fill in the table."),
        )

    @cached_property
    def kinds(self) -> dict[int, str]:
        """Organization id → kind."""
        return {a.id: a.kind for a in self.associations}

    @cached_property
    def titles(self) -> dict[int, str]:
        """Organization id → title."""
        return {a.id: a.title for a in self.associations}

    def unit_of(self, recipient: Recipient) -> int:
        """The organization that a recipient reads about; a committee without one of its own reads the district's."""
        found = (a.id for a in self.associations if a.title == recipient.unit)
        return next(found, self.root)


def read_configuration(folder: Path) -> Configuration:
    """One district's folder. Raises ConfigError with every problem."""
    problems: list[Problem] = []
    configuration = _read(folder, problems)
    if problems or configuration is None:
        raise ConfigError(say("The configuration has mistakes."), problems=tuple(problems))
    return configuration


def read_all(folder: Path) -> tuple[Configuration, ...]:
    """Every district under a folder. Raises ConfigError with the problems of all of them."""
    if not folder.is_dir():
        raise ConfigError(
            say("There is no configuration in {folder}.", folder=str(folder)),
            say("Set ZETKIN_SYNC_CONFIG to the folder that holds district.toml."),
        )
    folders = district_folders(folder)
    problems: list[Problem] = []
    found = [_read(each, problems, prefix="" if each == folder else f"{each.name}/") for each in folders]
    if problems:
        raise ConfigError(say("The configuration has mistakes."), problems=tuple(problems))
    return tuple(c for c in found if c is not None)


def district_folders(folder: Path) -> list[Path]:
    """The folders that each describe one district."""
    if (folder / "district.toml").exists():
        return [folder]
    return sorted(p.parent for p in folder.glob("*/district.toml")) or [folder]


def _read(folder: Path, problems: list[Problem], *, prefix: str = "") -> Configuration | None:
    found: list[Problem] = []
    district = checked(
        District, read_toml(folder / "district.toml", found), file="district.toml", problems=found
    )
    schedule = checked(
        Schedule, read_toml(folder / "schedule.toml", found), file="schedule.toml", problems=found
    )
    actions = checked(Actions, read_toml(folder / "actions.toml", found), file="actions.toml", problems=found)
    recipients = checked(
        Recipients, read_toml(folder / "recipients.toml", found), file="recipients.toml", problems=found
    )
    associations = read_associations(folder / "associations.csv", found)
    if recipients is not None and associations:
        titles = {a.title for a in associations}
        for number, recipient in enumerate(recipients.recipients):
            if recipient.role != "committee" and recipient.unit is not None and recipient.unit not in titles:
                found.append(
                    Problem(
                        "recipients.toml",
                        f"recipient[{number}].unit",
                        say("“{unit}” is not an association", unit=recipient.unit),
                        say("a title from associations.csv"),
                    )
                )
    bounces: BounceRules | None = BounceRules()
    if (folder / "bounces.toml").exists():
        bounces = checked(
            BounceRules, read_toml(folder / "bounces.toml", found), file="bounces.toml", problems=found
        )
    callouts: Policy | None = Policy()
    if (folder / "callouts.toml").exists():
        callouts = checked(
            Policy, read_toml(folder / "callouts.toml", found), file="callouts.toml", problems=found
        )
    retention: Retention | None = Retention()
    if (folder / "retention.toml").exists():
        retention = checked(
            Retention, read_toml(folder / "retention.toml", found), file="retention.toml", problems=found
        )
    access: Access | None = Access()
    if (folder / "access.toml").exists():
        access = checked(Access, read_toml(folder / "access.toml", found), file="access.toml", problems=found)
    if access is not None and associations:
        found.extend(_without_unit(access, {a.title for a in associations}))
    plans = read_plans(folder, found)
    areas = read_areas(folder, found)
    subjects = {a.id for a in areas.areas}.union(*({*plan.themes, *plan.audiences} for _, plan in plans))
    priorities = read_priorities(
        folder, organizations={a.id for a in associations}, subjects=subjects, problems=found
    )
    problems.extend(Problem(f"{prefix}{p.file}", p.key, p.wrong, p.allowed) for p in found)
    if found or district is None or schedule is None or actions is None or recipients is None:
        return None
    assert bounces is not None  # otherwise a problem was found
    assert callouts is not None
    assert retention is not None
    assert access is not None
    return Configuration(
        folder=folder,
        district=district,
        associations=associations,
        schedule=schedule,
        actions=actions.actions,
        recipients=recipients.recipients,
        plans=plans,
        areas=areas,
        priorities=priorities,
        bounces=bounces,
        callouts=callouts,
        retention=retention,
        access=access,
    )


def _without_unit(access: Access, titles: set[str]) -> list[Problem]:
    """Accounts whose association does not exist."""
    return [
        Problem(
            "access.toml",
            f"user[{number}].unit",
            say("“{unit}” is not an association", unit=user.unit),
            say("a title from associations.csv"),
        )
        for number, user in enumerate(access.users)
        if user.unit is not None and user.unit not in titles
    ]


__all__ = [
    "Access",
    "ActionEntry",
    "Association",
    "Configuration",
    "District",
    "JobEntry",
    "Recipient",
    "Role",
    "Schedule",
    "User",
    "district_folders",
    "read_all",
    "read_associations",
    "read_configuration",
    "write_associations",
]

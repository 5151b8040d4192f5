"""The share of associations, or of municipal groups, that have somebody in a role now."""

from __future__ import annotations

from typing import Literal

from zetkin_sync.goals.measurement import Measurement, Part, Verdict, evidence, share_of_parts, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import ASSOCIATIONS, Observed
from zetkin_sync.goals.roles import REGISTER, holders, role_tags
from zetkin_sync.language import say, say_n


class Parameters(Settings):
    """`tag` is the title of the value-tag that says the role (its value names the association), and the role's
    name in the register. Units other than associations are those the register lists with that kind."""

    tag: str
    role: str
    units: Literal["associations", "municipal_groups"] = "associations"
    associations: tuple[str, ...] = ASSOCIATIONS


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """A yes for each unit with at least one holder. No tag and no register at all is unknown."""
    wanted = asked.parameters
    register = observed.register(REGISTER)
    tags = role_tags(observed, wanted.tag)
    if wanted.units == "municipal_groups":
        return _municipal(observed, wanted)
    if not tags and register is None:
        return unknown(
            say("nobody is tagged {tag}, and no register of roles has been uploaded", tag=wanted.tag)
        )
    filled = holders(observed, tag=wanted.tag, role=wanted.role)
    parts = []
    for unit in observed.associations(wanted.associations):
        count = filled.get(unit.id, 0)
        parts.append(
            Part(
                unit=unit.id,
                title=unit.title,
                verdict=Verdict.YES if count else Verdict.NO,
                value=count,
                of=1,
                finding=say_n("{n} person", "{n} persons", n=count) if count else say("nobody is named"),
                evidence=evidence("tag", [tag.id for tag in tags]) if count else (),
            )
        )
    return share_of_parts(parts)


def _municipal(observed: Observed, wanted: Parameters) -> Measurement:
    register = observed.register(REGISTER)
    if register is None:
        return unknown(say("no register of the municipal groups' roles has been uploaded"))
    groups: dict[str, bool] = {}
    for row in register.rows:
        if row.values.get("unit_kind") != wanted.units:
            continue
        title = str(row.values.get("unit_title", ""))
        until = row.values.get("until")
        current = row.values.get("role") == wanted.role and bool(row.values.get("held"))
        current = current and (until is None or until >= observed.today)
        groups[title] = groups.get(title, False) or current
    return share_of_parts(
        Part(
            unit=title,
            title=title,
            verdict=Verdict.YES if held else Verdict.NO,
            finding=say("somebody is named") if held else say("nobody is named"),
        )
        for title, held in sorted(groups.items())
    )

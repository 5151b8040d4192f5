"""Who holds a role in an association: told by a value-tag in Zetkin, by a register, or by both. Counts, not names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from zetkin_sync.areas.names import words_of
from zetkin_sync.goals.observed import Observed
from zetkin_sync.records.facts import TagFact

REGISTER = "roles"


def role_tags(observed: Observed, title: str) -> tuple[TagFact, ...]:
    """The tags of that title, whoever owns them; a title that ends in ":" means every tag that begins so."""
    if title.endswith(":"):
        return tuple(t for t in observed.facts.tags if t.title.casefold().startswith(title.casefold()))
    wanted = words_of(title)
    return tuple(t for t in observed.facts.tags if words_of(t.title) == wanted)


def people_in_role(observed: Observed, title: str) -> Mapping[int, frozenset[int]]:
    """For each association the people who carry the role's tag for it.

    The associations are those that the tag's value names (several with `;` between them, since a person has a
    tag only once); without a value, the tag's owner, or the only association that the person belongs to.
    Somebody who can be placed nowhere counts for none.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for tag in role_tags(observed, title):
        owners = observed.associations_of([tag.owner])
        for person in tag.people:
            value = tag.values.get(person)
            belongs = owners or observed.associations_of_person.get(person, frozenset())
            named = _named(observed, value) if value else frozenset()
            for unit in named or (belongs if len(belongs) == 1 else ()):
                found[unit].add(person)
    return {unit: frozenset(people) for unit, people in found.items()}


def _named(observed: Observed, value: str) -> frozenset[int]:
    whole = observed.association_named(value)
    if whole is not None:
        return frozenset({whole})
    parts = (observed.association_named(part) for part in value.replace("\n", ";").split(";"))
    return frozenset(unit for unit in parts if unit is not None)


def holders(observed: Observed, *, tag: str, role: str) -> Mapping[int, int]:
    """How many hold a role in each association, by the tag and by the register; whichever says more."""
    counts = {unit: len(people) for unit, people in people_in_role(observed, tag).items()}
    register = observed.register(REGISTER)
    listed: dict[int, int] = defaultdict(int)
    for row in register.rows if register else ():
        until = row.values.get("until")
        current = bool(row.values.get("held")) and (until is None or until >= observed.today)
        if row.unit is not None and row.values.get("role") == role and current:
            listed[row.unit] += 1
    return {unit: max(counts.get(unit, 0), listed.get(unit, 0)) for unit in {*counts, *listed}}

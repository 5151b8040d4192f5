"""Tags by the district's conventions: roles, committees, courses, the activist network and what its people like.

`Roll: …` and `DS-kontakt` are value-tags whose value is the unit; `Vill: …` says what somebody likes to do.
The mixture is believable: some roles are filled, some are not, some are filled twice.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from zetkin_sync.demo.district.catalogue import COMMITTEES, Association
from zetkin_sync.demo.district.people import CONSENT, CONSENT_SOURCE
from zetkin_sync.demo.district.plan import Building
from zetkin_sync.demo.world.people import Tag, TagGroup

NETWORK = "Aktivistnätverket"
COURSE = "Ledarskapsutb. klar"
INTERESTS = ("Affischering", "Flygblad", "Dörrknackning", "Torgmöte", "Digitalt")
ROLES = ("ordförande", "gruppledare", "anställd", "internfeministiskt ansvarig", "antirasistiskt ansvarig")
CONTACT = "DS-kontakt"


def add_tags(building: Building) -> None:
    """Make the district's tags and put them on people."""
    _make(building, "Roller", [f"Roll: {role}" for role in ROLES] + [CONTACT], value_type="text")
    _make(building, "Utskott", [f"Utskott: {name}" for name in COMMITTEES])
    _make(building, "Utskott", [f"Sammankallande: {name}" for name in COMMITTEES])
    _make(
        building, "Utbildning", [COURSE, "Ideologiutb. klar", "Organisationsutb. klar", "Ansvarigutb. klar"]
    )
    _make(building, "Nätverk", [NETWORK, "Nätverk: Zetkin", "Utträtt ur nätverket"])
    _make(building, "Intressen", [f"Vill: {what}" for what in INTERESTS])
    _make(building, "Övrigt", ["Förtroendevald", "Mentor sökes", "Nyhetsbrev nej"])
    dice = building.dice("tags")
    _roles(building, dice)
    _network(building, dice)
    _committees(building, dice)
    members = building.state.members(building.root)
    for title, share in (
        ("Förtroendevald", 0.02),
        ("Mentor sökes", 0.002),
        ("Nyhetsbrev nej", 0.01),
        ("Ideologiutb. klar", 0.12),
        ("Organisationsutb. klar", 0.08),
    ):
        for person in dice.sample(members, k=round(share * len(members))):
            _put(building, title, person)
    for title in ("Flygbladsgruppen", "Trivselgruppen"):
        _local(building, dice, title)


def _make(building: Building, group: str, titles: list[str], *, value_type: str | None = None) -> None:
    state = building.state
    folder = next((g for g in state.tag_groups.values() if g.title == group), None)
    if folder is None:
        folder = TagGroup(id=state.new_id("tag_group"), organization=building.root, title=group)
        state.tag_groups[folder.id] = folder
    for title in titles:
        made = Tag(
            id=state.new_id("tag"),
            organization=building.root,
            title=title,
            group=folder.id,
            value_type=value_type,
        )
        state.tags[made.id] = made
        building.tags[title] = made.id


def _put(building: Building, title: str, person: int, value: str | None = None) -> None:
    """Put a tag on; a person has a tag once, so a second value stands behind the first."""
    people = building.state.tags[building.tags[title]].people
    before = people.get(person)
    people[person] = f"{before}; {value}" if before and value else value


def _members(building: Building, association: Association) -> list[int]:
    return building.state.members(building.ids[association.title])


def _roles(building: Building, dice: Random) -> None:
    """Chairs and persons responsible, association by association; courses for about half of the chairs."""
    chance = {
        "ordförande": 0.93,
        "internfeministiskt ansvarig": 0.55,
        "antirasistiskt ansvarig": 0.4,
        "gruppledare": 0.5,
    }
    board = dice.sample(building.state.members(building.root), k=min(9, building.people))
    for association in building.associations:
        members = _members(building, association)
        if not members:
            continue
        for role, likely in chance.items():
            if role == "gruppledare" and association.kind == "branch":
                continue
            if dice.random() < likely:
                person = dice.choice(members)
                _put(building, f"Roll: {role}", person, association.title)
                if role in ("ordförande", "gruppledare") and dice.random() < 0.55:
                    _put(building, COURSE, person)
                elif role.endswith("ansvarig") and dice.random() < 0.35:
                    _put(building, "Ansvarigutb. klar", person)
        if dice.random() < 0.7:
            _put(building, CONTACT, dice.choice(board), association.title)
    staff = building.dice("staff")
    for person in dice.sample(building.state.members(building.root), k=min(12, building.people)):
        _put(building, "Roll: anställd", person, "Distriktet")
        if staff.random() < 0.4:
            _put(building, COURSE, person)


def _network(building: Building, dice: Random) -> None:
    """The activist network: consent with date and source for most, likings, and some who have left."""
    state = building.state
    members = state.members(building.root)
    activists = sorted(dice.sample(members, k=max(min(8, len(members)), round(0.05 * len(members)))))
    for person in activists:
        _put(building, NETWORK, person)
        if dice.random() < 0.85:
            day = building.today - timedelta(days=dice.randrange(20, 1400))
            state.people[person].fields[CONSENT] = day.isoformat()
            source = dice.choice(("anmälningsformulär", "medlemsmöte", "telefon"))
            state.people[person].fields[CONSENT_SOURCE] = source
        for what in dice.sample(INTERESTS, k=dice.choices((1, 2, 3, 4), (3, 4, 3, 1))[0]):
            _put(building, f"Vill: {what}", person)
        if dice.random() < 0.02:
            _put(building, "Utträtt ur nätverket", person)
    for person in dice.sample(activists, k=max(1, len(activists) // 25)):
        _put(building, "Nätverk: Zetkin", person)


def _committees(building: Building, dice: Random) -> None:
    """Seven committees of different size; two have nobody who calls them together."""
    members = building.state.members(building.root)
    for number, name in enumerate(COMMITTEES):
        people = dice.sample(members, k=min(len(members), 4 + 3 * number))
        for person in people:
            _put(building, f"Utskott: {name}", person)
        if number not in (1, 4):
            _put(building, f"Sammankallande: {name}", people[0])


def _local(building: Building, dice: Random, title: str) -> None:
    """A few associations have tags of their own."""
    state = building.state
    for association in dice.sample(building.associations, k=min(6, len(building.associations))):
        members = _members(building, association)
        made = Tag(id=state.new_id("tag"), organization=building.ids[association.title], title=title)
        made.people.update(dict.fromkeys(dice.sample(members, k=min(len(members), 9))))
        state.tags[made.id] = made

"""The members: invented names, addresses by postcode, when they joined, and the flaws of real registers."""

from __future__ import annotations

import math
import tomllib
from datetime import timedelta
from functools import cache
from importlib.resources import files
from random import Random

from zetkin_sync.demo.district.catalogue import Association, Place, areas
from zetkin_sync.demo.district.plan import Building
from zetkin_sync.demo.world.people import Duplicate, Field, Person

JOINED = "medlem_sedan"
CONSENT = "natverk_samtycke"
CONSENT_SOURCE = "natverk_kalla"
POSITION = "hemposition"

_PHONES = [f"070174{n:04d}" for n in range(605, 700)] + [f"0846500{n:03d}" for n in range(400, 500)]
"""Numbers the Swedish regulator keeps for fiction."""


@cache
def _names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = tomllib.loads(files(__package__).joinpath("names.toml").read_text("utf-8"))
    return names


def add_fields(building: Building) -> None:
    """The custom fields: when they joined, consent to the activist network, a position."""
    wanted = (
        ("Medlem sedan", JOINED, "date", "suborgs"),
        ("Samtycke till aktivistnätverket", CONSENT, "date", "suborgs"),
        ("Samtyckets källa", CONSENT_SOURCE, "text", "suborgs"),
        ("Hemposition", POSITION, "lnglat", "sameorg"),
    )
    for title, slug, kind, read in wanted:
        made = Field(
            id=building.state.new_id("field"),
            organization=building.root,
            title=title,
            slug=slug,
            type=kind,
            org_read=read,
        )
        building.state.fields[made.id] = made


def add_people(building: Building) -> None:
    """Every member belongs to the district; most also to an association, some to two, some to none."""
    dice = building.dice("people")
    geographic = [a for a in building.associations if a.kind == "geographic"]
    branch = [a for a in building.associations if a.kind == "branch"]
    weights = [a.share for a in geographic]
    local = {a.title: [p for p in areas() if p.association == a.title] for a in geographic}
    while len(building.state.members(building.root)) < building.people:
        home = dice.choices(geographic, weights)[0] if geographic and dice.random() < 0.93 else None
        area = _area(dice, local[home.title]) if home else None
        person = _person(building, dice, home, area)
        building.state.people[person.id] = person
        building.state.connect(building.root, person.id)
        if home:
            building.state.connect(building.ids[home.title], person.id)
        if branch and dice.random() < (0.08 if home else 0.6):
            work = dice.choices(branch, [a.share for a in branch])[0]
            building.state.connect(building.ids[work.title], person.id)
    _add_duplicates(building, dice)


def _area(dice: Random, places: list[Place]) -> Place | None:
    """Somewhat more than half live in one of their association's areas."""
    return dice.choice(places) if places and dice.random() < 0.55 else None


def _person(building: Building, dice: Random, home: Association | None, area: Place | None) -> Person:
    names = _names()
    first = dice.choice(names["first"])
    last = dice.choice(names["front"]) + dice.choice(names["back"])
    number = building.state.new_id("person")
    joined = building.today - timedelta(days=int(dice.expovariate(1 / 2200)) + dice.randrange(30))
    fields: dict[str, object] = {JOINED: joined.isoformat()} if dice.random() < 0.97 else {}
    if dice.random() < 0.3 and home:
        fields[POSITION] = _position(dice, area or home)
    return Person(
        id=number,
        root=building.root,
        first_name=first,
        last_name=last,
        email=_email(dice, first, last, number),
        phone=_phone(dice),
        alt_phone=_phone(dice) if dice.random() < 0.05 else None,
        street_address=f"{dice.choice(names['streets'])} {dice.randrange(1, 90)}"
        if dice.random() < 0.95
        else None,
        zip_code=_postcode(dice, home, area),
        city=(area.title if area else home.title.split(" ", 1)[1]) if home else "Stockholm",
        country="SE" if dice.random() < 0.9 else None,
        ext_id=f"M{number:07d}" if dice.random() < 0.98 else None,
        fields=fields,
    )


def _email(dice: Random, first: str, last: str, number: int) -> str | None:
    if dice.random() < 0.06:
        return None
    local = f"{first}.{last}{number}".lower().translate(str.maketrans("åäöé", "aaoe"))
    address = f"{local}@{dice.choice(_names()['domains'])}"
    flaw = dice.random()
    return address.upper() if flaw < 0.01 else f" {address} " if flaw < 0.02 else address


def _phone(dice: Random) -> str | None:
    if dice.random() < 0.15:
        return None
    number = dice.choice(_PHONES)
    form = dice.random()
    return f"+46{number[1:]}" if form < 0.7 else f"0046{number[1:]}" if form < 0.75 else number


def _postcode(dice: Random, home: Association | None, area: Place | None) -> str | None:
    if dice.random() < 0.03:
        return None
    prefix = area.postcodes[0] if area else dice.choice(home.postcodes) if home else "11"
    code = prefix + "".join(str(dice.randrange(10)) for _ in range(5 - len(prefix)))
    return f"{code[:3]} {code[3:]}" if dice.random() < 0.4 else code


def _position(dice: Random, around: Place | Association) -> dict[str, float]:
    radius = (around.radius if isinstance(around, Place) else 1500) / 111_320 * math.sqrt(dice.random())
    angle = dice.random() * 2 * math.pi
    lng = around.lng + radius * math.cos(angle) / math.cos(math.radians(around.lat))
    return {"lat": round(around.lat + radius * math.sin(angle), 5), "lng": round(lng, 5)}


def _add_duplicates(building: Building, dice: Random) -> None:
    """The same person registered twice, with less in the second record; some pairs Zetkin has noticed."""
    state = building.state
    originals = dice.sample(state.members(building.root), k=max(1, building.people // 250))
    for number in originals:
        original = state.people[number]
        copy = Person(
            id=state.new_id("person"),
            root=building.root,
            first_name=original.first_name,
            last_name=original.last_name,
            email=original.email if dice.random() < 0.5 else None,
            phone=original.phone,
            zip_code=original.zip_code,
            city=original.city,
        )
        state.people[copy.id] = copy
        for home in state.homes(number):
            state.connect(home, copy.id)
        if dice.random() < 0.7:
            pair = Duplicate(
                id=state.new_id("duplicate"), organization=building.root, people=(number, copy.id)
            )
            state.duplicates[pair.id] = pair

"""The rules of asking, as the district has decided them: who may be asked, how often, about what, how far away.

Read from config/callouts.toml. Everything a gate or the planner decides by is here and nowhere else.
"""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from zetkin_sync.callouts.hours import SendingHours
from zetkin_sync.language import say
from zetkin_sync.wording import fill, refused

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Share = Annotated[float, Field(ge=0, le=1)]
Chance = Annotated[float, Field(gt=0, lt=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Network(_Part):
    """Who belongs to the activist network: a tag, and where it is written when and how the person agreed.

    `left_tags` mean no, whatever else is written. Without `date_field` the tag alone is the consent.
    """

    tag: str = "Aktivistnätverket"
    date_field: str | None = None
    source_field: str | None = None
    left_tags: tuple[str, ...] = ()


class Free(_Part):
    """A part of the week: these days, from one time of day to another (`to` 00:00 is the end of the day)."""

    days: tuple[Weekday, ...] = WEEKDAYS
    start: time = Field(time(0, 0), alias="from")
    to: time = time(0, 0)

    @model_validator(mode="after")
    def _in_order(self) -> Free:
        if self.to != time(0, 0) and self.to <= self.start:
            raise ValueError(say("`to` must be later than `from`"))
        return self


class Need(_Part):
    """Which events ask for people, and how much each place weighs.

    Only events of `types` (none: all), from the first wave until `earliest_hours` before they start. A place in a
    priority area weighs `priority_weight` times as much as another. `digital` types have no place. With
    `contact_needed` an event must have a contact before people are asked to come.
    """

    types: tuple[str, ...] = ()
    digital: tuple[str, ...] = ()
    earliest_hours: float = Field(24, ge=0)
    priority_weight: float = Field(3.0, ge=1)
    contact_needed: bool = True


class Distance(_Part):
    """How far people are asked to go, in classes: the numbers are kilometres between one class and the next.

    `farthest` is the last class that is asked, by type where `by_type` says so. Where somebody lives, or an
    event is, is known by postcode or area only; `unknown_is_asked` says what happens when it is not.
    """

    edges: tuple[float, ...] = (3.0, 8.0, 20.0)
    farthest: int = Field(2, ge=0)
    by_type: dict[str, int] = {}
    unknown_is_asked: bool = True

    @field_validator("edges")
    @classmethod
    def _rising(cls, edges: tuple[float, ...]) -> tuple[float, ...]:
        if list(edges) != sorted(set(edges)) or not edges or edges[0] <= 0:
            raise ValueError(say("rising kilometres, as [3, 8, 20]"))
        return edges


class Caps(_Part):
    """How often one person is written to, over all callouts; counted on what was decided, not on what arrived.

    `a_day` and `an_hour` cap the messages to everybody together.
    """

    messages: int = Field(2, ge=0)
    days: int = Field(28, ge=1)
    rest_days: float = Field(3, ge=0)
    a_day: int = Field(500, ge=0)
    an_hour: int = Field(300, ge=0)


class Wave(_Part):
    """One of the times that an event's places are asked for: from so many days before it starts.

    `tau` is how many expected, weighted people a message about such events must at least add. Early waves ask
    more of a message, because those asked later can be chosen knowing the answers.
    """

    days_before: float = Field(ge=0)
    tau: float = Field(0.03, gt=0)


class Learning(_Part):
    """How answers are learned from (see `response`)."""

    usual_rate: Chance = 0.12
    usual_show_up: Chance = 0.8
    type_strength: float = Field(20.0, gt=0)
    half_life: float = Field(180.0, gt=0)
    streak: int = Field(3, ge=1)
    streak_factor: Share = 0.5
    distance_from: int = Field(5000, ge=0)
    patience_days: float = Field(4.0, gt=0)


class Wording(_Part):
    """What the emails say, in the district's words; events' titles, times and places are filled in.

    `subject` may hold {types}, the greetings {name}, `link` must hold {organization} and {event}. `leave` says in
    one line how to leave the network, with `leave_form` as a link behind it when there is one. `welcome` is what
    new members of the network get: paragraphs with an empty line between.
    """

    subject: str = "Kan du hjälpa till? {types}"
    greeting: str = "Hej {name}!"
    opening: str = "Vi behöver fler på plats. Kan du vara med på något av det här?"
    button: str = "Jag kan vara med"
    closing: str = (
        "Tack för att du finns i aktivistnätverket! Vi skriver sällan, och bara när det verkligen behövs."
    )
    leave: str = "Vill du lämna nätverket? Svara ”nej tack” på det här mejlet."
    leave_form: str | None = None
    link: str = "https://app.zetkin.org/o/{organization}/events/{event}"
    welcome_subject: str = "Välkommen till aktivistnätverket"
    welcome: str = (
        "Vad roligt att du vill vara med! När det behövs fler på plats nära dig mejlar vi dig, "
        "högst ett par gånger i månaden. Du väljer själv varje gång."
    )

    @model_validator(mode="after")
    def _fills_in(self) -> Wording:
        why = refused(self.subject, ("types",)) or refused(self.link, ("organization", "event"))
        if why is not None:
            raise ValueError(why)
        linked = fill(self.link, {"organization": "1", "event": "22"})
        if "22" not in linked or not linked.startswith("https://"):
            raise ValueError(say("`link` must begin with https:// and hold {event}"))
        return self


class Policy(_Part):
    """The rules of asking.

    `interests` leads from an event type to the tag of those who like to do it; a type that is not named needs
    no interest. `availability` leads from a tag to the parts of the week it means; who has none of the tags is
    free at any time. `travel_minutes` is kept free around what somebody is booked on. `rotation` is how much
    more a message must add for each message to the same person in the last `rotation_days`.
    """

    network: Network = Network()
    need: Need = Need()
    distance: Distance = Distance()
    caps: Caps = Caps()
    learning: Learning = Learning()
    hours: SendingHours = SendingHours()
    wording: Wording = Wording()
    interests: dict[str, str] = {}
    availability: dict[str, tuple[Free, ...]] = {}
    travel_minutes: int = Field(30, ge=0)
    rotation: float = Field(0.01, ge=0)
    rotation_days: int = Field(84, ge=1)
    waves: tuple[Wave, ...] = (Wave(days_before=15, tau=0.08), Wave(days_before=8, tau=0.03))
    lines: int = Field(3, ge=1)
    bundles: int = Field(8, ge=1)
    half: bool = False
    budget: int | None = Field(None, ge=0)

    @field_validator("waves")
    @classmethod
    def _waves_in_time(cls, waves: tuple[Wave, ...]) -> tuple[Wave, ...]:
        days = [wave.days_before for wave in waves]
        if not days or days != sorted(set(days), reverse=True):
            raise ValueError(say("at least one wave, each nearer to the event than the one before"))
        return waves

    def hours_in(self, zone: ZoneInfo) -> dict[str, Any]:
        """The sending hours as a change carries them."""
        return self.hours.model_copy(update={"zone": zone.key}).model_dump(mode="json")

    @property
    def tau(self) -> float:
        """What a message about events in their last wave must at least add."""
        return self.waves[-1].tau

    @property
    def most_at_once(self) -> int:
        """So many messages a wave may hold: its budget, and what all together may get in an hour and on a day."""
        most = (self.caps.an_hour, self.caps.a_day)
        return min(most) if self.budget is None else min(*most, self.budget)

    def wave_of(self, days_before: float) -> int | None:
        """Which wave an event is in so many days before it starts; None before the first."""
        begun = [number for number, wave in enumerate(self.waves) if wave.days_before >= days_before]
        return begun[-1] if begun else None

"""config/district.toml: which district this is, what of Zetkin is read, who is connected."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from zetkin_sync.language import say

KINDS = ("district", "geographic", "branch", "network", "committee", "other")
Kind = Literal["district", "geographic", "branch", "network", "committee", "other"]

# Fields that are refused by name: what they tell is not needed, and is sensitive in itself (GDPR art. 9).
REFUSED = {
    "gender": say("gender is never needed: occasions are counted, not persons' gender"),
    "personnummer": say("a national identity number is never needed"),
    "birth_date": say("age is never needed"),
    "union": say("union membership is sensitive in itself (GDPR art. 9)"),
    "fack": say("union membership is sensitive in itself (GDPR art. 9)"),
    "notes": say("free text about people is never stored"),
    "street_address": say("the postcode is enough"),
}


def _refuse(slug: str) -> str:
    for part, why in REFUSED.items():
        if part in slug.lower():
            raise ValueError(say("“{slug}” is refused: {why}", slug=slug, why=why), say("leave it out"))
    return slug


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ZetkinPart(_Part):
    """What is read from Zetkin, and how its times are meant."""

    person_fields: tuple[Annotated[str, AfterValidator(_refuse)], ...] = ()
    tag_values: tuple[str, ...] = ()
    event_times: Literal["wall_clock", "utc"] = "wall_clock"
    suspicious_hours: tuple[int, int] = (0, 6)
    our_tag_group: str = "zetkin_sync"
    our_folder: str = "zetkin_sync"


class KindRule(_Part):
    """Words in a title by which `zetkin-sync init` guesses an association's kind."""

    kind: Kind
    words: tuple[str, ...] = Field(min_length=1)


class District(_Part):
    """The district."""

    title: str
    short: str | None = None
    language: Literal["sv", "en"] = "sv"
    timezone: str = "Europe/Stockholm"
    reply_to: str | None = None
    zetkin: ZetkinPart = ZetkinPart()
    kinds: tuple[KindRule, ...] = ()
    default_kind: Kind = "geographic"
    registers: tuple[str, ...] = (
        "activity_fund",
        "premises",
        "committees",
        "roles",
        "cooperation",
        "support",
        "support_requests",
        "survey",
        "priorities",
        "members",
    )
    connectors: dict[str, str] = {"zetkin": "zetkin", "mailer": "smtp"}
    connector_options: dict[str, dict[str, Any]] = {}

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            wrong = say("“{name}” is not a time zone", name=name)
            raise ValueError(wrong, say("a name as Europe/Stockholm")) from None
        return name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def kind_of(self, title: str) -> Kind:
        """The kind that an association's title suggests."""
        words = title.casefold()
        for rule in self.kinds:
            if any(word.casefold() in words for word in rule.words):
                return rule.kind
        return self.default_kind

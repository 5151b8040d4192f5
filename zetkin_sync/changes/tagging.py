"""The changes that keep a tag of ours: it is made, put on people, taken off again."""

from __future__ import annotations

from dataclasses import dataclass

from zetkin_sync.callouts.asking import asking_of
from zetkin_sync.changes.change import Change
from zetkin_sync.language import Language, Message, say
from zetkin_sync.records.facts import Facts

KEPT = say("Set and taken off by zetkin_sync.")


@dataclass(frozen=True)
class OurTag:
    """A tag in our group. `description` is what organizers read beside it in Zetkin, in the district's language."""

    facts: Facts
    title: str
    group: str
    description: Message = KEPT

    def made(self) -> Change:
        """The tag, where Zetkin does not have it yet."""
        said = Language(asking_of(self.facts).language).say(self.description)
        return Change(
            verb="create_tag",
            organization=self.facts.district,
            key=self._key,
            reason=say("The tag is not in Zetkin yet."),
            payload={**self._mark, "description": said},
        )

    def put_on(self, person: int, why: Message, *, exists: bool, after: tuple[str, ...] = ()) -> Change:
        """Somebody gets the tag; not before it `exists`, nor before the changes `after`."""
        return Change(
            verb="tag",
            organization=self.facts.district,
            key=f"tag:{self.title}:{person}",
            reason=why,
            person=person,
            payload=self._mark,
            after=after if exists else (*after, self._key),
        )

    def taken_off(self, person: int, why: Message) -> Change:
        """Somebody loses the tag."""
        return Change(
            verb="untag",
            organization=self.facts.district,
            key=f"untag:{self.title}:{person}",
            reason=why,
            person=person,
            payload=self._mark,
            removes=True,
        )

    @property
    def _key(self) -> str:
        return f"create_tag:{self.title}"

    @property
    def _mark(self) -> dict[str, str]:
        return {"title": self.title, "group": self.group}

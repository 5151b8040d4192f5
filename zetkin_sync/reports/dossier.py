"""What is stored about one person, as a page that the person can read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from zetkin_sync.language import Language, Message


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zetkin_sync.reports"), autoescape=True, undefined=StrictUndefined
    )


def page(found: Mapping[str, Any], language: Language, *, district: str, made: str) -> str:
    """The export as HTML without anything from elsewhere: no script, style sheet, font or picture is fetched."""

    def sentence(value: Any) -> str:
        if isinstance(value, Mapping) and "text" in value:
            return language.say(msgspec.convert(value, Message))
        return language.say(str(value)) if value else "–"

    template = _environment().get_template("person.html.j2")
    return template.render(
        found=found, say=language.say, sentence=sentence, lang=language.code, district=district, made=made
    )

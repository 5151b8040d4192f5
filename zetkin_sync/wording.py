"""Words of the district's own with places to fill in: plain names only, nothing that could reach further.

Python's format strings can reach into what they are given ("{event.__class__}") and blow up a text
("{event:>999999999}"). A district's wording may hold `{name}` for names that are offered, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from string import Formatter

from zetkin_sync.language import Message, say


def refused(text: str, names: Collection[str]) -> Message | None:
    """Why the wording may not be used; None when it only holds these names."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return say("a curly bracket is open or closed too often")
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in names or form or conversion:
            return say("only {names} are filled in", names=", ".join(f"{{{n}}}" for n in sorted(names)))
    return None


def fill(text: str, values: Mapping[str, str]) -> str:
    """The wording with its places filled. Raises ValueError for a wording that `refused` refuses."""
    why = refused(text, values)
    if why is not None:
        raise ValueError(str(why))
    return "".join(
        before + ("" if name is None else str(values[name])) for before, name, _, _ in Formatter().parse(text)
    )

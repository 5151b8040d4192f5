"""A list of ours for people to look at: nobody on it is written to."""

from __future__ import annotations

from zetkin_sync.apply.steps import Verb
from zetkin_sync.apply.verbs import audience

MAKE = Verb(steps=(audience.LIST, audience.FILL), check=audience.check)

"""What is known about a stretch of time in which something went wrong: who did what, what was sent, to how many.

It names nobody: people are counted, and stand in the access log under their pseudonyms.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from zetkin_sync import __version__
from zetkin_sync.language import Language, say
from zetkin_sync.store import access, evidence, schema
from zetkin_sync.store.access import Deed
from zetkin_sync.store.engine import Store


def gather(
    store: Store, *, district: int, keys: Sequence[bytes], since: datetime, now: datetime, folder: Path
) -> dict[str, Any]:
    """The bundle, one value a file."""
    checked = access.verify(store, district=district, keys=keys)
    entries = access.who(store, tuple(Deed), district=district, since=since, most=1_000_000)
    return {
        "about": {
            "since": since,
            "made": now,
            "district": district,
            "version": __version__,
            "python": platform.python_version(),
            "schema": schema.version(store),
            "packages": {d.name: d.version for d in metadata.distributions()},
        },
        "chain": {"entries": checked.entries, "wrong": [str(w) for w in checked.wrong]},
        "access": [entry._asdict() for entry in entries],
        "runs": evidence.runs(store, district=district, since=since),
        "sends": evidence.sends(store, district=district, since=since),
        "mails": evidence.mails(store, district=district, since=since),
        "decisions": evidence.decisions(store, district=district, since=since),
        "configuration": _files(folder),
    }


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    """Each file of config/ by digest and time of change: compare with version control to see what changed."""
    return {
        path.relative_to(folder).as_posix(): {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "changed": datetime.fromtimestamp(path.stat().st_mtime).astimezone(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def form(bundle: Mapping[str, Any], language: Language, *, title: str, deadline: str) -> str:
    """The register's form for a breach, filled in as far as a machine can."""
    told = language.say
    people = sum(send["people"] for send in bundle["sends"])
    answers = (
        (say("Controller"), title),
        (say("Found at"), str(bundle["about"]["made"])),
        (say("Report to the authority by (72 hours)"), deadline),
        (say("What happened"), ""),
        (say("Since when"), str(bundle["about"]["since"])),
        (say("Which data, about how many people"), told(say("messages to {n} people since then", n=people))),
        (say("Is the access log whole"), told("no" if bundle["chain"]["wrong"] else "yes")),
        (say("What it may lead to for those concerned"), ""),
        (say("What was done, and what will be done"), ""),
        (say("Were those concerned told (art. 34)"), ""),
        (say("Reported, or why not (art. 33)"), ""),
    )
    lines = [f"# {told(say('Personal data breach'))}", ""]
    lines += [f"**{told(question)}:** {answer}\n" for question, answer in answers]
    return "\n".join(lines)

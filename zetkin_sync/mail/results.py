"""Who asked for a run, as a reader with an address, and the run as a mail tells of it.

An account has its address in access.toml; whoever logs in with Zetkin, or types a command, has one when a
reader in recipients.toml names them under `asks`. No address is taken from Zetkin.
"""

from __future__ import annotations

import json
from dataclasses import replace

from zetkin_sync.configuration import Recipient
from zetkin_sync.mail.gathering import Known
from zetkin_sync.mail.readers import Addressee, addressee
from zetkin_sync.records import MailKind, Run, RunState
from zetkin_sync.reports.counts import count_name
from zetkin_sync.reports.kinds.result import Ended
from zetkin_sync.reports.readers import ASKER
from zetkin_sync.reports.words import job_name
from zetkin_sync.store import ledger, mailings

ACCOUNT = "account:"


def asker(who: str, known: Known) -> Addressee | None:
    """Where the result goes; None when nobody has said."""
    configuration = known.configuration
    recipient = next((r for r in configuration.recipients if who in r.asks), None)
    account = configuration.access.user(who.removeprefix(ACCOUNT)) if who.startswith(ACCOUNT) else None
    chosen = mailings.choices(known.store, district=known.district)
    if recipient is not None:
        found = addressee(recipient, known, chosen)
    elif account is not None:
        language = configuration.district.language
        plain = Recipient.model_validate(
            {"role": "technical", "address": account.address, "language": language}
        )
        found = addressee(plain, known, chosen)
        found = replace(found, reader=replace(found.reader, role=ASKER, name=account.name))
    else:
        return None
    return found.for_kind(MailKind.RESULT, known)


def ended(run: Run, known: Known) -> Ended:
    """A run that is over, in words."""
    assert run.id is not None and run.finished is not None
    entry = known.configuration.schedule.jobs.get(run.job)
    titles = {name: action.title for name, action in known.actions.items()}
    counts = json.loads(run.counts)
    return Ended(
        run=run.id,
        what=job_name((entry.module if entry else None) or run.job),
        state=RunState(run.state),
        finished=run.finished,
        counts=[(count_name(name, titles), n) for name, n in counts.items()],
        notes=ledger.notes_of(run),
    )

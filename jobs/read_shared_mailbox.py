"""Read the shared mailbox's headers: when a question came and when a person of ours answered. Nothing else of a mail.

Its folders are the connectors `shared`, `shared_sent` … in district.toml. Each batch is one transaction of
messages and position, so a killed run is read on from where it was committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import ConfigError, Trouble
from zetkin_sync.goals.headers import message_of
from zetkin_sync.language import Message, say
from zetkin_sync.ports import FoundMail, Mailbox
from zetkin_sync.privacy import keyed_hash
from zetkin_sync.records import RunState
from zetkin_sync.records.facts import MessageFact
from zetkin_sync.store import bounces as cursors
from zetkin_sync.store import shared_mail

_BATCH = 500


def run(context: Context) -> Outcome:
    """Every folder of the shared mailbox; one that does not answer does not hold up the others."""
    roles = sorted(r for r in context.configuration.district.connectors if shared_mail.is_shared(r))
    counts: Counter[str] = Counter(mails=0, new=0, without_time=0)
    notes: list[Message] = []
    own = _own(context) if roles else ()
    for role in roles:
        try:
            for part in _read(context, role, own):
                counts.update(part)
        except Trouble as trouble:
            notes.append(say("{mailbox}: {why}", mailbox=role, why=trouble.what))
    state = RunState.OK if not notes else RunState.FAILED if len(notes) == len(roles) else RunState.PARTIAL
    return Outcome(state=state, counts=dict(counts), notes=tuple(notes))


def _own(context: Context) -> tuple[str, ...]:
    """Our addresses, or domains as `@example.org`: what comes from them is an answer."""
    given = context.options.get("own")
    if isinstance(given, list) and given and all(isinstance(each, str) and "@" in each for each in given):
        return tuple(given)
    raise ConfigError(
        say("The job {job} does not know which mails are ours.", job=context.claim.job),
        say('Give its options in schedule.toml: own = ["office@example.org", "@example.org"].'),
    )


def _read(context: Context, role: str, own: tuple[str, ...]) -> Iterator[Counter[str]]:
    mailbox: Mailbox = context.connect(role)
    with context.store.reading() as session:
        after = cursors.cursor(session, district=context.district, mailbox=role) or None
    hashed = partial(keyed_hash, context.settings.key)
    batch: list[FoundMail] = []
    found = mailbox.mails(after)
    trouble: Trouble | None = None
    while True:
        mail = None
        try:
            mail = next(found, None)
        except Trouble as error:  # what was read before it is kept
            trouble = error
        if mail is not None:
            batch.append(mail)
        if mail is None or len(batch) >= _BATCH:
            messages = [message_of(m.raw, received=m.received, own=own, hashed=hashed) for m in batch]
            yield _commit(context, mailbox, role, messages)
            context.progress(say("Reading {mailbox}", mailbox=role))
            batch = []
        if trouble is not None:
            raise trouble
        if mail is None:
            return


def _commit(
    context: Context, mailbox: Mailbox, role: str, messages: list[MessageFact | None]
) -> Counter[str]:
    known = [message for message in messages if message is not None]
    with context.store.writing() as session:
        new = shared_mail.keep(session, known, district=context.district)
        cursors.move_cursor(
            session,
            district=context.district,
            mailbox=role,
            place=mailbox.position() or "",
            now=context.now(),
        )
    return Counter(mails=len(messages), new=new, without_time=len(messages) - len(known))

"""From a shared mailbox's headers to answer times: when a question came and when a person of ours first answered.

Only message ids, references, dates, the side a message came from and whether a machine wrote it are known here
(`goals.headers` reads them). An auto-reply is neither a question nor an answer (RFC 3834).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from zetkin_sync.records.facts import MessageFact, ThreadFact

QUIET = timedelta(days=14)  # a new message after so long a pause is a new question


def threads(given: Iterable[MessageFact], *, mailbox: str) -> tuple[ThreadFact, ...]:
    """The questions and their answers, oldest first.

    A question begins with a message from outside that no open question precedes; our next message in the
    thread answers it. What comes from outside while a question waits belongs to that question.
    """
    messages = {h.id: h for h in sorted(given, key=lambda h: (h.at, h.id)) if not h.automatic}
    root = _roots(messages.values())
    by_thread: dict[str, list[MessageFact]] = {}
    for header in messages.values():
        by_thread.setdefault(root[header.id], []).append(header)
    found = [fact for thread in by_thread.values() for fact in _questions(thread, mailbox)]
    return tuple(sorted(found, key=lambda f: (f.asked, f.answered is None, f.answered or f.asked)))


def _questions(thread: list[MessageFact], mailbox: str) -> list[ThreadFact]:
    found: list[ThreadFact] = []
    asked: datetime | None = None
    for header in thread:
        if not header.ours:
            if asked is not None and header.at - asked > QUIET:
                found.append(ThreadFact(mailbox=mailbox, asked=asked))
                asked = None
            asked = asked or header.at
        elif asked is not None:
            found.append(ThreadFact(mailbox=mailbox, asked=asked, answered=header.at))
            asked = None
    if asked is not None:
        found.append(ThreadFact(mailbox=mailbox, asked=asked))
    return found


def _roots(headers: Iterable[MessageFact]) -> dict[str, str]:
    """For each message one id that its whole thread shares, also where messages in between are missing."""
    parent: dict[str, str] = {}

    def find(id_: str) -> str:
        top = id_
        while parent.setdefault(top, top) != top:
            top = parent[top]
        while parent[id_] != top:
            parent[id_], id_ = top, parent[id_]
        return top

    ids = []
    for header in headers:
        ids.append(header.id)
        for other in header.replies_to:
            parent[find(other)] = find(header.id)
    return {id_: find(id_) for id_ in ids}

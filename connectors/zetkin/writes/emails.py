"""Emails: draft, target, lock, count, publish at a time, take back (RELIABILITY §4.4 a)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from connectors.zetkin.client import Repeat
from connectors.zetkin.wire.emails import one_stats
from connectors.zetkin.wire.shapes import Id, envelope, understood
from connectors.zetkin.wire.times import instant
from connectors.zetkin.writes.tools import Target, Verbs, everybody_on
from zetkin_sync.ports import EmailCounts, EmailState
from zetkin_sync.records import Email, EmailConfig, EmailTheme


class _Email(msgspec.Struct):
    id: Id
    title: str = ""
    target: Target | None = None
    locked: str | None = None
    published: str | None = None
    processed: str | None = None


class _Person(msgspec.Struct):
    id: Id


_email = envelope(_Email).decode
_people = envelope(list[_Person]).decode
_UNSUBSCRIBED = {
    "op": "add",
    "type": "email_blacklist",
    "config": {"operator": "blacklisted", "reason": "unsub_org"},
}


class Emails(Verbs):
    """Nobody sees anything of an email before it is published; and that is said once."""

    def find_emails(self, *, organization: int, title: str) -> tuple[int, ...]:
        return self.titled(Email, organization, title)

    def create_email(
        self,
        *,
        organization: int,
        title: str,
        subject: str,
        content: str,
        project: int | None,
        config: int,
        theme: int,
    ) -> int:
        body = {
            "title": title,
            "subject": subject,
            "content": content,
            "config_id": config,
            "theme_id": theme,
            **({} if project is None else {"campaign_id": project}),
        }
        return self.make(f"/v1/orgs/{organization}/emails", body)

    def read_email(self, *, organization: int, email: int) -> EmailState:
        found: _Email = self.ask(f"/v1/orgs/{organization}/emails/{email}", _email)
        return EmailState(
            found.id,
            found.title,
            found.target.id if found.target else None,
            found.target.only_list() if found.target else None,
            instant(found.locked),
            instant(found.published),
            instant(found.processed),
        )

    def target_email(self, *, organization: int, target: int, list_id: int) -> None:
        path = f"/v1/orgs/{organization}/people/queries/{target}"
        self._client.send("PATCH", path, {"filter_spec": everybody_on(list_id)})

    def lock_email(self, *, organization: int, email: int, locked: bool) -> None:
        self._client.send("PATCH", f"/v1/orgs/{organization}/emails/{email}", {"locked": locked})

    def count_email(self, *, organization: int, email: int) -> EmailCounts:
        stats = self.ask(f"/v1/orgs/{organization}/emails/{email}/stats", one_stats)
        return EmailCounts(stats.num_target_matches, stats.num_locked_targets, stats.num_blocked.any)

    def publish_email(self, *, organization: int, email: int, at: datetime | None) -> None:
        self._client.send(
            "PATCH",
            f"/v1/orgs/{organization}/emails/{email}",
            {"published": None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")},
            repeat=Repeat.SAFELY if at is None else Repeat.NEVER,
        )

    def delete_email(self, *, organization: int, email: int) -> None:
        self.remove(f"/v1/orgs/{organization}/emails/{email}")

    def email_configs(self, *, organization: int) -> tuple[int, ...]:
        return self._ids(EmailConfig, organization)

    def email_themes(self, *, organization: int) -> tuple[int, ...]:
        return self._ids(EmailTheme, organization)

    def unsubscribed(self, *, organization: int) -> frozenset[int]:
        path = f"/v1/orgs/{organization}/people/queries/ephemeral/matches"
        body = self._client.send("POST", path, {"filter_spec": [_UNSUBSCRIBED]}, repeat=Repeat.SAFELY)
        return frozenset(row.id for row in understood(_people, body, endpoint=f"POST {path}").data)

    def _ids(self, record: type[EmailConfig | EmailTheme], organization: int) -> tuple[int, ...]:
        found = (row for page in self.pages(record, organization=organization) for row in page.rows())
        return tuple(sorted(row[0] for row in found))

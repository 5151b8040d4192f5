"""Probes and bounces over real SMTP into a real mailbox: from our mailer to what our job reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from connectors import imap, smtp
from tests.bounce_mails import report, row
from tests.bounce_world import NORR, World
from tests.dovecot import Dovecot, dovecot
from tests.ports import free_port
from zetkin_sync.configuration.bounces import BounceRules
from zetkin_sync.language import from_json
from zetkin_sync.settings import Settings
from zetkin_sync.store.engine import Store

RULES = {
    "sending": {"domains": ["forening.example"]},
    "probe": {
        "return_domain": "studs.forening.example",
        "address": [
            {"address": "norrort@forening.se", "unit": "Norrort", "to_test_mailbox": True},
            {"address": "full@forening.se", "unit": "Vårdföreningen", "to_test_mailbox": True},
            {"address": "borta@forening.se", "to_test_mailbox": True},
            {"address": "nekad@forening.se", "to_test_mailbox": True},
        ],
    },
}


class MailServer:
    """Takes mail as the world does: one address forwards to the test mailbox, one is full, one swallows, one refuses."""

    def __init__(self, mailbox: Dovecot) -> None:
        self.mailbox = mailbox
        self.numbers = itertools.count(1)

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nekad@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        recipient = envelope.rcpt_tos[0]
        name = f"{1_790_000_000 + next(self.numbers)}.smtp.host"
        if recipient.startswith("norrort@"):
            self.mailbox.deliver(envelope.original_content, name=name)
        if recipient.startswith("full@"):
            fields = row(recipient, status="5.2.2", said="552 5.2.2 Mailbox full")
            back = envelope.original_content.decode().replace("\r\n", "\n")
            self.mailbox.deliver(report(fields, returned=back, to=envelope.mail_from), name=name)
        return "250 OK"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


def test_probes_over_smtp_tell_which_public_addresses_live(mailbox: Dovecot, sqlite_store: Store) -> None:
    port = free_port()
    controller = Controller(MailServer(mailbox), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        world = World(sqlite_store, rules_file=BounceRules.model_validate(RULES))
        world.mailer = smtp.connect(
            Settings.model_validate({"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}")})
        )  # type: ignore[assignment]
        world.mailboxes["mailbox"] = imap.connect(mailbox.settings())
        world.now = datetime.now(UTC)  # the mailbox stamps mails with its own clock
        sent = world.run(probes=True)
        assert sent.counts["probes_sent"] == 3
        world.passes(hours=1)
        read = world.run()
        assert read.counts["probes_answered"] == 2
        world.passes(hours=48)
        world.run()
    finally:
        controller.stop()
    assert sorted(str(from_json(a.what)) for a in world.alerts()) == [
        "A mail to the public address of Distriktet came back: The recipient's server refuses our mail by its own rules.",
        "A mail to the public address of Distriktet did not arrive.",
        "A mail to the public address of Vårdföreningen came back: The mailbox is full.",
    ]
    assert world.configuration.titles[NORR] not in str(world.alerts())

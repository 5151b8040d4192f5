"""Mail over SMTP: TLS verified, time-limited, and honest about what is not known.

Before the final dot a failure means "not sent"; a connection that breaks after it means that nobody can
know (RELIABILITY §4.4 c), which is said and not guessed.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

from zetkin_sync.errors import ConfigError, OutcomeUnknown, Permanent, Temporary
from zetkin_sync.language import say
from zetkin_sync.settings import Settings, is_loopback

TIMEOUT = 30.0


class Smtp:
    """One mail server. Every mail is its own connection: slow, simple, and nothing is shared."""

    def __init__(
        self, *, host: str, port: int, user: str | None, password: str | None, implicit_tls: bool, plain: bool
    ) -> None:
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.implicit_tls = implicit_tls
        self.plain = plain

    def send(self, mail: EmailMessage, *, envelope_from: str, recipient: str) -> None:
        """Send one mail to one recipient.

        Raises Temporary (not sent), Permanent (refused for good) or OutcomeUnknown (nobody knows).
        """
        with self._connected() as server:
            try:
                server.ehlo_or_helo_if_needed()
                code, said = server.mail(
                    envelope_from, ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
                )
                _accepted(code, said, say("the sender"))
                code, said = server.rcpt(recipient)
                _accepted(code, said, say("the recipient"))
            except (OSError, smtplib.SMTPServerDisconnected) as error:
                raise Temporary(say("The mail server broke off before the mail was sent.")) from error
            try:
                code, said = server.data(mail.as_bytes(policy=SMTP))
            except smtplib.SMTPDataError as error:
                _accepted(
                    error.smtp_code,
                    error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode(),
                    say("the mail"),
                )
                raise
            except (OSError, smtplib.SMTPServerDisconnected) as error:
                raise OutcomeUnknown(
                    say(
                        "The mail server broke off while it took the mail; nobody knows whether it was delivered."
                    ),
                    say("It is not sent again; look in the recipient's mailbox."),
                ) from error
            _accepted(code, said, say("the mail"))

    def greet(self) -> None:
        """Log in and out. Raises ConfigError or Temporary when that is not possible."""
        with self._connected() as server:
            server.noop()

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        try:
            server: smtplib.SMTP
            if self.implicit_tls:
                server = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
                if not self.plain:
                    server.starttls(context=context)
            if self.user is not None:
                server.login(self.user, self.password or "")
        except smtplib.SMTPAuthenticationError as error:
            raise ConfigError(
                say("The mail server does not accept the user or password."),
                say("Correct ZETKIN_SYNC_SMTP_URL."),
            ) from error
        except ssl.SSLError as error:
            raise ConfigError(
                say("The mail server's certificate is not valid for {host}.", host=self.host),
                say("Use the name that stands in the certificate."),
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Temporary(say("The mail server {host} does not answer.", host=self.host)) from error
        try:
            yield server
        finally:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()


def _accepted(code: int, said: bytes, what: object) -> None:
    """Raise what a refusal means: 4xx may work later, 5xx will not (RFC 5321 §4.2.1)."""
    if 200 <= code < 300:
        return
    status = f"{code} {said.decode('ascii', 'replace').split(' ', 1)[0][:12]}"
    if 400 <= code < 500:
        raise Temporary(say("The mail server put off {what} ({status}).", what=what, status=status))
    raise Permanent(say("The mail server refused {what} ({status}).", what=what, status=status))


def connect(settings: Settings) -> Smtp:
    """The server of ZETKIN_SYNC_SMTP_URL: smtps://user:password@host:465 or smtp://user:password@host:587.

    smtp:// begins with STARTTLS; only a server on this machine may be spoken to without.
    """
    if settings.smtp_url is None:
        raise ConfigError(
            say("ZETKIN_SYNC_SMTP_URL is not set."),
            say("Set it to smtps://user:password@host:465, or name another mailer in district.toml."),
        )
    url = urlsplit(settings.smtp_url.get_secret_value())
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ConfigError(
            say("ZETKIN_SYNC_SMTP_URL is not a mail server's address."),
            say("Set it to smtps://user:password@host:465."),
        )
    return Smtp(
        host=url.hostname,
        port=url.port or (465 if url.scheme == "smtps" else 587),
        user=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        implicit_tls=url.scheme == "smtps",
        plain=is_loopback(url.hostname) and not url.username,
    )

"""Mail over SMTP: TLS verified, time-limited, and honest about what is not known.

Before the final dot a failure means "not sent"; a connection that breaks after it means that nobody can
know (RELIABILITY §4.4 c), which is said and not guessed.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from zetkin_sync.errors import ConfigError, OutcomeUnknown, Permanent, Temporary, Trouble
from zetkin_sync.language import say
from zetkin_sync.settings import Settings, is_loopback

TIMEOUT = 30.0
LAST_TIMEOUT = 300.0
"""How long the answer to the final dot may take: servers look for viruses before they give it (RFC 5321 §4.5.3.2.6)."""

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463
_DOT_FIRST = re.compile(rb"(?m)^\.")


class Smtp:
    """One mail server. Every mail is its own connection: slow, simple, and nothing is shared."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str | None,
        password: str | None,
        implicit_tls: bool,
        plain: bool,
        timeout: float = TIMEOUT,
        last_timeout: float = LAST_TIMEOUT,
    ) -> None:
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.implicit_tls = implicit_tls
        self.plain = plain
        self.timeout = timeout
        self.last_timeout = last_timeout

    def send(self, mail: EmailMessage, *, envelope_from: str, recipient: str) -> None:
        """Send one mail to one recipient.

        Raises Temporary (not sent), Permanent (this recipient or mail is refused for good), ConfigError (no mail
        can be sent like this) or OutcomeUnknown (nobody knows).
        """
        with self._connected() as server:
            try:
                _offer(server, envelope_from, recipient)
                server.send(
                    _dotted(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
                )  # the dot is last: a failure means it did not leave
            except OSError as error:
                raise Temporary(say("The mail server broke off before the mail was sent.")) from error
            try:
                if server.sock is not None:
                    server.sock.settimeout(self.last_timeout)
                code, said = server.getreply()
            except OSError as error:
                raise _unknown() from error
            if not 200 <= code < 600:
                raise _unknown()
            _accepted(code, said, say("the mail"))

    def greet(self) -> None:
        """Log in and out. Raises ConfigError or Temporary when that is not possible."""
        with self._connected() as server:
            server.noop()

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        server: smtplib.SMTP | None = None
        try:
            if self.implicit_tls:
                server = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
                if not self.plain:
                    server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if self.user is not None:
                server.login(self.user, self.password or "")
        except (OSError, ValueError) as error:
            if server is not None:
                server.close()
            raise self._refused(error) from error
        try:
            yield server
        finally:
            try:
                server.quit()
            except OSError:
                server.close()

    def _refused(self, error: Exception) -> Trouble:
        """What it means that no connection could be made: to be set right by a person, or to be tried again."""
        match error:
            case smtplib.SMTPAuthenticationError() if error.smtp_code >= 500:
                return ConfigError(
                    say("The mail server does not accept the user or password."),
                    say("Correct ZETKIN_SYNC_SMTP_URL."),
                )
            case smtplib.SMTPNotSupportedError():
                return ConfigError(
                    say(
                        "The mail server {host} cannot encrypt or take a password on this port.",
                        host=self.host,
                    ),
                    say("Use the port for STARTTLS (587), or smtps:// with its port (465)."),
                )
            case ssl.SSLCertVerificationError():
                return ConfigError(
                    say("The mail server's certificate is not valid for {host}.", host=self.host),
                    say("Use the name that stands in the certificate."),
                )
            case ssl.SSLError():
                return ConfigError(
                    say("The mail server {host} does not speak TLS on this port.", host=self.host),
                    say("Use the port for STARTTLS (587), or smtps:// with its port (465)."),
                )
            case _:
                return Temporary(say("The mail server {host} does not answer.", host=self.host))


def _offer(server: smtplib.SMTP, envelope_from: str, recipient: str) -> None:
    """Up to where the server waits for the mail itself."""
    code, said = server.mail(envelope_from, ["BODY=8BITMIME"] if server.has_extn("8bitmime") else [])
    if code >= 500:  # it would refuse every mail
        raise ConfigError(
            say(
                "The mail server does not let us send as {address} ({status}).",
                address=envelope_from.rpartition("@")[2],
                status=_status(code, said),
            ),
            say("Correct ZETKIN_SYNC_MAIL_FROM, or the user in ZETKIN_SYNC_SMTP_URL."),
        )
    _accepted(code, said, say("the sender"))
    _accepted(*server.rcpt(recipient), say("the recipient"))
    code, said = server.docmd("DATA")
    if code != 354:
        _accepted(code if code >= 400 else 451, said, say("the mail"))


def _dotted(mail: bytes) -> bytes:
    """A mail as it goes over the wire: a dot that begins a line is doubled, one alone is the end (RFC 5321 §4.5.2)."""
    return _DOT_FIRST.sub(b"..", mail).removesuffix(b"\r\n") + b"\r\n.\r\n"


def _accepted(code: int, said: bytes, what: object) -> None:
    """Raise what a refusal means: 4xx may work later, 5xx will not (RFC 5321 §4.2.1); no code is no answer."""
    if 200 <= code < 300:
        return
    if code < 500:
        raise Temporary(
            say("The mail server put off {what} ({status}).", what=what, status=_status(code, said))
        )
    raise Permanent(say("The mail server refused {what} ({status}).", what=what, status=_status(code, said)))


def _status(code: int, said: bytes) -> str:
    """The code and, where it is one, the enhanced code; never the server's words, which may quote an address."""
    enhanced = said.decode("ascii", "replace").split(" ", 1)[0]
    return f"{code} {enhanced}" if _ENHANCED.fullmatch(enhanced) else str(code)


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown(
        say("The mail server broke off while it took the mail; nobody knows whether it was delivered."),
        say("It is not sent again; look in the recipient's mailbox."),
    )


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

"""Accounts from access.toml: a mailed link that works once in the browser that asked for it, and a one-time code."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import pyotp

from zetkin_sync.configuration import Configuration, User
from zetkin_sync.errors import Trouble
from zetkin_sync.language import Language, say
from zetkin_sync.privacy import address_hash, decrypt, encrypt, keyed_hash, normal_address
from zetkin_sync.records import WebSession
from zetkin_sync.runner import connection
from zetkin_sync.settings import Settings
from zetkin_sync.store import logins
from zetkin_sync.web import rights
from zetkin_sync.web.journal import note
from zetkin_sync.web.refusals import Refusal
from zetkin_sync.web.rendering import keep_pending
from zetkin_sync.web.view import View

_STEP = 30
_AROUND = 1  # half-minutes that a telephone's clock may be off


def sealed_secret(settings: Settings, name: str, secret: str) -> str:
    """A second factor's secret as it stands in access.toml."""
    return encrypt(settings.key, secret, place=_place(name))


def _place(name: str) -> str:
    return f"access.user.{name}"


def mail_link(view: View, address: str) -> None:
    """Mail a link when the address has an account; say nothing of whether it has."""
    sources = [_source(view, "from", _client(view)), address_hash(view.installation.settings.key, address)]
    if logins.too_many(view.store, sources):
        note(view, "refused", why_code="too_many")
        raise _too_many()
    logins.failed(view.store, sources)  # every request counts: a mailbox is not to be filled either
    found = _account(view, address)
    if found is None:
        note(view, "refused", why_code="no_account")
        return
    configuration, user = found
    secret = logins.make_link(view.store, district=configuration.root, account=user.name)
    assert view.session is not None
    keep_pending(view, {**logins.pending_of(view.session), "link": logins.hashed(secret).hex()})
    try:
        _send(view, configuration, user, secret)
    except Trouble:
        note(view, "refused", why_code="mail")
        raise
    note(view, "link_mailed")


def _account(view: View, address: str) -> tuple[Configuration, User] | None:
    wanted = normal_address(address)
    for configuration in view.installation.configurations:
        for user in configuration.access.users:
            if normal_address(user.address) == wanted:
                return configuration, user
    return None


def _send(view: View, configuration: Configuration, user: User, secret: str) -> None:
    settings = view.installation.settings
    sender = settings.mail_from or user.address
    language = Language(configuration.district.language, configuration.district.zone)
    link = f"{settings.page_url.rstrip('/')}/login/link/{secret}"
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, user.address
    mail["Subject"] = language.say(say("Log in to {title}", title=configuration.district.title))
    mail["Date"] = format_datetime(view.now)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    sentences = (
        say(
            "Somebody, probably you, wants to log in to the page of {title}.",
            title=configuration.district.title,
        ),
        say("Open the link in the same browser and press the button there. It works once, for 15 minutes."),
        say("If it was not you, do nothing: without the button and your code nobody gets in."),
    )
    first, second, last = (language.say(s) for s in sentences)
    mail.set_content(f"{first}\n\n{second}\n\n{link}\n\n{last}\n", cte="quoted-printable")
    mailer = connection(view.installation, configuration.root, "mailer")
    mailer.send(mail, envelope_from=sender, recipient=user.address)


def enter(view: View, *, secret: str, code: str) -> tuple[str, WebSession]:
    """Log an account in by its link and its code. Raises Refusal and uses nothing up when the code is wrong."""
    session, store = view.session, view.store
    sources = [_source(view, "from", _client(view)), _source(view, "link", secret)]
    if logins.too_many(store, sources):
        note(view, "refused", why_code="too_many")
        raise _too_many()
    link = logins.link_of(store, secret)
    if link is None or session is None or logins.pending_of(session).get("link") != link.id.hex():
        note(view, "refused", why_code="link")
        raise Refusal(
            403,
            say("The link has been used, is too old, or was opened in another browser."),
            say("Ask for a new one and open it in the same browser."),
        )
    configuration = view.installation.of(link.district)
    user = configuration.access.user(link.account)
    step = None if user is None else _step(view, configuration, user, code)
    if user is None or step is None:
        logins.failed(store, sources, district=link.district)
        note(view, "refused", why_code="code")
        raise Refusal(403, say("The code is not right."), say("Wait for the next code and try again."))
    if not logins.use_link(store, secret):
        raise Refusal(403, say("The link has been used."), say("Ask for a new one."))
    return rights.enter(
        view.installation,
        session,
        who=f"{rights.ACCOUNT}{user.name}",
        name=user.name,
        grants={configuration.root: rights.grants_of(user, configuration)},
        level=2,
    )


def _step(view: View, configuration: Configuration, user: User, code: str) -> int | None:
    """The half-minute that the code belongs to, used up; None when it is wrong or was used before."""
    secret = decrypt(view.installation.settings.keys, user.totp, place=_place(user.name))
    one_time = pyotp.TOTP(secret, interval=_STEP)
    now = int(view.now.timestamp())
    digits = "".join(c for c in code if c.isdigit())
    steps = [now // _STEP + offset for offset in range(-_AROUND, _AROUND + 1)]
    right = [s for s in steps if pyotp.utils.strings_equal(one_time.generate_otp(s), digits)]
    if not right or not logins.take_step(
        view.store, district=configuration.root, account=user.name, step=right[0]
    ):
        return None
    return right[0]


def _client(view: View) -> str:
    return view.request.client.host if view.request.client else ""


def _source(view: View, kind: str, value: str) -> bytes:
    return keyed_hash(view.installation.settings.key, f"login {kind} {value}")


def _too_many() -> Refusal:
    return Refusal(429, say("Too many tries."), say("Wait a quarter of an hour and try again."))

"""The connector to Zetkin: `connect` gives what `zetkin_sync.ports.Zetkin` asks for."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import httpx

from connectors.zetkin.auth import TOKEN_PATH, Tokens, basic, by_api_key
from connectors.zetkin.client import Call, Client, Repeat
from connectors.zetkin.examining import Examining
from connectors.zetkin.gate import Gate
from connectors.zetkin.lists import Allowed
from connectors.zetkin.scratch import Scratch
from connectors.zetkin.wire.times import EventTimes, Reading
from connectors.zetkin.wires import Wires
from connectors.zetkin.writes.calls import Calls
from connectors.zetkin.writes.emails import Emails
from connectors.zetkin.writes.events import Events
from connectors.zetkin.writes.people import People
from connectors.zetkin.writes.tags import Tags
from connectors.zetkin.writes.tasks import Tasks
from zetkin_sync import ports
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.settings import Settings, is_loopback

STOCKHOLM = ZoneInfo("Europe/Stockholm")
__all__ = ["EventTimes", "Zetkin", "connect"]


class Zetkin(Scratch, Examining, Tags, Emails, Tasks, Calls, Events, People):
    """Zetkin, read and written: fulfils `zetkin_sync.ports.Zetkin`."""


if TYPE_CHECKING:

    def _fulfils(zetkin: Zetkin) -> ports.Zetkin:
        return zetkin


def connect(
    settings: Settings,
    *,
    person_fields: Collection[str] = (),
    tag_values: Collection[str] = (),
    zone: ZoneInfo = STOCKHOLM,
    event_times: str = EventTimes.WALL_CLOCK,
    suspicious_hours: tuple[int, int] = (0, 6),
    places_v2: bool = False,
    scratch_folder: str | None = None,
    transport: httpx.BaseTransport | None = None,
    gate: Gate | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Zetkin:
    """Zetkin as the service's own user, by its API key.

    `person_fields` are the slugs of people's custom fields that may be read, `tag_values` how the titles of
    tags begin whose values may be kept; `zone` and `event_times` (`wall_clock` or `utc`) say how events' times are read
    (API.md §2.6), `suspicious_hours` from and until which hour nobody holds an activity; `places_v2` reads
    places from API v2; `scratch_folder` lets the values of tags be read by a list made for it (`scratch`), which writes. Nothing is asked of
    the server yet. Raises ConfigError when an address, a credential or an allowed field is wrong.
    """
    base = _address(settings.zetkin_url)
    grant, client_id, secret = settings.zetkin_grant, settings.zetkin_client_id, settings.zetkin_client_secret
    if grant is None or client_id is None or secret is None:
        raise ConfigError(
            say("The key to Zetkin is not set."),
            say(
                "Set ZETKIN_SYNC_ZETKIN_CLIENT_ID, ZETKIN_SYNC_ZETKIN_CLIENT_SECRET and ZETKIN_SYNC_ZETKIN_GRANT (docs/zetkin.md)."
            ),
        )
    gate = gate or Gate(
        width=settings.zetkin_concurrency, budget=settings.zetkin_requests_per_run, clock=clock, sleep=sleep
    )
    wire = transport or Wires(base, timeout=settings.zetkin_timeout, context=_trust(base))

    def client(*, tokens: Tokens | None = None, proof: str | None = None) -> Client:
        return Client(
            base,
            transport=wire,
            gate=gate,
            tokens=tokens,
            basic=proof,
            timeout=settings.zetkin_timeout,
            tries=settings.zetkin_tries,
            chance=chance,
            now=now,
        )

    door = client(proof=basic(client_id, secret.get_secret_value()))

    def post(form: bytes, *, again: bool) -> bytes:
        repeat = Repeat.SAFELY if again else Repeat.UNARRIVED
        return door.answer(Call("POST", TOKEN_PATH, body=form, repeat=repeat, form=True)).body

    tokens = Tokens(by_api_key(post, grant.get_secret_value(), now=now), now=now)
    allowed = Allowed(
        fields=frozenset(person_fields),
        tag_values=frozenset(tag_values),
        when=Reading(EventTimes(event_times), zone, suspicious_hours),
        places_v2=places_v2,
        scratch_folder=scratch_folder,
    )
    return Zetkin(
        client(tokens=tokens),
        key=settings.key,
        former=settings.keys[1:],
        allowed=allowed,
        page_size=settings.zetkin_page_size,
        width=settings.zetkin_concurrency,
        now=now,
    )


def _address(url: str) -> httpx.URL:
    """The API's address. Secrets go over it, so it is https, except on this machine."""
    address = httpx.URL(url)
    loopback = is_loopback(address.host)
    if address.scheme not in ("http", "https") or not address.host:
        wrong = say("ZETKIN_SYNC_ZETKIN_URL is not an address: {url}.", url=url)
    elif address.scheme == "http" and not loopback:
        wrong = say("ZETKIN_SYNC_ZETKIN_URL is not encrypted: {url}.", url=url)
    else:
        return httpx.URL(scheme=address.scheme, host=address.host, port=address.port)
    raise ConfigError(wrong, say("Use the API's own address, such as https://api.zetk.in."))


def _trust(base: httpx.URL) -> ssl.SSLContext | None:
    """Which certificates are believed, read once; plain HTTP needs none."""
    if base.scheme != "https":
        return None
    context = httpx.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context

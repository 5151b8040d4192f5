"""The dead man's switch is fed while slots are asked for, taken and kept, and only then."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from connectors.heartbeat import Heartbeat, connect
from tests.installations import whole_store, write_district
from zetkin_sync.engine.pulse import Pulse
from zetkin_sync.errors import ConfigError, Temporary
from zetkin_sync.live import Live
from zetkin_sync.settings import Settings
from zetkin_sync.store import epoch


class Switch(HTTPServer):
    """A dead man's switch on this machine."""

    def __init__(self, status: int = 200) -> None:
        self.asked = 0

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.server.asked += 1  # type: ignore[attr-defined]
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ping/secret"


def test_it_is_asked_and_what_it_answers_counts() -> None:
    good, bad = Switch(), Switch(500)
    Heartbeat(good.url).beat()
    assert good.asked == 1
    with pytest.raises(Temporary, match="500"):
        Heartbeat(bad.url).beat()
    good.shutdown()
    good.server_close()
    with pytest.raises(Temporary, match="does not answer"):
        Heartbeat(good.url).beat()


@pytest.mark.parametrize("url", ["http://example.org/ping", "ftp://example.org", "nonsense", "http://["])
def test_only_an_encrypted_address_is_taken(url: str) -> None:
    with pytest.raises(ConfigError):
        connect(Settings.model_validate({"heartbeat_url": url}))


def test_it_is_fed_only_while_slots_are_asked_for(tmp_path: Path) -> None:
    switch = Switch()
    write_district(tmp_path / "c", 1, "[jobs.make_backup]\nevery_minutes = 5\ngrace_minutes = 60\n")
    settings = Settings.model_validate({"config": tmp_path / "c", "heartbeat_url": switch.url})
    store = whole_store()
    epoch.beat(store, None)
    live = Live(settings, store)
    pulse = Pulse(live, every=0)
    assert not pulse.look()  # a slot is due, and no clock has asked for it
    assert switch.asked == 0
    from zetkin_sync.clock import Clock

    Clock(live).look()
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE run SET state = 'ok'")
    assert pulse.look()
    assert switch.asked == 1

"""Tells the service manager how we are: ready, alive, stopping (systemd's notify protocol, sd_notify(3))."""

from __future__ import annotations

import socket

from zetkin_sync.log import logger


class Supervisor:
    """Speaks to the manager's socket; without one it is silent."""

    def __init__(self, address: str | None) -> None:
        self.address = "\0" + address[1:] if address and address.startswith("@") else address

    def ready(self) -> None:
        """Everything is started."""
        self._send("READY=1")

    def alive(self) -> None:
        """Nothing hangs; said well within the manager's patience (WatchdogSec)."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The end was asked for; runs under way are finished."""
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        if not self.address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                manager.connect(self.address)
                manager.sendall(text.encode())
        except OSError as error:  # a manager that does not listen must not stop the work
            logger().warning("supervisor.deaf", error=type(error).__name__)

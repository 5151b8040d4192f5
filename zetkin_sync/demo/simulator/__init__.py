"""A Zetkin that lives in one process: the real protocol over simulated people (API.md)."""

from zetkin_sync.demo.simulator.app import create_app
from zetkin_sync.demo.simulator.clock import Clock

__all__ = ["Clock", "create_app"]

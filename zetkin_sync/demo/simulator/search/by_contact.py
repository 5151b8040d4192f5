"""Filters on how a person was reached: emails, calls, surveys, tasks, forms, cases (API.md §5.3)."""

from __future__ import annotations

from zetkin_sync.demo.simulator.search.filters import Filter

FILTERS: dict[str, Filter] = {}

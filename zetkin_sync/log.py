"""Logs that hold what happened and never whom it happened to.

Only keys on the allow-list get through; others are dropped and counted. Errors are logged as kind and place,
without message or locals. Lines of libraries go through the same filter: their text is scrubbed of anything
that looks like an address, a number or a query.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    [
        "event",
        "level",
        "timestamp",
        "logger",
        "job",
        "run",
        "district",
        "organization",
        "slot",
        "state",
        "counts",
        "plan",
        "action",
        "verb",
        "resource",
        "endpoint",
        "method",
        "status",
        "request_id",
        "seconds",
        "attempt",
        "attempts",
        "error",
        "where",
        "step",
        "done",
        "total",
        "asked",
        "kind",
        "owner",
        "roles",
        "port",
        "pages",
        "rows",
        "changes",
        "dropped",
        "version",
        "table",
        "count",
        "command",
        "exit_code",
        "wait",
        "key_id",
        "why_code",
        "deed",
        "entry",
        "chain",
    ]
)
_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_QUERY = re.compile(r"\?[^\s\"']*")
_NUMBER = re.compile(r"\+?\d[\d\s-]{5,}\d")
_Event = MutableMapping[str, Any]


def set_up(*, form: str = "console", level: str = "info") -> None:
    """Send every log line of this process to standard error, in one form: "console" or "json"."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        place_of_error,
        only_allowed,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=False,
    )
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared[1:4], scrubbed, only_allowed],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, place_of_error, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in (
        "httpx",
        "httpcore",
        "apscheduler",
        "uvicorn.access",
        "sqlalchemy.engine",
        "alembic",
        "asyncio",
        "procrastinate",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _StandardError(logging.StreamHandler[Any]):
    """Writes to whatever standard error is at the moment of writing."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


def only_allowed(_logger: Any, _method: str, event: _Event) -> _Event:
    """Drop every key that is not on the list, and say how many were."""
    internal = {k: v for k, v in event.items() if k.startswith("_")}
    kept = {k: v for k, v in event.items() if k in ALLOWED}
    dropped = len(event) - len(kept) - len(internal)
    if dropped:
        kept["dropped"] = dropped
    return {**kept, **internal}


def place_of_error(_logger: Any, _method: str, event: _Event) -> _Event:
    """An exception as its kind and where it arose; its message may hold anything and is left out."""
    info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException) and "error" not in event:
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        event["error"] = type(error).__name__
        event["where"] = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return event


def scrubbed(_logger: Any, _method: str, event: _Event) -> _Event:
    """A library's line without what looks like an address, a query or a number."""
    event["event"] = scrub(str(event.get("event", "")))
    return event


def scrub(text: str) -> str:
    """A text without anything that could tell who is meant."""
    return _NUMBER.sub("…", _QUERY.sub("?…", _ADDRESS.sub("…@…", text)))


def logger() -> Any:
    """A logger; bind what holds for many lines with `.bind(job=…)`."""
    return structlog.get_logger()

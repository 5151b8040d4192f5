"""What was measured, as tables of docs/benchmarks.md: each area replaces its own section and nothing else."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_TOP = """# Benchmarks

How fast each part is, beside the least that the work can cost and beside what others use, measured in one run
on one machine: `make bench`, or `make bench ARGS="AREA"` for one part. Ratios are the judge, not seconds.
"""


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def machine() -> str:
    """On what and when it was measured."""
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists() and (found := re.search(r"model name\s*: (.+)", info.read_text())):
        model = found[1]
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({model}), Python {platform.python_version()}, "
        f"{platform.system()}; load average at the end {load:.1f}."
    )


def put_section(title: str, body: str, *, document: Path = DOCUMENT) -> None:
    """Put `body` under the heading `title`, in the place of what stood there."""
    text = document.read_text() if document.exists() else _TOP
    top, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    kept = {section.splitlines()[0]: section.strip() for section in sections}
    kept[f"## {title}"] = f"## {title}\n\n{body.strip()}"
    document.write_text("\n\n".join([top.strip(), *kept.values()]) + "\n")

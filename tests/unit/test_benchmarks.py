"""The measurements' frame: areas are found, and each keeps to its own section of the document."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.tables import put_section, table


def test_an_area_replaces_its_own_section_and_no_other(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    put_section("Sync", "first", document=document)
    put_section("Planner", "### Small\n\nsecond", document=document)
    put_section("Sync", table(("case", "s"), [("ours", 1.5)]), document=document)
    text = document.read_text()
    assert "first" not in text
    assert "| ours | 1.5 |" in text
    assert "### Small\n\nsecond" in text
    assert text.index("## Sync") < text.index("## Planner")
    before = document.read_bytes()
    put_section("Planner", "### Small\n\nsecond", document=document)
    assert document.read_bytes() == before


def test_an_unknown_area_is_refused_with_those_that_exist() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "synk"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "sync" in done.stderr

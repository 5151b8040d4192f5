"""Run the measurements: `python -m benchmarks` all of them, `python -m benchmarks sync --quick` one area.

An area is a folder beside this file with a `__main__.py`, run as a process of its own so that none measures
another's leftovers. What it finds goes into its own section of docs/benchmarks.md (`benchmarks.tables`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

AREAS = sorted(found.parent.name for found in Path(__file__).parent.glob("*/__main__.py"))


def main(arguments: list[str]) -> int:
    """Options stand behind the one area they are for."""
    chosen = arguments[:1] if arguments else AREAS
    if unknown := [name for name in chosen if name not in AREAS]:
        print(f"There is no {unknown[0]} to measure; there are: {', '.join(AREAS)}.", file=sys.stderr)
        return 2
    codes = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{area}", *arguments[1:]], check=False).returncode
        for area in chosen
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How much memory a piece of work takes beyond what the process held before it (Linux)."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Cost(Generic[T]):
    """What a piece of work gave and what it cost: wall-clock and CPU seconds, and the highest extra megabytes."""

    result: T
    seconds: float
    cpu: float
    megabytes: float


def cost(work: Callable[[], T]) -> Cost[T]:
    """Do it once, with the kernel's high-water mark reset just before."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = _kilobytes("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    seconds, used = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(result, seconds, used, max(0, _kilobytes("VmHWM") - before) / 1024)


def highest() -> float:
    """The highest megabytes that the whole process held, since it began or since `cost`."""
    return _kilobytes("VmHWM") / 1024


def _kilobytes(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise OSError(f"no {name} in /proc/self/status")

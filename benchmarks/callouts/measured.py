"""One plan in a process of its own: seconds, CPU seconds and the highest memory, as JSON."""

from __future__ import annotations

import json
import sys
import time

from benchmarks.callout_instances import SHAPES, make
from benchmarks.callouts.rivals import instance_of
from benchmarks.memory import cost
from zetkin_sync.callouts.planner.solve import solve


def main(shape: str, seed: str, bundles: str, proof: str) -> None:
    """Plan the instance of that shape and seed, and say what it took."""
    document = make(SHAPES[shape], int(seed), bundles=int(bundles) or None)
    instance = instance_of(document)
    del document
    began = time.perf_counter()
    found = cost(lambda: solve(instance, proof=proof == "proof"))
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - began,
                "cpu": found.cpu,
                "megabytes": found.megabytes,
                "messages": len(found.result.messages),
                "objective": found.result.objective,
                "bound": found.result.bound if proof == "proof" else None,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

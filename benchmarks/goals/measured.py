"""One reconciliation in a process of its own: `python -m benchmarks.goals.measured FOLDER`."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

from benchmarks.memory import cost, highest
from zetkin_sync import plugins
from zetkin_sync.configuration import read_configuration
from zetkin_sync.context import known_facts
from zetkin_sync.goals import Observed, assess
from zetkin_sync.goals.kept import as_row
from zetkin_sync.store import assessments
from zetkin_sync.store.engine import Store


def main(folder: Path, now: datetime) -> None:
    """From the database to the stored assessments, as the job `reconcile` does it, without the actions' proposals."""
    configuration = read_configuration(folder / "config")
    store = Store(f"sqlite:///{folder.absolute()}/zetkin_sync.db", now=lambda: now)
    counts: dict[str, int] = {}

    def work() -> None:
        plans = plugins.bound_plans(configuration)
        facts = known_facts(store, configuration, now=now)
        observed = Observed(facts)
        found = [each for plan in plans for each in assess(facts, plan, observed=observed)]
        with store.writing() as session:
            rows = (as_row(each, now) for each in found)
            assessments.write(session, rows, district=configuration.root, day=facts.today)
        counts.update(
            people=len(facts.people),
            associations=len(observed.associations()),
            events=len(facts.events),
            goals=len({a.number.rstrip("abcdefghi") for a in found}),
            assessments=len(found),
        )

    spent = cost(work)
    print(json.dumps({"seconds": spent.seconds, "cpu": spent.cpu, "megabytes": highest(), **counts}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))

"""The vitals as Prometheus reads them: numbers and names of jobs, never of people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zetkin_sync import __version__
from zetkin_sync.records import RunState
from zetkin_sync.vitals import Vitals
from zetkin_sync.vitals.alarms import alarms

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_OPEN = (RunState.QUEUED, RunState.RUNNING)


def exposition(vitals: Vitals) -> bytes:
    """Everything in Prometheus' text form."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Vitals(vitals))
    return generate_latest(registry)


class _Vitals(Collector):
    def __init__(self, vitals: Vitals) -> None:
        self.vitals = vitals

    def collect(self) -> Iterable[Metric]:
        vitals = self.vitals
        yield _gauge("info", "The version that runs.", [((__version__,), 1)], "version")
        yield _gauge("ready", "Is the schema this program's?", [((), int(vitals.ready))])
        yield _gauge(
            "runs_open",
            "Runs that wait or are under way.",
            [((str(d), j, s), n) for (d, j, s), n in vitals.runs.items() if s in _OPEN],
            "district",
            "job",
            "state",
        )
        yield self._ended()
        yield _gauge(
            "last_done_timestamp_seconds",
            "When a job was last done, at least in part.",
            [((str(d), j), _stamp(at)) for (d, j), (_, at) in vitals.done.items()],
            "district",
            "job",
        )
        yield _gauge(
            "read_timestamp_seconds",
            "When a district's lists were last read whole.",
            [((str(d),), _stamp(r.read)) for d, r in vitals.readings.items() if r.read],
            "district",
        )
        yield _gauge(
            "intents",
            "Effects on Zetkin by where they stand.",
            [((str(d), s), n) for (d, s), n in vitals.intents.items()],
            "district",
            "state",
        )
        yield _gauge(
            "mails",
            "Mails by kind and what became of them.",
            [((str(d), k, s), n) for (d, k, s), n in vitals.mails.items()],
            "district",
            "kind",
            "state",
        )
        yield _gauge(
            "switches",
            "Switches that are on.",
            [((str(s.district), s.name), 1) for s in vitals.switches],
            "district",
            "switch",
        )
        yield _gauge("alarms", "Alarms by name.", list(self._alarms()), "district", "alarm")
        if vitals.room is not None:
            yield _gauge("disk_free_bytes", "Room where the database is.", [((), vitals.room.free)])
        if vitals.expires is not None:
            yield _gauge(
                "key_expires_timestamp_seconds",
                "When our key to Zetkin ends.",
                [((), _stamp(vitals.expires))],
            )

    def _ended(self) -> Metric:
        family = CounterMetricFamily(
            "zetkin_sync_runs",
            "Runs that have ended, as far as the ledger is kept.",
            labels=["district", "job", "state"],
        )
        for (district, job, state), count in self.vitals.runs.items():
            if state not in _OPEN:
                family.add_metric([str(district), job, state], count)
        return family

    def _alarms(self) -> Iterator[tuple[tuple[str, ...], int]]:
        seen: dict[tuple[str, str], int] = {}
        for alarm in alarms(self.vitals):
            place = (str(alarm.district or 0), alarm.name)
            seen[place] = seen.get(place, 0) + 1
        yield from seen.items()


def _gauge(
    name: str, about: str, values: Iterable[tuple[tuple[str, ...], float]], *labels: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"zetkin_sync_{name}", about, labels=list(labels))
    for place, value in values:
        family.add_metric(list(place), value)
    return family


def _stamp(moment: datetime) -> float:
    return moment.timestamp()

"""The numbers of the whole farm, as Prometheus reads them, at whatever server it asks.

What waits and who works is read from the database when it is asked for: gauges that processes keep go stale when the
processes die. What happened is counted by the processes, and added up in the database: see api.counts. So all servers
tell the same, and one of them, or the load balancer, is to be scraped.
"""

import collections
import dataclasses
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import metadata

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from api.counts import COUNTS, SEPARATOR, Count, Numbers
from api.domain.watching.farm import FarmState
from api.domain.work.fleet import WorkerView
from api.errors import Unavailable
from api.http.health import Report
from api.settings import LIMITS, Settings

KEPT_SECONDS = 5.0
"""How old an answer may be: several that scrape cost the database no more than one."""

PREFIX = "pirouette_"


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What the database says."""

    state: FarmState
    numbers: Numbers


class Metrics:
    """Keeps for a moment what `ask` says, which blocks, and raises Unavailable while the database is away."""

    def __init__(self, ask: Callable[[], Known], settings: Settings) -> None:
        self._ask_database = ask
        self._settings = settings
        self._lock = threading.Lock()
        self._known: Known | None = None
        self._asked_at = -KEPT_SECONDS

    def text(self, report: Report) -> bytes:
        """In Prometheus' text format. Blocks.

        Where `report` says that the database is away, or of another version, only what else is known.
        """
        known = self._ask() if report.database and report.migrated else None
        registry = CollectorRegistry()
        registry.register(_Collected([*_fixed(self._settings, report), *_told(known)]))
        return generate_latest(registry)

    def _ask(self) -> Known | None:
        with self._lock:
            if time.monotonic() - self._asked_at >= KEPT_SECONDS:
                try:
                    self._known = self._ask_database()
                except Unavailable:
                    self._known = None
                self._asked_at = time.monotonic()
            return self._known


class _Collected(Collector):
    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> list[Metric]:
        return self._found


Values = Iterable[tuple[tuple[str, ...], float]]
"""By the labels' values."""


def _gauge(name: str, help: str, values: Values, *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(PREFIX + name, help, labels=labels)
    for key, value in sorted(values):
        family.add_metric(key, value)
    return family


def _fixed(settings: Settings, report: Report) -> Iterator[Metric]:
    yield _gauge("build_info", "Always 1", [((metadata.version("pirouette"),), 1)], "version")
    parts = {
        "database": report.database, "schema": report.migrated, "storage": report.storage, "broker": report.broker,
    }  # fmt: skip
    yield _gauge("up", "1 if that part of the farm answers, else 0", _by_one(parts), "part")
    if report.free_bytes is not None:
        yield _one("disk_free_bytes", "Free on that of this server's disks that has the least", report.free_bytes)
    limits = {name: getattr(settings, name) for name in LIMITS}
    yield _gauge("limit", "What the settings allow, in their own units", _by_one(limits), "setting")


def _told(known: Known | None) -> Iterator[Metric]:
    if known is None:
        return
    state = known.state
    help = "Segments that any worker may claim"
    yield _gauge("pending_segments", help, state.pending.items(), "queue", "priority")
    yield _gauge("running_segments", "Segments that workers hold", _by_one(state.running), "queue")
    help = "How long the oldest segment that any worker may claim has waited"
    yield _gauge("oldest_pending_seconds", help, _by_one(state.oldest_pending_seconds), "queue")
    yield _one("overdue_leases", "Claims that have run out and were not taken back yet", state.overdue_leases)
    yield _one("outbox_age_seconds", "Age of the oldest hint that was not sent yet", state.outbox_seconds)
    help = "By how much the webhook delivery is late that has waited longest"
    yield _one("late_delivery_seconds", help, state.late_delivery_seconds)
    yield _one("storage_bytes", "Files of all accounts", state.stored_bytes)
    workers = collections.Counter((_state_of(worker, silent), _device(worker)) for worker, silent in state.workers)
    yield _gauge("workers", "Worker processes that are up", workers.items(), "state", "device")
    for count in COUNTS.values():
        yield _counted(count, known.numbers.get(count.name, {}))


def _one(name: str, help: str, value: float) -> Metric:
    return _gauge(name, help, [((), value)])


def _by_one(values: Mapping[str, float]) -> Values:
    return (((name,), float(value)) for name, value in values.items())


def _state_of(worker: WorkerView, silent: bool) -> str:
    if silent:
        return "silent"
    if worker.unfit_reason is not None:
        return "unfit"
    if worker.working:
        return "working"
    return "resting" if worker.resting else "idle"


def _device(worker: WorkerView) -> str:
    return "none" if not worker.draws else "software" if worker.software else "gpu"


def _counted(count: Count, cells: dict[str, list[float]]) -> Metric:
    name = PREFIX + count.name
    if not count.buckets:
        counter = CounterMetricFamily(name, count.help, labels=count.labels)
        for key, [value, *_] in sorted(cells.items()):
            counter.add_metric(_labels(count, key), value)
        return counter
    histogram = HistogramMetricFamily(name, count.help, labels=count.labels)
    bounds = [*(f"{bound:g}" for bound in count.buckets), "+Inf"]
    for key, [total, *buckets] in sorted(cells.items()):
        histogram.add_metric(_labels(count, key), list(zip(bounds, itertools.accumulate(buckets), strict=False)), total)
    return histogram


def _labels(count: Count, key: str) -> list[str]:
    return key.split(SEPARATOR) if count.labels else []

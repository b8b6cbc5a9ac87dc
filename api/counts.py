"""What a process counts: how often something happened, how much of it, and how long it took, for /metrics.

    counts.add("attempts", kind="video", outcome="done")
    counts.observe("frame_seconds", 0.031, kind="video")

Counting is adding to a dict of this process. What all processes of a farm have counted comes together in the database:
see `processes.counting` and `domain.watching.counts`. So every server can tell the numbers of the whole farm, and no
number is lost when a worker ends. Labels never name an account, a model, a path or whatever else there is without end.
"""

import bisect
import dataclasses
import itertools
import threading
from collections.abc import Mapping

Numbers = dict[str, dict[str, list[float]]]
"""By a count's name and its labels' values, joined by SEPARATOR: one number or, of a histogram, the sum of what was
observed and how often it fell into each bucket, the last of which has no upper bound. Such numbers are added up."""

SEPARATOR = "\x1f"


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """`name` is the metric's without "pirouette_" and "_total". `buckets` are a histogram's upper bounds in seconds;
    what has none only adds up."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


WAITS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Around the 0.1 s that feel immediate, to the 60 s after which no answer begins any more."""
FRAMES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""From a graphics card's 1080p to 4K in software."""
STAGES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""From a still of a small model to the part of a long 4K video."""

COUNTS = {
    count.name: count
    for count in (
        Count("http_request_seconds", "Time until an answer begins", ("method", "route", "status"), WAITS),
        Count("refused", "Requests refused, by the error's code", ("code",)),
        Count("upload_bytes", "Bytes of files that came whole, by forms, signed links and from URLs"),
        Count("renders", "Renders that have ended", ("output", "status")),
        Count("flows", "Flows that have ended", ("template", "status")),
        Count("credits", "Credits granted, charged and refunded", ("kind",)),
        Count("attempts", "Attempts at segments that have ended", ("kind", "outcome")),
        Count("segment_seconds", "Time that attempts spend in each stage", ("kind", "stage"), STAGES),
        Count("frames", "Frames drawn, those of attempts that came to nothing included", ("kind",)),
        Count("frame_seconds", "Time from frame to frame while drawing", ("kind",), FRAMES),
        Count("leases_expired", "Claims taken back from workers that fell silent", ("end",)),
        Count("webhook_deliveries", "Attempts at delivering an event", ("outcome",)),
        Count("sweep_failures", "Steps of the sweep that went wrong", ("step",)),
    )
}

_numbers: Numbers = {}
_lock = threading.Lock()


def add(name: str, amount: float = 1, /, **labels: str) -> None:
    """Raises KeyError for a count, or a label, that isn't in COUNTS."""
    with _lock:
        _cell(name, labels)[0] += amount


def observe(name: str, seconds: float, times: int = 1, /, **labels: str) -> None:
    """`times` something took so long. Raises as `add` does."""
    bucket = 1 + bisect.bisect_left(COUNTS[name].buckets, seconds)
    with _lock:
        cell = _cell(name, labels)
        cell[0] += seconds * times
        cell[bucket] += times


def _cell(name: str, labels: Mapping[str, str]) -> list[float]:
    count = COUNTS[name]
    key = SEPARATOR.join([labels[label] for label in count.labels])
    cells = _numbers.setdefault(name, {})
    if key not in cells:
        cells[key] = [0.0] * (len(count.buckets) + 2 if count.buckets else 1)
    return cells[key]


def snapshot() -> Numbers:
    """What this process has counted since it began."""
    with _lock:
        return {name: {key: list(cell) for key, cell in cells.items()} for name, cells in _numbers.items()}


def plus(one: Numbers, other: Numbers) -> Numbers:
    """Their sum. Of a cell whose buckets have changed between versions, what fits."""
    return _combined(one, other, 1)


def minus(one: Numbers, other: Numbers) -> Numbers:
    """What `one` has more than `other`, without what is the same."""
    cells = _combined(one, other, -1)
    changed = {name: {key: cell for key, cell in each.items() if any(cell)} for name, each in cells.items()}
    return {name: each for name, each in changed.items() if each}


def _combined(one: Numbers, other: Numbers, sign: int) -> Numbers:
    return {
        name: {
            key: [
                a + sign * b
                for a, b in itertools.zip_longest(
                    one.get(name, {}).get(key, ()), other.get(name, {}).get(key, ()), fillvalue=0.0
                )
            ]
            for key in one.get(name, {}).keys() | other.get(name, {}).keys()
        }
        for name in one.keys() | other.keys()
    }

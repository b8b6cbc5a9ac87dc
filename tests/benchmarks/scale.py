"""A farm of 1,000 workers on a database that has seen years: `python -m tests.benchmarks.scale`; `--full` is all of it.

PostgreSQL, Redis and SeaweedFS are real, and so is every statement: the farm's own rules are called. Only the drawing
is simulated, and the workers' processes: eight processes with one connection each do what 1,000 workers do, one
transaction after the other, as a pool between workers and database would pass them on. First each kind of question is
asked by all eight as fast as they can, with a claim in every worker's hands. Then the farm runs for some time at the
workers' own pace: heartbeats, files to the storage, settlements, claims, as many new orders, with a relay and sweeper.
"""

import contextlib
import dataclasses
import functools
import heapq
import itertools
import multiprocessing
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import click
from rich.console import Console
from sqlalchemy import text, update

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import Segment
from api.domain.watching import farm
from api.queue.broker import make_celery
from api.queue.sweep import sweep_once, sweep_until
from api.settings import Settings
from api.storage.open import open_storage
from tests.benchmarks import years
from tests.benchmarks.hands import Hand
from tests.benchmarks.rows import Row, at_least, at_most, measured, table
from tests.support.postgres import PostgresServer, running_server
from tests.support.redis import running_redis
from tests.support.s3 import running_s3

WORKERS = 1_000
PROCESSES = 8
SEGMENT_S = 30.0
"""How long a worker is at a segment, on average: ten seconds of video on a CPU, or a minute of it on a GPU."""
FILE_BYTES = 200_000
PROGRESS_S = 1.0
"""How often a worker that draws tells how far it is: api.worker.parent.lease."""
BEAT_S: float = Settings.model_fields["heartbeat_seconds"].default
CORES = 4.0
"""Of a database's machine that 1,000 workers may keep busy."""
COMMAND = "python -m tests.benchmarks.scale"

PRODUCTION = {
    "shared_buffers": "1GB", "max_wal_size": "4GB", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
    "autovacuum": "on",
}  # fmt: skip
"""The tests' own server spares itself all of this."""


@dataclasses.dataclass(frozen=True, slots=True)
class Size:
    """How many renders are done, segments wait, and accounts there are; seconds of each kind of question, and of the
    run at the workers' pace."""

    renders: int
    pending: int
    accounts: int
    seconds: float
    run_s: float


SMALL = Size(renders=200_000, pending=50_000, accounts=10_000, seconds=3.0, run_s=20.0)
FULL = Size(renders=10_000_000, pending=1_000_000, accounts=10_000, seconds=20.0, run_s=120.0)

BYTES_EACH = 2_700
"""Of disk for each render: 2,400 in tables and indexes, the rest for sorting the largest index."""
BYTES_BESIDES = 5_000_000_000
"""PostgreSQL's log of writes, by PRODUCTION, and the storage's and Redis' files."""

Times = dict[str, list[float]]
"""Milliseconds of each time that something was done, by what it was."""

ASKED: tuple[tuple[str, ...], ...] = (
    ("presence",), ("heartbeat",), ("settle", "claim"), ("order",), ("read",), ("list_some",), ("list_largest",),
    ("list_errors",), ("list_deep",),
)  # fmt: skip
"""Methods of Hand that are called in turn, as often as can be."""


def take(hand: Hand, _size: Size) -> Times:
    """A claim for every worker."""
    times: Times = {"first claim": []}
    for worker in hand.workers:
        hand.at = worker
        times["first claim"].append(_ms(hand.claim))
    return times


def ask(hand: Hand, size: Size, names: tuple[str, ...]) -> Times:
    times: Times = {name: [] for name in names}
    until = time.perf_counter() + size.seconds
    for worker in itertools.cycle(hand.workers):
        hand.at = worker
        for name in names:
            times[name].append(_ms(getattr(hand, name)))
        if time.perf_counter() > until:
            return times
    raise AssertionError


def run(hand: Hand, size: Size) -> Times:
    """The workers at their own pace. `late` is how long after its time something was begun; `lost` has a 1 for a lost
    claim, else a 0."""
    times: Times = {name: [] for name in ("late", "beat", "end", "lost")}

    def beat() -> float:
        times["lost"].append(not hand.heartbeat())
        hand.presence()
        return BEAT_S

    def end() -> float:
        hand.store(Path(file.name))
        times["lost"].append(not hand.settle())
        hand.order()
        hand.claim()
        return hand.chance.uniform(0, 2 * SEGMENT_S)

    start = time.perf_counter()
    steps = ("beat", beat, BEAT_S), ("end", end, 2 * SEGMENT_S)
    dues = [
        (start + hand.chance.uniform(0, longest), worker, name, step)
        for worker in hand.workers for name, step, longest in steps
    ]  # fmt: skip
    heapq.heapify(dues)
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(random.randbytes(FILE_BYTES))
        file.flush()
        while (begun := time.perf_counter()) < start + size.run_s:
            due, hand.at, name, step = dues[0]
            if due > begun:
                time.sleep(due - begun)
                continue
            times["late"].append((begun - due) * 1000)
            pause = step()
            times[name].append((time.perf_counter() - begun) * 1000)
            heapq.heapreplace(dues, (due + pause, hand.at, name, step))
    return times


def _ms(do: Callable[[], object]) -> float:
    begin = time.perf_counter()
    do()
    return (time.perf_counter() - begin) * 1000


PHASES: dict[str, Callable[[Hand, Size], Times]] = {
    "take": take,
    **{", ".join(names): functools.partial(ask, names=names) for names in ASKED},
    "run": run,
}


def play(number: int, url: str, settings: Settings, size: Size, barrier: Barrier, told: "Queue[Times]") -> None:
    """The body of a process: each phase begins and ends for all of them at once."""
    workers = [f"worker-{index}" for index in range(number, WORKERS, PROCESSES)]
    hand = Hand(
        url, open_storage(settings), workers, accounts=size.accounts, renders=size.renders, seed=number
    )
    try:
        for phase in PHASES.values():
            barrier.wait()
            times = phase(hand, size)
            barrier.wait()
            told.put(times)
        barrier.wait()  # its connection is there until all have been looked at
    except BaseException:
        barrier.abort()  # nobody waits for it
        raise


@dataclasses.dataclass
class Figures:
    """All times in ms by what was done, sorted; PostgreSQL's CPU ms for each time, and the rate, by phase; and, of the
    run at the workers' pace, the share of a core that PostgreSQL took."""

    times: Times = dataclasses.field(default_factory=dict)
    cpu_ms: dict[str, float] = dataclasses.field(default_factory=dict)
    rates: dict[str, float] = dataclasses.field(default_factory=dict)
    run_cores: float = 0.0
    connection_mb: float = 0.0
    database_gb: float = 0.0

    def percentile(self, name: str, share: float = 0.99) -> float:
        return self.times[name][int(share * (len(self.times[name]) - 1))]


@contextlib.contextmanager
def farm_of(size: Size) -> Iterator[tuple[PostgresServer, str, Settings]]:
    """The servers, and the database of that size."""
    with contextlib.ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        server = closing.enter_context(running_server(PRODUCTION))
        url = closing.enter_context(server.database())
        broker = closing.enter_context(running_redis(folder))
        s3 = closing.enter_context(running_s3())
        database = Database(url)
        database.migrate()
        years.fill(database, url, renders=size.renders, pending=size.pending, many_accounts=size.accounts)
        database.dispose()  # before the fork: connections are not shared
        yield server, url, s3.settings(folder, database_url=url, broker_url=broker, grok=False)


def figures(size: Size) -> Figures:
    found = Figures()
    fork = multiprocessing.get_context("fork")
    barrier, told = fork.Barrier(PROCESSES + 1), fork.Queue()
    with farm_of(size) as (server, url, settings):
        players = [
            fork.Process(target=play, args=(number, url, settings, size, barrier, told), daemon=True)
            for number in range(PROCESSES)
        ]
        for player in players:
            player.start()
        database = Database(url)
        for name in PHASES:
            with sweeping(database, settings) if name == "run" else contextlib.nullcontext():
                used, begin = server.cpu_seconds(), time.perf_counter()
                barrier.wait()
                barrier.wait()
                used, took = server.cpu_seconds() - used, time.perf_counter() - begin
            answers = [told.get() for _ in range(PROCESSES)]
            for each in answers[0]:
                found.times[each] = sorted(ms for times in answers for ms in times[each])
            count = len(found.times[next(iter(answers[0]))])
            found.cpu_ms[name], found.rates[name] = used * 1000 / count, count / took
            found.run_cores = used / took
        found.connection_mb = max(child.memory_full_info().uss for child in server.process.children()) / 1e6
        barrier.wait()
        for player in players:
            player.join()
        alone(database, settings, found)
        database.dispose()
    return found


@contextlib.contextmanager
def sweeping(database: Database, settings: Settings) -> Iterator[None]:
    """A sweeper at work, which relays hints, too."""
    stop = threading.Event()
    celery = make_celery(settings)
    sweeper = threading.Thread(target=sweep_until, args=(stop, database, open_storage(settings), celery, settings))
    sweeper.start()
    try:
        yield
    finally:
        stop.set()
        sweeper.join()
        celery.close()


ALONE = {
    "metrics": "reading the farm's state for /metrics",
    "sweep": "a sweep that finds nothing",
    "take back": f"a sweep that takes back {WORKERS:,} claims of workers that died together, and deletes their files",
}


def alone(database: Database, settings: Settings, found: Figures) -> None:
    """What one process asks while nobody else does."""
    storage, celery = open_storage(settings), make_celery(settings)

    def sweep() -> None:
        sweep_once(database, storage, celery, settings)

    with database.read() as session:
        found.times["metrics"] = [_ms(lambda: farm.ask(session, silent_seconds=30))]
        found.database_gb = (session.scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e9
    sweep()
    found.times["sweep"] = [_ms(sweep)]
    with database.begin() as session:
        session.execute(update(Segment).where(Segment.state == "running").values(lease_until=from_now(-1)))
    found.times["take back"] = [_ms(sweep)]
    celery.close()


PER_WORKER_AND_SECOND = {
    "heartbeat": 1 / PROGRESS_S, "presence": 1 / BEAT_S, "settle, claim": 1 / SEGMENT_S, "order": 1 / SEGMENT_S,
    "read": 1 / SEGMENT_S * 10,
}  # fmt: skip
"""How often each thing is done while all workers draw, and clients ask ten times for each of their renders."""


def claims_a_core(found: Figures) -> float:
    """How many claims and settlements a second one core of PostgreSQL's machine is enough for.

    CPU time, not the rate: that is as much the rate of those who ask, who share this machine's cores.
    """
    return 1000 / found.cpu_ms["settle, claim"]


def needed_cores(found: Figures) -> dict[str, float]:
    """Of PostgreSQL's machine while 1,000 workers draw, by what for."""
    return {name: found.cpu_ms[name] * rate * WORKERS / 1000 for name, rate in PER_WORKER_AND_SECOND.items()}


def measure(size: Size = SMALL) -> list[Row]:
    found = figures(size)
    what = f"{size.renders:,} renders, {size.pending:,} segments of {size.accounts:,} accounts"
    rows = [measured(f"{what}: PostgreSQL", f"{found.database_gb:.1f} GB, {found.connection_mb:.0f} MB a connection",
                     COMMAND)]  # fmt: skip
    for names in ASKED:
        phase = ", ".join(names)
        figure = "; ".join(
            f"{name}: p50 {found.percentile(name, 0.5):.1f}, p99 {found.percentile(name):.1f} ms" for name in names
        )
        rows.append(measured(
            f"{PROCESSES} at once: {phase}",
            f"{found.rates[phase]:.0f}/s, {figure}; CPU {found.cpu_ms[phase]:.2f} ms in PostgreSQL", COMMAND,
        ))  # fmt: skip
    for name, does in ALONE.items():
        rows.append(measured(does, f"{found.times[name][0] / 1000:.2f} s", COMMAND))
    cores, each_core = needed_cores(found), claims_a_core(found)
    wanted = WORKERS / SEGMENT_S
    claims = (
        f"{each_core:.0f}/s, each with the settlement of the one before; a claim alone, when all workers come up"
        f" together: {1000 / found.cpu_ms['take']:.0f}/s; {WORKERS:,} workers want {wanted:.0f}/s"
    )
    parts = ", ".join(f"{name} {each:.2f}" for name, each in cores.items())
    return [
        *rows,
        at_least("claims a second for each core of PostgreSQL, to what the workers want", claims, each_core / wanted,
                 1.0, COMMAND),
        at_most(f"PostgreSQL's cores while {WORKERS:,} workers draw", parts, sum(cores.values()), CORES, COMMAND),
        _at_their_own_pace(found, size),
    ]


def _at_their_own_pace(found: Figures, size: Size) -> Row:
    goal = f"{WORKERS:,} workers at their own pace: lost claims, of all"
    late, lost = found.percentile("late") / 1000, found.times["lost"]
    figure = (
        f"{len(found.times['beat'])} heartbeats and {len(found.times['end'])} ends of segments in {size.run_s:g} s,"
        f" 99 % of both within {found.percentile('beat'):.0f} and {found.percentile('end'):.0f} ms;"
        f" {found.run_cores:.2f} cores of PostgreSQL"
    )
    if late > BEAT_S:
        return measured(goal, f"this machine can't keep up: begun late by up to {late:.0f} s; {figure}", COMMAND)
    return at_most(goal, figure, sum(lost) / len(lost), 0.0, COMMAND)


@click.command()
@click.option("--full", is_flag=True, help="10,000,000 renders, 1,000,000 segments: 35 GB, and half an hour.")
@click.option("--renders", type=int, help="So many instead.")
@click.option("--pending", type=int, help="So many segments instead.")
def main(full: bool, renders: int | None, pending: int | None) -> None:
    given = {"renders": renders, "pending": pending}
    size = dataclasses.replace(FULL if full else SMALL, **{name: value for name, value in given.items() if value})
    wanted = (size.renders + size.pending) * BYTES_EACH + BYTES_BESIDES
    if (free := shutil.disk_usage(tempfile.gettempdir()).free) < wanted:
        raise click.ClickException(
            f"This takes {wanted / 1e9:.0f} GB in {tempfile.gettempdir()}, where {free / 1e9:.0f} are free; set TMPDIR"
        )
    Console(emoji=False, width=170).print(table(measure(size)))


if __name__ == "__main__":
    main()

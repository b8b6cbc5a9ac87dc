"""A farm in pieces that can be killed, stopped and continued, each by itself."""

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import psutil
from sqlalchemy import update

from api.db.dialects import from_now
from api.db.tables import Segment
from tests.support.disks import fill, small_disk
from tests.support.farm import Farm
from tests.support.ports import free_port
from tests.support.postgres import PostgresServer, running_server
from tests.support.redis import RedisServer
from tests.support.s3 import BUCKET, S3Server, running_s3
from tests.support.waiting import HANG_S, wait_for

DISK_MB = 256
FAKETIME = Path(os.environ.get("FAKETIME_LIBRARY", "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"))
"""Debian's libfaketime, which moves PostgreSQL's clock. Without it only the clocks of the farm's processes jump, which
`moved` runs: libfaketime breaks Python's sleep."""

JUMPS_S = (90, -90, 600, -600)
"""Less than the quarter of an hour by which S3 lets a clock be wrong, and for which links to upload by are good."""

SETTINGS = {
    "PIROUETTE_LEASE_SECONDS": "8", "PIROUETTE_MAX_ATTEMPTS": "50", "PIROUETTE_DISK_RESERVE_MB": "16",
    "PIROUETTE_GROK": "true",
}  # fmt: skip
"""A lease is shorter than much of what happens here, and what is lost again and again is still to be done."""

Undo = Callable[[], None]

logger = logging.getLogger(__name__)


class Farmstead(Protocol):
    """A running farm that can be struck."""

    farm: Farm

    @property
    def parts(self) -> tuple[str, ...]:
        """Those of plan.MANNERS that it has."""

    def strike(self, part: str, manner: str, which: int) -> Undo:
        """Does it, and returns how to undo it."""

    def tend(self) -> None:
        """Starts what has ended by itself, as whoever runs a farm's processes does."""


class Embedded:
    """`pirouette serve` alone, whose workers are started again by itself."""

    parts = ("server", "worker", "child")

    def __init__(self, farm: Farm) -> None:
        self.farm = farm

    def strike(self, part: str, manner: str, which: int) -> Undo:
        if part == "server" and manner == "kill":
            self.farm.kill()
            return self._start
        if part == "server":
            assert self.farm.server is not None
            return _strike_process(psutil.Process(self.farm.server.pid), part, manner)
        workers = self.farm.worker_processes()
        undo = _strike_process(workers[which % len(workers)], part, manner) if workers else _nothing

        def undo_it() -> None:
            undo()
            self._end_leases()

        return undo_it

    def _start(self) -> None:
        self.farm.start()
        self._end_leases()

    def _end_leases(self) -> None:
        """All claims are lost, those of the dead, which would last for minutes here, and those of the living."""
        with self.farm.database.begin() as session:
            session.execute(update(Segment).where(Segment.state == "running").values(lease_until=from_now(-1)))

    def tend(self) -> None:
        """`serve` does it."""


class Pieces:
    """PostgreSQL, Redis and SeaweedFS; a server, two workers and a sweeper."""

    def __init__(self, farm: Farm, postgres: PostgresServer, redis: RedisServer, s3: S3Server, clocks: Path) -> None:
        self.farm = farm
        self._servers: dict[str, PostgresServer | RedisServer | S3Server] = {
            "postgres": postgres, "redis": redis, "s3": s3,
        }  # fmt: skip
        self._clocks = clocks
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._away: set[str] = set()

    def start(self) -> None:
        """Returns when the farm is at work."""
        for name in ("serve", "worker-0", "worker-1", "sweep"):
            self._start(name)
        address = self.farm.folder / "data" / "server.json"
        wait_for(lambda: address.exists() and len(self.farm.fleet_pids()) == 2, "the farm")

    def stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(HANG_S)

    @property
    def parts(self) -> tuple[str, ...]:
        disk = ("disk",) if (self.farm.folder / "data").is_mount() else ()
        return ("server", "worker", "child", "sweeper", *self._servers, *disk, "clock")

    def strike(self, part: str, manner: str, which: int) -> Undo:
        if part == "disk":
            filled = contextlib.ExitStack()
            filled.enter_context(fill(self.farm.folder / "data", leave=which))
            return filled.close
        if part == "clock":
            return self._jump(("postgres", *self._processes)[which % 4], JUMPS_S[which])
        if part in self._servers:
            return self._strike_server(part, manner)
        name = {"server": "serve", "sweeper": "sweep"}.get(part, f"worker-{which % 2}")
        if name in self._away:  # it was killed, and is not back yet: nor has it a child
            return lambda: None
        process = psutil.Process(self._processes[name].pid)
        if manner == "stop" or part == "child":
            return _strike_process(process, part, manner)
        self._away.add(name)
        self._processes[name].kill()
        self._processes[name].wait(HANG_S)
        return lambda: self._start(name)

    def tend(self) -> None:
        for name, process in self._processes.items():
            if name not in self._away and process.poll() is not None:
                logger.info("           %s has ended by itself, with %d", name, process.returncode)
                self._start(name)

    def _strike_server(self, part: str, manner: str) -> Undo:
        server = self._servers[part]
        if manner == "kill":
            server.kill()
            return server.start
        if isinstance(server, PostgresServer):
            stopped = contextlib.ExitStack()
            stopped.enter_context(server.hanging())
            return stopped.close
        server.process.suspend()
        return server.process.resume

    def _jump(self, name: str, seconds: int) -> Undo:
        clock = self._clocks / name
        clock.write_text(f"{seconds:+d}")
        return lambda: _reset(clock)

    def _start(self, name: str) -> None:
        clock = self._clocks / name
        _reset(clock)
        with (self.farm.folder / "farm.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.moved", clock, name.partition("-")[0]],
                env={**os.environ, **self.farm.environment}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._away.discard(name)


def moved_by(clock: Path) -> dict[str, str]:
    """The environment of a PostgreSQL whose clock that file moves, where it can be moved."""
    _reset(clock)
    if not FAKETIME.is_file():
        return {}
    return {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}  # fmt: skip


def _reset(clock: Path) -> None:
    clock.write_text("+0")
    clock.chmod(0o644)  # PostgreSQL's processes are another user's


def _strike_process(process: psutil.Process, part: str, manner: str) -> Undo:
    """One of the farm's own, or the child of a worker."""
    with contextlib.suppress(psutil.NoSuchProcess):
        if part == "child":
            for child in process.children():
                child.kill()
        elif manner == "kill":
            process.kill()
        else:
            process.suspend()
            return lambda: _resume(process)
    return _nothing


def _resume(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.resume()


def _nothing() -> None:
    """Somebody else sees to it."""


@contextlib.contextmanager
def running_pieces(folder: Path, cache: Path) -> Iterator[Pieces]:
    """A farm with servers of its own, its data folder on a small disk where that can be mounted."""
    with contextlib.ExitStack() as closing:
        if os.geteuid() == 0:
            data = closing.enter_context(small_disk(folder / "data", megabytes=DISK_MB))
        else:
            data = folder / "data"
            data.mkdir()
        (data / "cache").symlink_to(cache)
        clocks = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        clocks.chmod(0o755)
        postgres = closing.enter_context(running_server({"synchronous_commit": "on"}, moved_by(clocks / "postgres")))
        redis = RedisServer(folder, free_port())
        redis.start()
        closing.callback(redis.stop)
        s3 = closing.enter_context(running_s3())
        url = closing.enter_context(postgres.database())
        farm = Farm(folder, workers=0, cache=cache, extra={
            **SETTINGS, "PIROUETTE_DATABASE_URL": url, "PIROUETTE_BROKER_URL": redis.url,
            "PIROUETTE_PORT": str(port := free_port()), "PIROUETTE_S3_ENDPOINT": f"http://127.0.0.1:{s3.port}",
            "PIROUETTE_S3_BUCKET": BUCKET, "PIROUETTE_S3_ACCESS_KEY": s3.access_key,
            "PIROUETTE_S3_SECRET_KEY": s3.secret_key,
        }, url=f"http://127.0.0.1:{port}")  # fmt: skip
        closing.callback(farm.database.dispose)
        pieces = Pieces(farm, postgres, redis, s3, clocks)
        closing.callback(pieces.stop)
        pieces.start()
        yield pieces

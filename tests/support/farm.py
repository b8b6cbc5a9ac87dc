"""A whole farm for tests: a real `pirouette serve` process with its own data folder and port, and means to harm it."""

import contextlib
import dataclasses
import functools
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
from sqlalchemy import select, update

from api.client import FarmClient
from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import LedgerEntry, Render, Segment
from api.domain.accounts import accounts, credentials
from api.domain.work import fleet
from api.ids import new_id
from api.settings import Settings
from tests.support.gate import Gate
from tests.support.processes import freeze
from tests.support.waiting import HANG_S, wait_for

QUICK = {
    "PIROUETTE_LEASE_SECONDS": "300",  # so that no worker loses a lease by being slow; see `expire_lease`
    "PIROUETTE_HEARTBEAT_SECONDS": "0.5",
    "PIROUETTE_SWEEP_SECONDS": "0.5",
    "PIROUETTE_GL_DEVICE": "software",
    "PIROUETTE_INGEST_ALLOW": "127.0.0.1",
    "PIROUETTE_WEBHOOK_ALLOW": "127.0.0.1",
    "PIROUETTE_GROK": "false",  # its examples keep two workers busy for half a minute
}


def pirouette(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments], env={**os.environ, **environment}, capture_output=True,
        text=True, timeout=HANG_S, check=False,
    )


@dataclasses.dataclass
class Farm:
    """A farm in `folder`: embedded, unless `extra` sets another database and broker. See `running_farm`."""

    folder: Path
    workers: int
    cache: Path  # of the studio's light, which takes a second to compute: shared by all farms of a test run
    extra: Mapping[str, str] = dataclasses.field(default_factory=dict)
    gate: Gate | None = None  # needed by `renders_held`
    program: str = "api.cli"  # what `python -m` runs
    server: subprocess.Popen[bytes] | None = None
    others: list[subprocess.Popen[bytes]] = dataclasses.field(default_factory=list)
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PIROUETTE_DATA_DIR": str(self.folder / "data"),
            "PIROUETTE_PORT": "0",
            "PIROUETTE_WORKERS": str(self.workers),
            **QUICK,
            **self.extra,
        }

    @property
    def settings(self) -> Settings:
        values = {name.removeprefix("PIROUETTE_").lower(): value for name, value in self.environment.items()}
        return Settings(**values)  # type: ignore[arg-type]  # pydantic parses the strings

    @property
    def log(self) -> str:
        return (self.folder / "farm.log").read_text()

    def start(self) -> None:
        """Starts the server and waits until it answers and its workers are in the fleet."""
        data = self.folder / "data"
        if not data.exists():
            data.mkdir()
            (data / "cache").symlink_to(self.cache)
        address = data / "server.json"
        address.unlink(missing_ok=True)
        server = self.server = self.spawn("serve")
        wait_for(lambda: address.exists() or server.poll() is not None, "the server's address")
        assert server.poll() is None, f"the server ended with {server.returncode}:\n{self.log}"
        self.url = json.loads(address.read_text())["url"]
        wait_for(lambda: len(self.fleet_pids() & {p.pid for p in self.worker_processes()}) == self.workers,
                 "the workers")

    def start_beside(self, command: str) -> subprocess.Popen[bytes]:
        """Starts another process of the farm, such as a worker; `running_farm` ends it."""
        process = self.spawn(command)
        self.others.append(process)
        return process

    def spawn(self, command: str) -> subprocess.Popen[bytes]:
        path = {"PATH": self.gate.path} if self.gate else {}
        with (self.folder / "farm.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", self.program, command], env={**os.environ, **self.environment, **path},
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.server is not None
        self.server.send_signal(signal.SIGTERM)
        return self.server.wait(HANG_S)

    def kill(self) -> None:
        """SIGKILL to the server process alone."""
        assert self.server is not None
        self.server.kill()
        self.server.wait(HANG_S)

    def worker_processes(self) -> list[psutil.Process]:
        """The server's children that are workers."""
        assert self.server is not None
        found = []
        for child in psutil.Process(self.server.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if child.is_running() and "worker" in child.cmdline():
                    found.append(child)
        return found

    def encoders(self) -> list[psutil.Process]:
        """The ffmpegs that encode this farm's renders, whoever their parent is now."""
        mark = str(self.folder)
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if process.name() == "ffmpeg" and any(mark in argument for argument in process.cmdline()):
                    found.append(process)
        return found

    def new_account(self, credits: int = 100) -> str:
        """Opens an account by the domain's rules; returns a token of it."""
        with self.database.begin() as session:
            account = accounts.sign_up(session, f"{new_id()}@example.com", credits=credits)
            return credentials.issue(session, account.id, name="test").raw

    def client(self, token: str | None) -> FarmClient:
        return FarmClient(self.url, token)

    @functools.cached_property
    def database(self) -> Database:
        """The farm's database, seen by the test."""
        return Database(self.settings.sqlalchemy_url)

    def fleet_pids(self) -> set[int]:
        """The processes of the workers that have announced themselves."""
        with self.database.read() as session:
            return {int(worker.name.rpartition("-")[2]) for worker in fleet.list_workers(session)}

    def segment(self, render_id: str) -> Segment:
        with self.database.read() as session:
            return session.scalars(
                select(Segment).join(Render, Render.task_id == Segment.task_id).where(Render.id == render_id)
            ).one()

    def renders_held(self) -> contextlib.AbstractContextManager[None]:
        """No video whose encoding begins within the block is finished before its end."""
        assert self.gate is not None
        return self.gate.shut()

    def expire_lease(self, render_id: str) -> None:
        """As if the worker, if one has a lease on the render, had been silent for longer than that."""
        held = Segment.id == self.segment(render_id).id, Segment.state == "running"
        with self.database.begin() as session:
            session.execute(update(Segment).where(*held).values(lease_until=from_now(-1)))

    def wait_until_drawn_by(self, render_id: str) -> psutil.Process:
        """Waits until the render is being drawn; returns the worker that does it."""

        def drawing() -> str | None:
            segment = self.segment(render_id)
            return segment.worker if segment.state == "running" and segment.frames_done else None

        worker: str = wait_for(drawing, f"{render_id} being drawn")
        return psutil.Process(int(worker.rpartition("-")[2]))

    def hold_still(self, worker: psutil.Process) -> None:
        """Stops the process where it is, but not in a transaction: its lock would hold up everybody on SQLite."""

        def held() -> bool:
            freeze(worker)
            if self._can_be_written():
                return True
            worker.resume()
            return False

        wait_for(held, "a moment in which the worker holds no lock")

    def _can_be_written(self) -> bool:
        database = self.settings.data_dir / "pirouette.sqlite3"
        with contextlib.closing(sqlite3.connect(database, timeout=1.0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.execute("ROLLBACK")
            return True

    def ledger(self, render_id: str) -> list[tuple[str, int]]:
        """(kind, amount) of the entries that name the render, oldest first."""
        with self.database.read() as session:
            entries = session.scalars(
                select(LedgerEntry).where(LedgerEntry.subject_id == render_id).order_by(LedgerEntry.id)
            )
            return [(entry.kind, entry.amount) for entry in entries]

    def stored_attempts(self, render_id: str) -> list[str]:
        """The folders of attempts that have files in the storage."""
        folder = self.settings.files_dir / "renders" / render_id
        return sorted(each.name for each in folder.iterdir() if any(each.iterdir())) if folder.exists() else []


@contextlib.contextmanager
def running_farm(farm: Farm) -> Iterator[Farm]:
    """Starts `farm`; in the end stops all of it."""
    try:
        farm.start()
        yield farm
    finally:
        running = [each for each in (farm.server, *farm.others) if each is not None and each.poll() is None]
        for process in running:
            process.terminate()
        for process in running:
            process.wait(HANG_S)
        farm.database.dispose()

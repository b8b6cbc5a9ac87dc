"""Times GET /v1/renders/:id and GET /v1/renders beside a bare FastAPI route: `python -m tests.benchmarks.requests`.

A real PostgreSQL with 10,000 renders, 9,900 of a large account and 100 of a small one, and two real uvicorn processes:
the service as `pirouette serve` runs it, and an application of a single route that reads one render by its primary key
through the same Database and returns it, with no token, no middleware and no schema. Clients on kept-open connections
ask each for some seconds, turn by turn, so that whatever else the machine does meets all of them.
"""

import asyncio
import contextlib
import dataclasses
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import psutil
import psycopg
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from api import clock
from api.db.session import Database
from api.db.tables import Model, Render, Segment, Task
from api.domain.accounts import accounts, credentials
from api.http import server as http
from api.http.app import create_app
from api.http.dxgl.spelling import spell
from api.ids import new_id
from api.settings import Settings
from api.storage.local import LocalStorage
from renderer.spec import RenderSettings, plan_video
from tests.benchmarks.rows import Row, at_least
from tests.support.postgres import running_server

LARGE = 9_900
SMALL = 100
CLIENTS = 16
START_SECONDS = 30.0
OF_BARE = 0.6
"""The share of a bare route's requests that ours shall answer."""
COMMAND = "python -m tests.benchmarks.requests"


@dataclasses.dataclass(frozen=True)
class Target:
    """Something to ask for. `request` are the bytes to send."""

    name: str
    server: "Server"
    request: bytes

    @classmethod
    def get(cls, name: str, server: "Server", path: str, token: str) -> "Target":
        head = f"GET {path} HTTP/1.1\r\nHost: farm\r\nAuthorization: Bearer {token}\r\n\r\n"
        return cls(name, server, head.encode())


@dataclasses.dataclass(frozen=True)
class Server:
    """A server process, and where it listens."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        used = psutil.Process(self.pid).cpu_times()
        return used.user + used.system


@dataclasses.dataclass
class Figures:
    """Requests per second of each turn, all answer times in seconds, and the server's CPU time in seconds."""

    rates: list[float] = dataclasses.field(default_factory=list)
    times: list[float] = dataclasses.field(default_factory=list)
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cpu_per_request(self) -> float:
        return self.cpu / len(self.times)

    def percentile(self, share: float) -> float:
        return sorted(self.times)[int(share * (len(self.times) - 1))]


def bare_app(database: Database) -> FastAPI:
    app = FastAPI()

    @app.get("/renders/{render_id}")
    def get_render(render_id: str) -> dict[str, Any]:
        with database.read() as session:
            render = session.get_one(Render, render_id)
        return {"id": render.id, "status": render.status, "renderSettings": render.settings}

    return app


def serve(kind: str, database_url: str, folder: Path, listener: socket.socket) -> None:
    """The body of a server process."""
    database = Database(database_url)
    if kind == "bare":
        config = uvicorn.Config(bare_app(database), log_config=None, access_log=False, server_header=False)
        uvicorn.Server(config).run([listener])
    else:
        app = create_app(Settings(data_dir=folder), database, LocalStorage(folder / "files"), lambda: None)
        http.Server(app).run([listener])


@contextlib.contextmanager
def serving(kind: str, database_url: str, folder: Path) -> Iterator[Server]:
    """A server in a process of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        process = multiprocessing.get_context("fork").Process(
            target=serve, args=(kind, database_url, folder, listener), daemon=True
        )
        process.start()
        try:
            yield Server(process.pid or 0, listener.getsockname()[1])
        finally:
            process.terminate()
            process.join()


def fill(database: Database, renders: int) -> tuple[str, str]:
    """An account with one model and finished renders of it. Returns a token and the id of a render in the middle."""
    settings = RenderSettings()
    plan = plan_video(settings)
    now = clock.now()
    with database.begin() as session:
        account = accounts.sign_up(session, f"{new_id()}@example.com", credits=10)
        token = credentials.issue(session, account.id, name="bench").raw
        model_id = new_id()
        session.execute(insert(Model).values(
            id=model_id, account_id=account.id, original_name="chair.glb", tags=[], file_size=1000, sha256="0" * 64,
            storage_key=f"models/{model_id}.glb", created_at=now,
        ))  # fmt: skip
        render_ids = [new_id() for _ in range(renders)]
        task_ids = [new_id() for _ in range(renders)]
        session.execute(insert(Task), [
            {"id": task_id, "account_id": account.id, "kind": "video", "key": "0" * 64,
             "inputs": {"model": f"models/{model_id}.glb"}, "spec": plan.frames.to_json(), "state": "done",
             "frame_count": 180, "frames_done": 180, "stage": "done", "created_at": now}
            for task_id in task_ids
        ])  # fmt: skip
        session.execute(insert(Segment), [
            {"id": new_id(), "task_id": task_id, "account_id": account.id, "queue": "render", "priority": 10,
             "first_frame": 0, "frame_count": 180, "frames_done": 180, "state": "done", "attempt": 1,
             "created_at": now, "updated_at": now}
            for task_id in task_ids
        ])  # fmt: skip
        session.execute(insert(Render), [
            {"id": render_id, "account_id": account.id, "model_id": model_id, "task_id": task_id, "status": "done",
             "output": "video", "settings": spell(settings), "variant": plan.variant.to_json(), "credits": 1,
             "file_size": 2_000_000, "created_at": now, "updated_at": now}
            for render_id, task_id in zip(render_ids, task_ids, strict=True)
        ])  # fmt: skip
    return token, render_ids[renders // 2]


async def _ask(target: Target, until: float, times: list[float]) -> None:
    """One client: asks again as soon as it has its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.server.port)
    while (started := time.perf_counter()) < until:
        writer.write(target.request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{target.name}: {head.decode('latin-1')}")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        times.append(time.perf_counter() - started)
    writer.close()


async def load(target: Target, seconds: float) -> list[float]:
    """Answer times of `CLIENTS` at once."""
    times: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_ask(target, until, times) for _ in range(CLIENTS)))
    return times


def figures(seconds: float = 2.0, turns: int = 5) -> dict[str, Figures]:
    """What was measured of each route, the bare one first."""
    with contextlib.ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        url = closing.enter_context(closing.enter_context(running_server()).database())
        database = Database(url)
        database.migrate()
        token, render_id = fill(database, LARGE)
        small, _ = fill(database, SMALL)
        database.dispose()  # before the fork: connections are not shared
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            connection.execute("VACUUM ANALYZE")  # the test server has no autovacuum to do it
        bare = closing.enter_context(serving("bare", url, folder))
        ours = closing.enter_context(serving("ours", url, folder))
        targets = [
            Target.get("bare read by primary key", bare, f"/renders/{render_id}", token),
            Target.get("GET /v1/renders/:id", ours, f"/v1/renders/{render_id}", token),
            Target.get("GET /v1/renders, 50 of 100", ours, "/v1/renders", small),
            Target.get("GET /v1/renders, 50 of 9,900", ours, "/v1/renders", token),
            Target.get("GET /v1/renders, 1 of 9,900", ours, "/v1/renders?limit=1", token),
        ]
        found = {target.name: Figures() for target in targets}
        for target in targets:
            asyncio.run(load(target, 0.5))
        for _ in range(turns):
            for target in targets:
                cpu = target.server.cpu_seconds()
                times = asyncio.run(load(target, seconds))
                found[target.name].cpu += target.server.cpu_seconds() - cpu
                found[target.name].rates.append(len(times) / seconds)
                found[target.name].times += times
    return found


def measure() -> list[Row]:
    """Each route against the bare one."""
    bare, *others = figures().items()
    return [
        at_least(
            f"{name}: requests per second against a bare route",
            f"{each.rate:.0f} requests/s, bare {bare[1].rate:.0f}; p99 {each.percentile(0.99) * 1000:.1f} ms",
            each.rate / bare[1].rate, OF_BARE, COMMAND,
        )
        for name, each in others
    ]


@click.command()
@click.option("--seconds", default=2.0, show_default=True, help="Of one turn.")
@click.option("--turns", default=5, show_default=True)
def main(seconds: float, turns: int) -> None:
    Console(emoji=False, width=110).print(_table(figures(seconds, turns)))


def _table(found: dict[str, Figures]) -> Table:
    reference = next(iter(found.values()))
    table = Table("route", title=f"{CLIENTS} clients, medians of {len(reference.rates)} turns")
    for heading in ("requests/s", "of bare", "median ms", "p99 ms", "CPU ms", "of bare"):
        table.add_column(heading, justify="right")
    for name, each in found.items():
        table.add_row(
            name, f"{each.rate:.0f}", f"{each.rate / reference.rate:.0%}",
            f"{each.percentile(0.5) * 1000:.1f}", f"{each.percentile(0.99) * 1000:.1f}",
            f"{each.cpu_per_request * 1000:.2f}", f"{reference.cpu_per_request / each.cpu_per_request:.0%}",
        )
    return table


if __name__ == "__main__":
    main()

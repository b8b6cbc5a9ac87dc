"""Times the transactions by which old rows are deleted: `python -m tests.benchmarks.deletion`.

A farm, on PostgreSQL and then on SQLite, with many old renders, each with a task, a segment and four results, and with
old webhook deliveries. All of it is due by the rules of the settings, and is deleted by the same code as the sweep's.
What counts is how long the longest transaction is open: so long may others wait for a row that it has locked, or on
SQLite for any write. Another process orders renders for the same account, before the deletion and throughout it.
"""

import contextlib
import datetime as dt
import itertools
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import click
import psutil
from rich.console import Console
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session, SessionTransaction

from api import clock
from api.db.engines import WORKER
from api.db.session import AnySession, Database
from api.db.tables import Model
from api.domain.accounts import accounts
from api.domain.kit.files import FileView
from api.domain.renders import ordering, uploads
from api.domain.work import claims, outcomes, scheduling
from api.queue import sweep
from api.settings import Settings
from api.storage.local import LocalStorage
from renderer.spec import RenderSettings
from tests.api.domain.webhooks import URL, emit, subscribe
from tests.benchmarks.filling import copying
from tests.benchmarks.rows import Row, at_most, table
from tests.support.postgres import running_server

RENDERS = 2_000
DELIVERIES = 2_000
"""A million rows are `--renders 20000 --deliveries 860000`; a transaction is as long however many follow it."""
BOUND_MS = 50.0
SHARE = 0.999
"""The longest of a thousand says more of this machine's other work than of ours."""
AS_FOR_YEARS = {"autovacuum": "on", "shared_buffers": "512MB", "max_wal_size": "4GB"}
"""PostgreSQL's settings. It doesn't wait for the disk, as in all tests: how long a flush takes is the disk's matter,
and where others write to it, one would measure little else."""
PAUSE_S = 0.02
"""Of the other process from one order to the next."""
ALONE_S = 5.0
"""How long it orders before anything is deleted."""
COMMAND = "python -m tests.benchmarks.deletion"

FILES = ("video", "thumb", "poster", "poster_full")
ROWS_EACH = 3 + len(FILES)
"""Of a render, with its task, its segment and its results."""
PAID = "(SELECT {} FROM renders WHERE NOT is_system_preview)"
"""What is copied: the render that the upload has ordered, and what belongs to it."""


class Watched(Database):
    """Notes how long each transaction was open, in milliseconds."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.open_ms: list[float] = []

    @contextlib.contextmanager
    def begin_as(self, kind: type[AnySession]) -> Iterator[AnySession]:
        started = time.perf_counter()

        def note(_session: Session, transaction: SessionTransaction) -> None:
            if transaction.parent is None:
                self.open_ms.append((time.perf_counter() - started) * 1000)

        with super().begin_as(kind) as session:
            event.listen(session, "after_transaction_end", note)
            yield session


def fill(database: Database, url: str, renders: int, deliveries: int) -> None:
    """So many finished renders, which are copies of a real one, and deliveries."""
    with database.begin() as session:
        account_id = accounts.sign_up(session, "a@example.org", credits=10_000_000).id
        uploads.register_upload(
            session, account_id, original_name="chair.glb", sha256="0" * 64, file_size=1000,
            storage_key="models/a.glb", settings=RenderSettings(),
        )  # fmt: skip
        while (held := claims.claim(session, worker="w", queues=outcomes.queues(), lease_seconds=30)) is not None:
            names = () if held.queue == "inspect" else FILES
            made = {
                owner: {name: FileView(f"renders/{owner}/1/{name}", 1, "e", "video/mp4") for name in names}
                for owner in held.variants
            }
            scheduling.settle_done(session, held, made, {"warnings": []})
    subscribe(database, account_id, {"r": URL})
    emit(database, account_id, "render.done", "r")
    task, render = {"task_id": padded("t")}, {"id": padded("r")}
    old = {"created_at": f"'{clock.now() - dt.timedelta(days=99):%Y-%m-%d %H:%M:%S.%f}'"}
    copies = [
        ("tasks", renders, {"id": task["task_id"]}, f"id = {PAID.format('task_id')}"),
        ("segments", renders, {"id": padded("s"), **task}, f"task_id = {PAID.format('task_id')}"),
        ("renders", renders, {**render, **task, **old}, "NOT is_system_preview"),
        *(
            ("results", renders, {"subject_id": render["id"]}, f"subject_id IN {PAID.format('id')} AND name = '{name}'")
            for name in FILES
        ),
        ("webhook_deliveries", deliveries, {"id": padded("d"), "state": "'delivered'", **old}, "true"),
    ]
    engine = create_engine(url, isolation_level="AUTOCOMMIT")  # without the limits of a farm's statements
    with engine.connect() as connection:
        for name, count, changed, where in copies:
            connection.exec_driver_sql(copying(name, count, changed, where, engine.dialect.name))
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def padded(prefix: str) -> str:
    """An expression for an id of 12 characters."""
    return f"'{prefix}' || substr(CAST(100000000000 + n AS TEXT), 2)"


def order_until(stop: Event, url: str, told: "Queue[list[float]]") -> None:
    """The body of the other process. Tells how long each of its orders took, in milliseconds."""
    database = Database(url, WORKER)
    with database.read() as session:
        account_id, model_id = session.execute(select(Model.account_id, Model.id)).one()
    took = []
    for number in itertools.count():
        if stop.wait(PAUSE_S):
            break
        begun = time.perf_counter()
        with database.begin() as session:  # each a picture of its own, so that no two share a task
            settings = RenderSettings(zoom=0.5 + number % 100_000 / 100_000)
            ordering.create_render(session, account_id, model_id, settings)
        took.append((time.perf_counter() - begun) * 1000)
    told.put(took)


@contextlib.contextmanager
def another_client(url: str) -> Iterator[list[float]]:
    """Orders during the block, and how long each took, which is there at the end."""
    fork = multiprocessing.get_context("fork")
    stop, told, took = fork.Event(), fork.Queue(), list[float]()
    client = fork.Process(target=order_until, args=(stop, url, told), daemon=True)
    client.start()
    yield took
    stop.set()
    took += told.get()
    client.join()


def shown(milliseconds: Sequence[float]) -> str:
    each = sorted(milliseconds)
    p50, p99, most = (each[int(share * (len(each) - 1))] for share in (0.5, 0.99, SHARE))
    return f"p50 {p50:.1f}, p99 {p99:.1f}, p99.9 {most:.1f}, longest {each[-1]:.1f} ms"


def delete_on(url: str, name: str, renders: int, deliveries: int, cpu_of_server: Callable[[], float]) -> list[Row]:
    """`cpu_of_server` are the seconds that the database's own processes have used."""
    settings = Settings(keep_results_days=7, keep_deliveries_days=30)
    database = Watched(url)
    database.migrate()
    fill(database, url, renders, deliveries)
    database.dispose()  # before the fork: connections are not shared
    with another_client(url) as alone:
        time.sleep(ALONE_S)
    database.open_ms.clear()
    with another_client(url) as meanwhile, tempfile.TemporaryDirectory() as folder:
        own = psutil.Process().cpu_times()
        started, cpu = time.perf_counter(), cpu_of_server() + own.user + own.system
        sweep.collect_once(database, LocalStorage(Path(folder)), settings)
        own = psutil.Process().cpu_times()
        took, cpu = time.perf_counter() - started, cpu_of_server() + own.user + own.system - cpu
    waits = sorted(database.open_ms)
    database.dispose()
    count = renders * ROWS_EACH + deliveries
    figure = (
        f"{count:,} rows in {len(waits):,} transactions, {count / took:,.0f} rows/s; {shown(waits)};"
        f" CPU, the database's and the other client's included, {cpu / len(waits) * 1000:.1f} ms for one"
    )
    orders = f"{len(meanwhile):,}: {shown(meanwhile)}; {len(alone):,} before: {shown(alone)}"
    at = int(SHARE * (len(waits) - 1))
    slowest = sorted(meanwhile)[int(SHARE * (len(meanwhile) - 1))] - sorted(alone)[int(SHARE * (len(alone) - 1))]
    return [
        at_most(f"{name}: transaction that deletes, p99.9 in ms", figure, waits[at], BOUND_MS, COMMAND),
        at_most(f"{name}: what it adds to another client's order, p99.9 in ms", orders, slowest, BOUND_MS, COMMAND),
    ]


def measure(renders: int = RENDERS, deliveries: int = DELIVERIES) -> list[Row]:
    with running_server(AS_FOR_YEARS) as server, server.database() as url:
        rows = delete_on(url, "PostgreSQL", renders, deliveries, server.cpu_seconds)
    with tempfile.TemporaryDirectory() as folder:
        return rows + delete_on(f"sqlite:///{folder}/farm.sqlite3", "SQLite", renders, deliveries, lambda: 0.0)


@click.command()
@click.option("--renders", default=RENDERS, show_default=True)
@click.option("--deliveries", default=DELIVERIES, show_default=True)
def main(renders: int, deliveries: int) -> None:
    Console(emoji=False, width=190).print(table(measure(renders, deliveries)))


if __name__ == "__main__":
    main()

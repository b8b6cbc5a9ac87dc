"""Times the transactions by which old rows are deleted on PostgreSQL: `python -m tests.benchmarks.deletion`.

A farm with many old renders, each with a task, a segment and four results, and as many old webhook deliveries. All of
it is due by the rules of the settings, and is deleted by the same code as the sweep's. What counts is how long the
longest transaction is open: so long may others wait for a row that it has locked.
"""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import psycopg
from rich.console import Console

from api.db.session import AnySession, Database
from api.domain.accounts import accounts
from api.domain.kit.files import FileView
from api.domain.renders import uploads
from api.domain.work import claims, outcomes, scheduling
from api.queue import sweep
from api.settings import Settings
from api.storage.local import LocalStorage
from renderer.spec import RenderSettings
from tests.api.domain.webhooks import URL, emit, subscribe
from tests.benchmarks.filling import copy_row
from tests.benchmarks.rows import Row, at_most, table
from tests.support.postgres import running_server

RENDERS = 2_000
"""A million, by `--renders 1000000`, takes hours; a transaction is as long however many follow it."""
BOUND_MS = 50.0
SHARE = 0.999
"""The longest of a thousand says more of this machine's other work than of ours."""
COMMAND = "python -m tests.benchmarks.deletion"

FILES = ("video", "thumb", "poster", "poster_full")
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
        with super().begin_as(kind) as session:
            yield session
        self.open_ms.append((time.perf_counter() - started) * 1000)


def fill(database: Database, url: str, count: int) -> None:
    """So many finished renders, which are copies of a real one, and as many deliveries."""
    with database.begin() as session:
        account_id = accounts.sign_up(session, "a@example.org", credits=10).id
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
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        task, render = {"task_id": padded("t")}, {"id": padded("r")}
        copy_row(connection, "tasks", count, {"id": task["task_id"]}, f"id = {PAID.format('task_id')}")
        copy_row(connection, "segments", count, {"id": padded("s"), **task}, f"task_id = {PAID.format('task_id')}")
        copy_row(connection, "renders", count, {**render, **task, "created_at": "now() - interval '99 days'"},
                 "NOT is_system_preview")
        for name in FILES:
            copy_row(connection, "results", count, {"subject_id": render["id"]},
                     f"subject_id IN {PAID.format('id')} AND name = '{name}'")
        copy_row(connection, "webhook_deliveries", count, {
            "id": padded("d"), "state": "'delivered'", "created_at": "now() - interval '99 days'",
        })  # fmt: skip
        connection.execute("VACUUM ANALYZE")


def padded(prefix: str) -> str:
    return f"'{prefix}' || lpad(n::text, 11, '0')"


def measure(count: int = RENDERS) -> list[Row]:
    settings = Settings(keep_results_days=7, keep_deliveries_days=30)
    with running_server() as server, server.database() as url, tempfile.TemporaryDirectory() as folder:
        database = Watched(url)
        database.migrate()
        fill(database, url, count)
        database.open_ms.clear()
        started, cpu = time.perf_counter(), time.process_time()
        sweep.collect_once(database, LocalStorage(Path(folder)), settings)
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
        waits = sorted(database.open_ms)
        database.dispose()
    at = waits[int(SHARE * (len(waits) - 1))]
    shown = (
        f"{count:,} renders and as many deliveries in {len(waits):,} transactions, {2 * count / took:,.0f} rows/s; "
        f"p50 {waits[len(waits) // 2]:.1f}, p99.9 {at:.1f}, longest {waits[-1]:.1f} ms; "
        f"CPU of this process {cpu / len(waits) * 1000:.1f} ms for one"
    )
    return [at_most("transaction that deletes, p99.9 in ms", shown, at, BOUND_MS, COMMAND)]


@click.command()
@click.option("--renders", default=RENDERS, show_default=True)
def main(renders: int) -> None:
    Console(emoji=False, width=190).print(table(measure(renders)))


if __name__ == "__main__":
    main()

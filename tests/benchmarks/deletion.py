"""Times the transactions by which old rows are deleted on PostgreSQL: `python -m tests.benchmarks.deletion`.

A farm with many old renders, each with a task, a segment and four results, and as many old webhook deliveries. All of it
is due by the rules of the settings, and is deleted by the same code as the sweep's. What counts is how long the longest
transaction is open: so long may others wait for a row that it has locked.
"""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.db.session import AnySession, Database
from api.db.tables import Base
from api.domain.accounts import accounts
from api.domain.kit.files import FileView
from api.domain.renders import uploads
from api.domain.work import claims, outcomes, scheduling
from api.queue import sweep
from api.settings import Settings
from api.storage.local import LocalStorage
from renderer.spec import RenderSettings
from tests.benchmarks.rows import Row, at_most, table
from tests.support.postgres import running_server

RENDERS = 2_000
"""A million, by `--renders 1000000`, takes hours; a transaction is as long however many follow it."""
BOUND_MS = 50.0
SHARE = 0.999
"""The longest of a thousand says more of this machine's other work than of ours."""
COMMAND = "python -m tests.benchmarks.deletion"

FILES = ("video", "thumb", "poster", "poster_full")
COPIES = {
    "tasks": "'id', 't' || lpad(n::text, 11, '0')",
    "segments": "'id', 's' || lpad(n::text, 11, '0'), 'task_id', 't' || lpad(n::text, 11, '0')",
    "renders": "'id', 'r' || lpad(n::text, 11, '0'), 'task_id', 't' || lpad(n::text, 11, '0'),"
               " 'created_at', now() - interval '9 days'",
    "results": "'subject_id', 'r' || lpad(n::text, 11, '0')",
}  # fmt: skip
"""What is copied, and the columns in which the copies differ."""

ONE = {
    "tasks": "t.id IN (SELECT task_id FROM renders WHERE NOT is_system_preview)",
    "segments": "t.task_id IN (SELECT task_id FROM renders WHERE NOT is_system_preview)",
    "renders": "NOT t.is_system_preview",
    "results": "t.subject_id IN (SELECT id FROM renders WHERE NOT is_system_preview)",
}
"""Of which rows."""


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


def fill(session: Session, count: int) -> None:
    """So many finished renders: copies of a real one."""
    account = accounts.sign_up(session, "a@example.org", credits=10)
    uploads.register_upload(
        session, account.id, original_name="chair.glb", sha256="0" * 64, file_size=1000, storage_key="models/a.glb",
        settings=RenderSettings(),
    )  # fmt: skip
    while (held := claims.claim(session, worker="w", queues=outcomes.queues(), lease_seconds=30)) is not None:
        names = () if held.queue == "inspect" else FILES
        made = {owner: {name: FileView(f"renders/{owner}/1/{name}", 1, "e", "video/mp4") for name in names}
                for owner in held.variants}  # fmt: skip
        scheduling.settle_done(session, held, made, {"warnings": []})
    for name, changed in COPIES.items():
        columns = [column.name for column in Base.metadata.tables[name].columns if column.computed is None]
        made_columns = ", ".join(f"(made).{column}" for column in columns)
        session.execute(text(
            f"INSERT INTO {name} ({', '.join(columns)}) SELECT {made_columns} FROM"  # noqa: S608
            f" (SELECT jsonb_populate_record(row, jsonb_build_object({changed})) AS made FROM"
            f" (SELECT t AS row FROM {name} t WHERE {ONE[name]}) one, generate_series(1, :count) n) copies"
        ), {"count": count})  # fmt: skip
    session.execute(text(
        "INSERT INTO webhook_targets (id, account_id, dialect, url, enabled, created_at, updated_at)"
        " VALUES ('target', :account, 'dxgl', 'https://example.com', true, now(), now())"
    ), {"account": account.id})  # fmt: skip
    session.execute(text(
        "INSERT INTO webhook_deliveries (id, account_id, target_id, event, subject_kind, subject_id, data, state,"
        " due_at, attempt, failures, created_at, updated_at) SELECT 'd' || lpad(n::text, 11, '0'), :account, 'target',"
        " 'render.done', 'render', 'r', '{}', 'delivered', now(), 1, 0, now() - interval '99 days', now()"
        " FROM generate_series(1, :count) n"
    ), {"account": account.id, "count": count})  # fmt: skip


def measure(count: int = RENDERS) -> list[Row]:
    settings = Settings(keep_results_days=7, keep_deliveries_days=30)
    with running_server() as server, server.database() as url, tempfile.TemporaryDirectory() as folder:
        database = Watched(url)
        database.migrate()
        with database.begin() as session:
            fill(session, count)
        database.open_ms.clear()
        started = time.perf_counter()
        sweep.collect_once(database, LocalStorage(Path(folder)), settings)
        took = time.perf_counter() - started
        waits = sorted(database.open_ms)
        database.dispose()
    at = waits[int(SHARE * (len(waits) - 1))]
    shown = (
        f"{count:,} renders and as many deliveries in {len(waits):,} transactions, {2 * count / took:,.0f} rows/s; "
        f"p50 {waits[len(waits) // 2]:.1f}, p99.9 {at:.1f}, longest {waits[-1]:.1f} ms"
    )
    return [at_most("transaction that deletes, p99.9 in ms", shown, at, BOUND_MS, COMMAND)]


@click.command()
@click.option("--renders", default=RENDERS, show_default=True)
def main(renders: int) -> None:
    Console(emoji=False, width=190).print(table(measure(renders)))


if __name__ == "__main__":
    main()

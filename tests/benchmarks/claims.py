"""Times how long a worker waits for its next segment on PostgreSQL: `python -m tests.benchmarks.claims`.

A farm of 1,000 accounts with ever more pending segments, of four kinds and in two queues. They are claimed one after
the other, each in a transaction of its own as by workers, and settled some claims later, so that there is always as
much in flight. Beside the claim as the worker sees it, from the first statement to the end of the commit, PostgreSQL
says how long it took for the claim's statements.
"""

import dataclasses
import statistics
import time
from collections import deque
from typing import Any

import click
import psycopg
from rich.console import Console
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session

from api.db.session import Database
from api.db.tables import Base
from api.domain.accounts import accounts
from api.domain.kit.files import FileView
from api.domain.renders import uploads
from api.domain.work import claims, lanes, outcomes, scheduling
from api.domain.work.claims import Claim
from renderer.spec import RenderSettings
from tests.benchmarks.rows import Row, at_most, table
from tests.support.postgres import running_server

ACCOUNTS = 1_000
PENDING = (1_000, 10_000, 100_000)
IN_FLIGHT = 64
CLAIMS = 800
ROUNDS = 20
BOUND_MS = 10.0
BOUND_FLAT = 2.0
"""The p99 at the most segments may be so many times that at the fewest; it is a small number of milliseconds."""
COMMAND = "python -m tests.benchmarks.claims"


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of each claim in order, sorted; CPU ms of this process for one; PostgreSQL's own ms for one."""

    waits: list[float]
    cpu: float
    database: float

    def percentile(self, share: float) -> float:
        return self.waits[int(share * (len(self.waits) - 1))]


COPIES = (
    # the overridden columns, what to copy, how often: account by account, then segment by segment
    ("accounts", "'id', 'a' || lpad(n::text, 11, '0'), 'email', n || '@example.org'", "accounts"),
    ("tasks", "'id', 's' || lpad(n::text, 11, '0'), 'created_at', now() - n * interval '1 ms',"
              " 'kind', (ARRAY['inspect', 'video', 'image', 'dataset'])[n / :accounts % 4 + 1]", "pending"),
    ("renders", "'id', 'r' || lpad(n::text, 11, '0'), 'task_id', 's' || lpad(n::text, 11, '0'),"
                " 'account_id', 'a' || lpad((n % :accounts + 1)::text, 11, '0')", "pending"),
    ("segments", "'id', 'g' || lpad(n::text, 11, '0'), 'task_id', 's' || lpad(n::text, 11, '0'),"
                 " 'account_id', 'a' || lpad((n % :accounts + 1)::text, 11, '0'),"
                 " 'created_at', now() - n * interval '1 ms',"
                 " 'queue', CASE WHEN n / :accounts % 4 = 0 THEN 'inspect' ELSE 'render' END", "pending"),
)  # fmt: skip

WAITING = {"segments": "t.state = 'pending'", "renders": "t.status = 'pending'", "tasks": "t.state = 'open'"}
"""Of which row of a table copies are made."""


def fill(session: Session, pending: int) -> None:
    """So many segments, each of a task and a render of its own, evenly among the accounts: copies of one real order."""
    account = accounts.sign_up(session, "a@example.org", credits=10)
    uploads.register_upload(
        session, account.id, original_name="chair.glb", sha256="0" * 64, file_size=1000, storage_key="models/a.glb",
        settings=RenderSettings(),
    )  # fmt: skip
    for _ in range(2):  # the inspection, then the preview
        first = claims.claim(session, worker="w", queues=outcomes.queues(), lease_seconds=30)
        assert first is not None
        scheduling.settle_done(session, first, files(first))
    for name, changed, often in COPIES:
        columns = [column.name for column in Base.metadata.tables[name].columns if column.computed is None]
        where = WAITING.get(name, "true")
        made = ", ".join(f"(made).{column}" for column in columns)
        session.execute(
            text(
                f"INSERT INTO {name} ({', '.join(columns)}) SELECT {made} FROM"  # noqa: S608
                f" (SELECT jsonb_populate_record(row, jsonb_build_object({changed})) AS made FROM"
                f" (SELECT t AS row FROM {name} t WHERE {where} LIMIT 1) one, generate_series(1, :{often}) n) copies"
            ),
            {"accounts": ACCOUNTS, "pending": pending},
        )
    session.execute(text(
        "INSERT INTO lanes (account_id, queue, priority, oldest_at, served)"
        " SELECT account_id, queue, priority, min(created_at), :never FROM segments WHERE state = 'pending'"
        " GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING"
    ), {"never": lanes.NEVER})


def files(claim: Claim) -> dict[str, dict[str, FileView]]:
    return {render_id: {"video": FileView("v", 1, "e", "video/mp4")} for render_id in claim.variants}


def claim_once(database: Database) -> Claim:
    with database.begin() as session:
        claim = claims.claim(session, worker="bench", queues=outcomes.queues(), lease_seconds=30)
    assert claim is not None
    return claim


def explained(url: str) -> float:
    """Milliseconds that PostgreSQL itself takes for one claim's statements, to plan and to execute them."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    engine = create_engine(url)
    with Session(engine) as session:  # never committed
        event.listen(engine, "before_cursor_execute", note)
        claims.claim(session, worker="bench", queues=outcomes.queues(), lease_seconds=30)
        event.remove(engine, "before_cursor_execute", note)
        session.rollback()
        took = 0.0
        for statement, parameters in statements:
            told = session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            [plan] = told.scalar_one()
            took += plan["Planning Time"] + plan["Execution Time"]
    engine.dispose()
    return took


def time_claims(url: str, pending: int, count: int) -> Figures:
    database = Database(url)
    database.migrate()
    engine = create_engine(url)  # to copy so many takes longer than a farm's statements may
    with Session(engine) as session, session.begin():
        fill(session, pending)
    engine.dispose()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # the test server has no autovacuum to do it
    held = deque(claim_once(database) for _ in range(IN_FLIGHT))
    waits, cpu = [], 0.0
    for _ in range(count):
        begin, used = time.perf_counter(), time.process_time()
        held.append(claim_once(database))
        waits.append((time.perf_counter() - begin) * 1000)
        cpu += time.process_time() - used
        oldest = held.popleft()
        with database.begin() as session:
            scheduling.settle_done(session, oldest, files(oldest))
    told = statistics.median(explained(url) for _ in range(ROUNDS))
    database.dispose()
    return Figures(sorted(waits), cpu * 1000 / count, told)


def figures(count: int) -> dict[int, Figures]:
    """By the number of segments that wait."""
    found = {}
    with running_server() as server:
        for pending in PENDING:
            with server.database() as url:
                found[pending] = time_claims(url, pending, min(count, pending - IN_FLIGHT))
    return found


def measure(count: int = CLAIMS) -> list[Row]:
    found = figures(count)
    few, many = found[PENDING[0]], found[PENDING[-1]]
    flat = many.percentile(0.99) / few.percentile(0.99)
    shown = ", ".join(
        f"{pending:,}: p50 {each.percentile(0.5):.1f}, p99 {each.percentile(0.99):.1f} ms"
        for pending, each in found.items()
    )
    inside = f"CPU {many.cpu:.1f} ms, in PostgreSQL {many.database:.1f} ms"
    slowest = max(each.percentile(0.99) for each in found.values())
    return [
        at_most("claim p99 in ms, 1,000 accounts", f"{shown}; {inside}", slowest, BOUND_MS, COMMAND),
        at_most("claim p99, 100,000 segments to 1,000", f"{many.percentile(0.99):.1f} to {few.percentile(0.99):.1f} ms",
                flat, BOUND_FLAT, COMMAND),
    ]  # fmt: skip


@click.command()
@click.option("--claims", "count", default=CLAIMS, show_default=True, help="To time at each number of segments.")
def main(count: int) -> None:
    Console(emoji=False, width=170).print(table(measure(count)))


if __name__ == "__main__":
    main()

"""`pirouette admin` on the farm's workers."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select, update

from api.db.session import Database
from api.db.tables import Account, DeletedRender, Model
from api.domain.catalog import catalog
from api.domain.renders import removal
from api.domain.work import fleet, pauses
from tests.api.cli.conftest import Run
from tests.api.domain.support import claimed, settle, sign_up, unit, upload


@pytest.fixture
def database(admin: Callable[..., Any], tmp_path: Path) -> Iterator[Database]:
    """Of a farm with the workers a and b, of which a draws something."""
    database = Database(f"sqlite:///{tmp_path}/pirouette.sqlite3")
    upload(database, sign_up(database))
    with database.begin() as session:
        fleet.announce(session, "a", "H100", False, "x264")
        fleet.announce(session, "b", fleet.NO_DEVICE, False, "x264", "its disk is full")
    claimed(database, "a")
    yield database
    database.dispose()


def rest(database: Database) -> None:
    """Both workers hear of a pause."""
    with database.begin() as session:
        for name in ("a", "b"):
            fleet.seen(session, name, resting=pauses.is_paused(session, name))


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_workers_are_listed_with_what_they_are_at(run: Run, database: Database) -> None:
    a, b = rows(run("admin", "workers"))
    assert (a["name"], a["state"], a["device"], a["reason"]) == ("a", "working", "H100", None)
    assert (b["name"], b["state"], b["reason"]) == ("b", "unfit", "its disk is full")


def test_pausing_and_resuming_says_whom(run: Run, database: Database) -> None:
    assert rows(run("admin", "pause", "a")) == [{"paused": "a"}]
    assert rows(run("admin", "resume")) == [{"resumed": "all"}]
    failed = run("admin", "pause", "c")
    assert (failed.exit_code, failed.stderr) == (1, "Error: No worker c is up; there are a, b\n")


def test_draining_ends_when_nothing_is_in_a_workers_hands(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = run("admin", "drain", "--wait", "0")
    assert (failed.exit_code, failed.stderr) == (1, "Error: Still at work: a, b\n")
    rest(database)
    failed = run("admin", "drain", "--wait", "0")
    assert failed.stderr == "Error: Still at work: a\n"

    def finish(_seconds: float) -> None:
        assert rows(run("admin", "requeue", "a")) == [{"worker": "a", "requeued": 1}]

    monkeypatch.setattr("time.sleep", finish)
    assert rows(run("admin", "drain"))[-1] == {"drained": "all"}


def test_what_an_account_has_deleted_is_had_back(run: Run, admin: Callable[..., Any], database: Database) -> None:
    with database.begin() as session:
        email, account_id = session.execute(select(Account.email, Account.id)).one()
        model_id = session.scalars(select(Model.id)).one()
        catalog.delete_model(session, account_id, model_id, kept=dt.timedelta(days=1))
    assert admin("restore-model", email, model_id) == {"id": model_id, "restored": True}
    failed = run("admin", "restore-model", email, model_id)
    assert (failed.exit_code, failed.stderr) == (1, "Error: Model not found\n")
    render = claimed(database, "a")
    [render_id] = render.variants
    assert settle(database, render)
    with unit(database) as session:
        removal.delete_render(session, account_id, render_id, kept=dt.timedelta(days=1))
    assert admin("restore-render", email, render_id) == {"id": render_id, "restored": True}
    assert run("admin", "restore-render", email, render_id).exit_code == 1


def test_what_the_sweep_would_delete_now_is_told(run: Run, database: Database) -> None:
    render = claimed(database, "a")
    [render_id] = render.variants
    assert settle(database, render)
    with unit(database) as session:
        account_id = session.scalars(select(Account.id)).one()
        removal.delete_render(session, account_id, render_id, kept=dt.timedelta(days=1))
    assert [row for row in rows(run("admin", "retention")) if row["count"]] == []
    with database.begin() as session:
        session.execute(update(DeletedRender).values(discard_at=DeletedRender.deleted_at))
    due = {row.pop("rule"): row for row in rows(run("admin", "retention"))}
    assert due["deleted"] == {"days": 7, "count": 1, "bytes": 28}
    assert due["deliveries"] == {"days": 30, "count": 0}

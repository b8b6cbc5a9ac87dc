"""The migrations build what the tables say, also when several processes start at once."""

import subprocess
import sys
from pathlib import Path

import alembic.command
import alembic.config
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from api import clock
from api.db.session import Database
from api.db.tables import Account, Base
from tests.support.waiting import HANG_S

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.filterwarnings("ignore:Computed default on renders")  # PostgreSQL tells them in its own words
def test_the_migrated_schema_is_that_of_the_tables(empty_url: str) -> None:
    database = Database(empty_url)
    database.migrate()
    database.dispose()
    engine = create_engine(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        checks = {
            name: {check["name"] for check in inspect(connection).get_check_constraints(name)}
            for name in Base.metadata.tables
        }
    engine.dispose()
    assert checks["ledger"] >= {"ck_ledger_amount_sign", "ck_ledger_source_named"}
    declared = {
        name: {constraint.name for constraint in table.constraints if str(constraint.name).startswith("ck_")}
        for name, table in Base.metadata.tables.items()
    }
    assert checks == declared


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    database.migrate()
    database.ping()


def test_processes_that_migrate_at_once_all_succeed(empty_url: str) -> None:
    code = f"from api.db.session import Database; Database({empty_url!r}).migrate()"
    processes = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    errors = [process.communicate(timeout=HANG_S)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], errors


def test_the_schema_can_be_taken_down_and_built_again_by_the_command_line(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIROUETTE_DATABASE_URL", empty_url)
    config = alembic.config.Config(toml_file=ROOT / "pyproject.toml")
    alembic.command.upgrade(config, "head")
    alembic.command.downgrade(config, "base")
    engine = create_engine(empty_url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    alembic.command.upgrade(config, "head")


@pytest.mark.parametrize("statement", ["UPDATE ledger SET amount = 100", "DELETE FROM ledger"])
def test_the_ledger_refuses_to_be_changed(database: Database, statement: str) -> None:
    with database.begin() as session:
        session.execute(insert(Account).values(id="a", email="a@x.org", credits=1, created_at=clock.now()))
        session.execute(
            text(
                "INSERT INTO ledger (account_id, kind, amount, source, note, created_at) "
                "VALUES ('a', 'grant', 1, 'signup', '', '2026-01-01')"
            )
        )
    with pytest.raises(DBAPIError, match="append-only"), database.begin() as session:
        session.execute(text(statement))


def test_postgresql_refuses_to_empty_the_ledger(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(DBAPIError, match="append-only"), database.begin() as session:
        session.execute(text("TRUNCATE ledger"))
    database.dispose()

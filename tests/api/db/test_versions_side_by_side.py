"""While a farm is upgraded, processes of the version before are at work on the newest schema: nothing of it may be in
their way. So a migration adds; what nobody needs any more goes with a later one."""

from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import pytest
from sqlalchemy import Engine, create_engine, inspect

ROOT = Path(__file__).resolve().parents[3]


def columns(engine: Engine) -> dict[str, dict[str, Any]]:
    """By name, by table."""
    found = inspect(engine)
    return {name: {each["name"]: each for each in found.get_columns(name)} for name in found.get_table_names()}


def form(column: dict[str, Any]) -> tuple[str, bool]:
    return str(column["type"]), column["nullable"]


def uniques(engine: Engine) -> set[tuple[str, ...]]:
    """Table and columns of what may be there once."""
    found = inspect(engine)
    return {
        (name, *columns)
        for name in found.get_table_names()
        for columns in (
            *(tuple(each["column_names"]) for each in found.get_unique_constraints(name)),
            *(tuple(map(str, each["column_names"])) for each in found.get_indexes(name) if each["unique"]),
        )
    }


def test_processes_of_the_version_before_find_all_they_know_and_need_say_no_more(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIROUETTE_DATABASE_URL", empty_url)
    config = alembic.config.Config(toml_file=ROOT / "pyproject.toml")
    engine = create_engine(empty_url)
    alembic.command.upgrade(config, "head-1")
    before, once = columns(engine), uniques(engine)
    alembic.command.upgrade(config, "head")
    after = columns(engine)
    gone = [f"{table}.{name}" for table, known in before.items() for name in known if name not in after.get(table, {})]
    assert gone == [], "the version before still reads these"
    changed = [
        f"{table}.{name}" for table, known in before.items() for name, column in known.items()
        if form(column) != form(after[table][name])
    ]
    assert changed == [], "the version before writes what these were for"
    required = [
        f"{table}.{name}" for table, known in before.items() for name, column in after[table].items()
        if name not in known and not column["nullable"] and column["default"] is None
    ]
    assert required == [], "the version before doesn't write these"
    stricter = [each for each in uniques(engine) - once if each[0] in before and {*each[1:]} <= before[each[0]].keys()]
    assert stricter == [], "the version before may write the same twice"
    engine.dispose()

"""How PostgreSQL answers for an account that has far more than others: as quickly, because one plan is for all."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from api.db.session import Database
from api.domain.renders import lists
from api.domain.renders.lists import ALL, Filter
from api.domain.renders.states import RenderStatus
from tests.benchmarks import years
from tests.support.postgres import PostgresServer

LARGEST = years.account_id(1)


@pytest.fixture(scope="module")
def years_old(postgres_server: PostgresServer) -> Iterator[Database]:
    """200 accounts, one of which has 400 renders, and the others 18 each."""
    with postgres_server.database() as url:
        database = Database(url)
        database.migrate()
        years.fill(database, url, renders=4000, pending=10, many_accounts=200)
        yield database
        database.dispose()


def planned(connection: Connection, statement: str, values: dict[str, Any]) -> list[str]:
    """How the statement is answered, whatever the values: a line for each step."""
    numbered = statement
    for number, name in enumerate(values, 1):
        numbered = numbered.replace(f"%({name})s", f"${number}")
    given = ", ".join("NULL" if value is None else f"'{value}'" for value in values.values())
    connection.exec_driver_sql("PREPARE asked AS " + numbered)
    rows = connection.exec_driver_sql(f"EXPLAIN EXECUTE asked ({given})").scalars().all()
    connection.exec_driver_sql("DEALLOCATE asked")
    return [re.sub(r" +\(cost.*", "", row).strip(" ->") for row in rows]


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (ALL, "renders_by_account"),
        (Filter(statuses=(RenderStatus.DONE,)), "renders_by_status"),
        (Filter(model_id=years.model_id(1, 0)), "renders_by_model"),
    ],
)
def test_a_page_is_read_in_the_order_of_an_index(years_old: Database, where: Filter, index: str) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def note(_connection: object, _cursor: object, statement: str, values: dict[str, Any], *_: object) -> None:
        asked.append((statement, values))

    with years_old.read_rows() as connection:
        event.listen(Engine, "before_cursor_execute", note)
        found = lists.list_renders(connection, LARGEST, limit=20, offset=0, where=where)
        event.remove(Engine, "before_cursor_execute", note)
        assert len(found.items) == 20
        steps = planned(connection, *asked[0])
    assert f"Index Scan Backward using {index} on renders" in steps, steps
    assert not any("Bitmap" in step or "Sort" in step for step in steps), steps

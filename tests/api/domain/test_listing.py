"""How many renders there are: kept by the database beside each account, whatever is ordered, refused and deleted."""

import pytest
from sqlalchemy import func, select, text

from api.db.session import Database
from api.db.tables import Account, Render
from api.domain.renders import ordering, removal, renders
from api.domain.renders.states import RenderStatus
from api.errors import NoCredits
from tests.api.domain.support import SHARE, claimed, settle, sign_up, unit, upload


def total(database: Database, account_id: str, *, offset: int = 0, **filters: object) -> int:
    """As a page of one says it, which can't tell by itself."""
    with database.read() as session:
        page = renders.list_renders(session, account_id, limit=1, offset=offset, **filters)  # type: ignore[arg-type]
    return page.total


def counted(database: Database, account_id: str) -> tuple[int, int]:
    """The account's own figures, after checking that they are those of its rows."""
    with database.read() as session:
        kept = session.execute(
            select(Account.render_count, Account.preview_count).where(Account.id == account_id)
        ).one()
        rows = session.execute(
            select(Render.is_system_preview, func.count())
            .where(Render.account_id == account_id)
            .group_by(Render.is_system_preview)
        )
        number = dict(rows.all())
    assert tuple(kept) == (number.get(False, 0), number.get(True, 0))
    return number.get(False, 0), number.get(True, 0)


def test_a_list_says_how_many_there_are_in_all(database: Database) -> None:
    account_id, other = sign_up(database, credits=5), sign_up(database)
    made = upload(database, account_id)
    upload(database, other)
    with database.begin() as session:
        ordered = ordering.create_renders(session, account_id, [(made.model_id, SHARE)] * 3)
    assert counted(database, account_id) == (4, 1)
    assert (total(database, account_id), total(database, account_id, previews=True)) == (4, 5)
    with pytest.raises(NoCredits), database.begin() as session:
        ordering.create_renders(session, account_id, [(made.model_id, SHARE)] * 2)
    with unit(database) as session:
        removal.delete_render(session, account_id, ordered[0].id)
    assert counted(database, account_id) == (3, 1)
    assert total(database, account_id, offset=100) == 3
    while total(database, account_id, status=RenderStatus.DONE) == 0:
        settle(database, claimed(database))
    assert total(database, account_id, status=RenderStatus.PENDING) < 3
    assert total(database, account_id, model_id=made.model_id) == 3
    assert (counted(database, other), total(database, other, model_id=made.model_id)) == ((1, 1), 0)


def test_a_list_that_is_asked_often_is_planned_once(postgres_url: str) -> None:
    database = Database(postgres_url)
    account_id = sign_up(database)
    with database.read_rows() as connection:
        for offset in range(10):
            renders.list_renders(connection, account_id, limit=50, offset=offset)
        plans = text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%tasks%'")
        [(once, anew)] = connection.execute(plans).all()
    assert (once > 0, anew) == (True, 0)
    database.dispose()

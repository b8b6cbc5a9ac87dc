"""How many renders there are: kept by the database beside each account, whatever is ordered, refused and deleted."""

import datetime as dt

import pytest
from sqlalchemy import func, select, text, update

from api import clock
from api.db.session import Database
from api.db.tables import Account, Render
from api.domain.catalog import catalog
from api.domain.kit.paging import Sort
from api.domain.renders import lists, ordering, removal
from api.domain.renders.lists import ALL, Filter
from api.domain.renders.states import RenderStatus
from api.errors import NoCredits
from tests.api.domain.support import SHARE, claimed, settle, sign_up, unit, upload


def total(database: Database, account_id: str, where: Filter = ALL, *, offset: int = 0) -> int:
    """As a page of one says it, which can't tell by itself."""
    with database.read() as session:
        return lists.list_renders(session, account_id, limit=1, offset=offset, where=where).total


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
    assert (total(database, account_id), total(database, account_id, Filter(previews=True))) == (4, 5)
    with pytest.raises(NoCredits), database.begin() as session:
        ordering.create_renders(session, account_id, [(made.model_id, SHARE)] * 2)
    with unit(database) as session:
        removal.delete_render(session, account_id, ordered[0].id)
    assert counted(database, account_id) == (3, 1)
    assert total(database, account_id, offset=100) == 3
    while total(database, account_id, Filter(statuses=(RenderStatus.DONE,))) == 0:
        settle(database, claimed(database))
    assert total(database, account_id, Filter(statuses=(RenderStatus.PENDING,))) < 3
    assert total(database, account_id, Filter(model_id=made.model_id)) == 3
    assert (counted(database, other), total(database, other, Filter(model_id=made.model_id))) == ((1, 1), 0)


def test_a_list_that_is_asked_often_is_planned_once(postgres_url: str) -> None:
    database = Database(postgres_url)
    account_id = sign_up(database)
    with database.read_rows() as connection:
        for offset in range(10):
            lists.list_renders(connection, account_id, limit=50, offset=offset)
        plans = text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%tasks%'")
        [(once, anew)] = connection.execute(plans).all()
    assert (once > 0, anew) == (True, 0)
    database.dispose()


def test_every_way_of_filtering_and_sorting_works_on_every_database(database: Database) -> None:
    account_id, other = sign_up(database, credits=50), sign_up(database)
    models = [upload(database, account_id, content) for content in ("a", "b", "c")]
    upload(database, other)
    long_ago = clock.now() - dt.timedelta(days=9)
    with database.begin() as session:
        catalog.update_model(session, account_id, models[0].model_id, {"title": "50% Ärmchair_x", "tags": ["Oak"]})
        catalog.update_model(session, account_id, models[1].model_id, {"sku": "AC-7"})
        session.execute(update(Render).where(Render.model_id == models[2].model_id).values(created_at=long_ago))
    ids = [made.render_id for made in models]

    def found(where: Filter, sort: Sort = lists.NEWEST) -> set[str]:
        with database.read() as session:
            page = lists.list_renders(session, account_id, limit=50, offset=0, where=where, sort=sort)
        assert page.total == len(page.items)
        return {view.id for view in page.items}

    yesterday = clock.now() - dt.timedelta(days=1)
    for where, expected in (
        (ALL, ids),
        (Filter(text="50% chair"), ids[:1]),
        (Filter(text="OAK"), ids[:1]),
        (Filter(text="r_x"), ids[:1]),
        (Filter(text="_"), ids[:1]),
        (Filter(text="ac-7"), ids[1:2]),
        (Filter(text="oak ac-7"), []),
        (Filter(text="%"), ids[:1]),
        (Filter(created_after=yesterday), ids[:2]),
        (Filter(created_before=yesterday), ids[2:]),
        (Filter(created_after=long_ago, created_before=long_ago), []),
        (Filter(settings=(("output", "video"),)), ids),
        (Filter(settings=(("output", "image"),)), []),
        (Filter(statuses=(RenderStatus.PENDING, RenderStatus.DONE), model_id=models[1].model_id), ids[1:2]),
    ):
        assert found(where) == set(expected), where
    for column in lists.SORTS:
        assert found(ALL, Sort(column)) == found(ALL, Sort(column, descending=True))
    with database.read() as session:
        oldest = lists.list_renders(session, account_id, limit=1, offset=0, sort=Sort("created_at"))
        assert oldest.items[0].id == ids[2]
        titles = [
            [model.title for model in catalog.list_models(
                session, account_id, limit=9, offset=0, sort=Sort("title", descending)
            ).items]
            for descending in (False, True)
        ]  # fmt: skip
        assert [each[0] for each in titles] == ["50% Ärmchair_x"] * 2, "those without a title come last"
        assert catalog.list_tags(session, account_id) == [("oak", 1)]
        assert catalog.list_tags(session, other) == []
        assert catalog.list_models(session, account_id, limit=9, offset=0, text="OAK chair").total == 1

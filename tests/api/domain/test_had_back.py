"""What is had back while others delete it for good, or make the same anew, is there whole or not at all."""

import datetime as dt
import functools
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select

from api.db.session import Database
from api.db.tables import DeletedRender, Model, Render, Result, Segment, Task
from api.domain.catalog import catalog
from api.domain.renders import removal, trash
from api.errors import FarmError, ModelNotFound, RenderNotFound
from tests.api.domain.support import claim_of, run_at_once, settle, sign_up, stored_files, unit, upload

WEEK = dt.timedelta(days=7)


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """On PostgreSQL alone: SQLite has one writer at a time."""
    database = Database(postgres_url)
    yield database
    database.dispose()


def attempt(act: Callable[[], object], expected: type[FarmError], refused: list[FarmError]) -> None:
    try:
        act()
    except expected as error:
        refused.append(error)


def attempt_next(acts: Iterator[Callable[[], None]], refused: list[FarmError]) -> None:
    attempt(next(acts), FarmError, refused)


def test_a_render_that_is_had_back_while_it_goes_for_good(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    assert settle(database, claim_of(database, made.render_id))
    with unit(database) as work:
        removal.delete_render(work, account_id, made.render_id, kept=WEEK)
    refused: list[FarmError] = []
    dropped: list[str] = []

    def restore() -> None:
        with database.begin() as session:
            trash.restore_render(session, account_id, made.render_id)

    def discard() -> None:
        with unit(database, dropped) as work:
            trash.discard(work, made.render_id)

    acts = iter([restore, discard] * 3)
    run_at_once(lambda: attempt(next(acts), RenderNotFound, refused), 6)
    with database.read() as session:
        there = session.scalar(select(Render.task_id).where(Render.id == made.render_id))
        assert session.scalar(select(func.count()).select_from(DeletedRender)) == 0
        results = session.scalar(select(func.count()).where(Result.subject_id == made.render_id))
        tasks = session.scalar(select(func.count()).where(Task.id == there))
        segments = session.scalar(select(func.count()).where(Segment.task_id == there))
    whole = there is not None
    assert (len(refused), bool(dropped)) == ((2, False) if whole else (3, True))
    assert (results, tasks, segments) == ((4, 1, 1) if whole else (0, 0, 0))
    assert bool(stored_files(database, account_id, made.render_id) if whole else {}) == whole


def test_a_model_that_is_had_back_while_the_same_file_is_uploaded(database: Database) -> None:
    account_id = sign_up(database, credits=50)
    for number in range(3):
        made = upload(database, account_id, f"model {number}")
        with database.begin() as session:
            catalog.delete_model(session, account_id, made.model_id, kept=WEEK)
        refused: list[FarmError] = []

        def restore(model_id: str = made.model_id) -> None:
            with database.begin() as session:
                catalog.restore_model(session, account_id, model_id)

        def again(content: str = f"model {number}") -> None:
            upload(database, account_id, content)

        acts = iter([restore, again, restore, again])
        run_at_once(functools.partial(attempt_next, acts, refused), 4)
        with database.read() as session:
            sha256 = session.scalars(select(Model.sha256).where(Model.id == made.model_id)).one()
            live = session.scalars(select(Model.id).where(Model.sha256 == sha256, Model.deleted_at.is_(None))).all()
        assert len(live) == 1
        assert len(refused) == (1 if live == [made.model_id] else 2)
        assert all(isinstance(error, ModelNotFound) or live != [made.model_id] for error in refused)

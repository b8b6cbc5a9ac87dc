"""A model's renders and its preview, which go together, cancelled, tried again and deleted by many at once."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text

from api.db.session import Database
from api.domain.kit.unit import Unit
from api.domain.renders import ordering, removal
from api.errors import InvalidState, RenderNotFound
from tests.api.domain.support import SHARE, balance, claim, fail, sign_up, unit, upload
from tests.api.domain.test_removal import BLACK, at_once
from tests.support.statements import recorded_statements
from tests.support.waiting import wait_for

ROUNDS = 15


def test_no_two_of_them_wait_for_each_other(postgres_url: str) -> None:
    """PostgreSQL would end one of them, who would be told that the database is not available. SQLite has one writer."""
    database = Database(postgres_url)
    account_id = sign_up(database, credits=1000)
    made = upload(database, account_id)
    with database.begin() as session:
        others = ordering.create_renders(session, account_id, [(made.model_id, SHARE), (made.model_id, BLACK)])
    render_ids = [made.render_id, *(other.id for other in others)]

    def some_of_them(act: Callable[[Unit, str, str], object], seed: int) -> None:
        chosen = random.Random(seed)
        for _ in range(ROUNDS):
            try:
                with unit(database) as session:
                    act(session, account_id, chosen.choice(render_ids))
            except InvalidState:
                pass  # somebody else has done it already

    def fail_some() -> None:
        for _ in range(ROUNDS):
            if held := claim(database):
                fail(database, held)

    at_once(
        *(partial(some_of_them, removal.cancel_render, seed) for seed in range(3)),
        *(partial(some_of_them, ordering.retry_render, seed) for seed in range(3)),
        fail_some, fail_some,
    )  # fmt: skip
    balance(database, account_id)
    database.dispose()


def test_a_retry_locks_the_tasks_of_the_render_and_of_its_preview_before_it_locks_a_lane(postgres_url: str) -> None:
    database = Database(postgres_url)
    account_id = sign_up(database)
    made = upload(database, account_id)
    with unit(database) as session:
        removal.cancel_render(session, account_id, made.render_id)  # and the preview ends, for want of a paid render
    with unit(database) as session, recorded_statements() as statements:
        ordering.retry_render(session, account_id, made.render_id)
    lanes = [number for number, statement in enumerate(statements) if "INTO lanes" in statement]
    assert len(lanes) == 2
    both = [each for each in statements[: lanes[0]] if each.endswith("FOR UPDATE") and "id_1_2" in each]
    assert ["FROM tasks" in each for each in both] == [True]
    database.dispose()


def test_a_render_that_is_deleted_while_it_is_to_be_tried_again_is_not_found(postgres_url: str) -> None:
    database = Database(postgres_url)
    account_id = sign_up(database)
    made = upload(database, account_id)
    with unit(database) as session:
        removal.cancel_render(session, account_id, made.render_id)

    def retry() -> None:
        with unit(database) as session:
            ordering.retry_render(session, account_id, made.render_id)

    def waits() -> bool:
        waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with database.read() as session:
            return bool(session.scalar(text(f"SELECT EXISTS ({waiting})")))

    with ThreadPoolExecutor(1) as pool:
        with unit(database) as session:
            removal.delete_render(session, account_id, made.render_id)
            retried = pool.submit(retry)
            wait_for(lambda: waits() or retried.done(), "the retry to wait for the deletion")
        with pytest.raises(RenderNotFound):
            retried.result()
    database.dispose()

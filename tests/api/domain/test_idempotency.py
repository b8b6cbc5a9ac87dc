"""A key stands for one request: who holds it, what it answers, and when it is free again."""

import pytest
from sqlalchemy import func, select, update

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import IdempotencyKey
from api.domain.accounts import idempotency, ledger
from api.domain.accounts.idempotency import Hold, KeptAnswer
from api.errors import IdempotencyConflict, IdempotencyInProgress
from tests.api.domain.support import balance, run_at_once, sign_up

ANSWER = KeptAnswer(201, '{"data":"é"}')


def hold(database: Database, account_id: str, key: str = "k", request: str = "a") -> Hold | KeptAnswer:
    with database.begin() as session:
        return idempotency.hold(session, account_id, key, request_sha256=request * 64)


def held(database: Database, account_id: str, key: str = "k", request: str = "a") -> Hold:
    found = hold(database, account_id, key, request)
    assert isinstance(found, Hold)
    return found


def keep(database: Database, held: Hold) -> None:
    with database.begin() as session:
        idempotency.keep(session, held, ANSWER)


def let_go(database: Database, held: Hold) -> None:
    with database.begin() as session:
        idempotency.let_go(session, held)


def expire(database: Database) -> None:
    """As if a day had passed."""
    with database.begin() as session:
        session.execute(update(IdempotencyKey).values(expires_at=from_now(-1)))


def test_a_repeated_request_gets_the_first_answer(database: Database) -> None:
    account_id = sign_up(database)
    keep(database, held(database, account_id))
    assert hold(database, account_id) == hold(database, account_id) == ANSWER


def test_a_request_that_still_runs_is_not_joined(database: Database) -> None:
    account_id = sign_up(database)
    held(database, account_id)
    with pytest.raises(IdempotencyInProgress):
        hold(database, account_id)


@pytest.mark.parametrize("answered", [True, False])
def test_a_key_is_for_one_request(database: Database, answered: bool) -> None:
    account_id = sign_up(database)
    first = held(database, account_id)
    if answered:
        keep(database, first)
    with pytest.raises(IdempotencyConflict):
        hold(database, account_id, request="b")


def test_keys_belong_to_accounts(database: Database) -> None:
    held(database, sign_up(database))
    held(database, sign_up(database), request="b")


def test_a_request_that_failed_may_be_repeated_or_changed(database: Database) -> None:
    account_id = sign_up(database)
    let_go(database, held(database, account_id))
    held(database, account_id, request="b")


def test_an_answer_is_not_let_go(database: Database) -> None:
    account_id = sign_up(database)
    first = held(database, account_id)
    keep(database, first)
    let_go(database, first)
    assert hold(database, account_id) == ANSWER


def test_a_dead_requests_key_is_taken_over(database: Database) -> None:
    account_id = sign_up(database)
    dead = held(database, account_id)
    expire(database)
    second = held(database, account_id)
    let_go(database, dead)
    keep(database, second)
    assert hold(database, account_id) == ANSWER


def test_a_request_that_comes_back_late_changes_nothing(database: Database) -> None:
    account_id = sign_up(database)
    late = held(database, account_id)
    expire(database)
    held(database, account_id)

    def work() -> None:
        with database.begin() as session:
            ledger.grant(session, account_id, 5)
            idempotency.keep(session, late, ANSWER)

    with pytest.raises(IdempotencyInProgress):
        work()
    assert balance(database, account_id) == 10


def test_an_answer_is_kept_for_a_day(database: Database) -> None:
    account_id = sign_up(database)
    keep(database, held(database, account_id))
    with database.read() as session:
        left = session.scalars(select(IdempotencyKey).where(IdempotencyKey.expires_at > from_now(24 * 3600 - 60)))
        assert len(left.all()) == 1
    expire(database)
    held(database, account_id, request="b")


def test_the_sweep_removes_what_is_too_old(database: Database) -> None:
    account_id = sign_up(database)
    keep(database, held(database, account_id, "answered"))
    held(database, account_id, "died")
    expire(database)
    held(database, account_id, "young")
    with database.begin() as session:
        idempotency.sweep(session)
    with database.read() as session:
        assert session.scalars(select(IdempotencyKey.key)).all() == ["young"]


def test_of_many_at_once_one_gets_the_key(database: Database) -> None:
    account_id = sign_up(database)
    outcomes: list[object] = []

    def request() -> None:
        try:
            outcomes.append(type(hold(database, account_id)))
        except IdempotencyInProgress as error:
            outcomes.append(type(error))

    run_at_once(request, 8)
    assert outcomes.count(Hold) == 1
    assert outcomes.count(IdempotencyInProgress) == 7
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1

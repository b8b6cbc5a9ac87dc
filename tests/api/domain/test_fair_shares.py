"""How much of the work in hand may be an account's, whose comes first, and how many orders of it may wait."""

import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import select

from api.db.session import Database
from api.db.tables import Model, Segment
from api.domain.accounts import classes, ledger, quotas
from api.domain.accounts.classes import ServiceClass
from api.domain.kit.unit import unit_of_work
from api.domain.renders import limits, ordering, removal
from api.domain.work import claims
from api.domain.work.claims import Claim
from api.errors import FarmError, TooManyRequests
from api.storage.local import LocalStorage
from renderer.spec import RenderSettings
from tests.api.domain.support import LEASE, SHARE, claimed, inspect, run_at_once, settle, sign_up, upload, upload_unread
from tests.api.domain.test_claim_order import account_of, accounts_with_work, order

LONG_4K = RenderSettings(quality="4k", length=30)


def take(database: Database, most_running: int = 0) -> Claim | None:
    with database.begin() as session:
        return claims.claim(
            session, worker="w", queues=["render", "inspect"], lease_seconds=LEASE, most_running=most_running
        )


def allow(database: Database, account_id: str, **changes: int | None) -> None:
    with database.begin() as session:
        quotas.set_own(session, account_id, changes)


def prefer(database: Database, account_id: str, service_class: ServiceClass) -> None:
    with database.begin() as session:
        classes.set_class(session, account_id, service_class)


def test_so_much_of_an_accounts_work_is_done_at_the_same_time_and_no_more(database: Database) -> None:
    accounts_with_work(database, 4)
    held = [take(database, 2) for _ in range(3)]
    assert [each is not None for each in held] == [True, True, False]
    assert held[0] is not None
    assert settle(database, held[0])
    assert take(database, 2) is not None
    assert take(database, 2) is None
    assert take(database) is not None


def test_what_one_account_may_not_have_done_others_have(database: Database) -> None:
    limited, free = accounts_with_work(database, 3, 3)
    allow(database, limited, running=1)
    served = [account_of(database, claimed(database)) for _ in range(4)]
    assert sorted(served) == sorted([limited, free, free, free])
    assert take(database) is None
    allow(database, limited, running=0)
    assert take(database, 1) is not None


def test_however_many_claim_at_once_no_more_run_than_are_allowed(database: Database) -> None:
    """Of several lanes, too: of what is paid for, what is awaited, and what is to be read."""
    account_id = sign_up(database, credits=20)
    for number in range(3):
        upload(database, account_id, f"model {number}")
    upload_unread(database, account_id, "unread")
    held: list[Claim] = []

    def work() -> None:
        for _ in range(3):
            if (found := take(database, 2)) is not None:
                held.append(found)

    run_at_once(work, 6)
    assert len(held) <= 2
    while (found := take(database, 2)) is not None:
        held.append(found)
    assert len(held) == 2


def test_among_accounts_with_as_much_in_flight_the_higher_class_goes_first(database: Database) -> None:
    economy, standard, preferred = accounts_with_work(database, 3, 3, 3)
    prefer(database, economy, ServiceClass.ECONOMY)
    prefer(database, preferred, ServiceClass.PREFERRED)
    served = [account_of(database, claimed(database)) for _ in range(9)]
    assert served == [preferred, standard, economy] * 3


def test_a_class_holds_for_what_is_ordered_later(database: Database) -> None:
    other, preferred = sign_up(database), sign_up(database)
    prefer(database, preferred, ServiceClass.PREFERRED)
    for account_id in (other, preferred):
        upload_unread(database, account_id)
    inspect(database)
    assert account_of(database, claimed(database)) == preferred


def test_a_long_order_in_4k_holds_up_a_small_one_by_the_segment_in_hand_alone(database: Database) -> None:
    """Also one of a higher class."""
    patron, small = accounts_with_work(database, 1, 1)
    for _ in range(2):
        assert settle(database, claimed(database))
    prefer(database, patron, ServiceClass.PREFERRED)
    with database.begin() as session:
        for account_id in (patron, small):
            ledger.grant(session, account_id, 20)
        model = session.scalars(select(Model.id).where(Model.account_id == patron)).one()
        of_small = session.scalars(select(Model.id).where(Model.account_id == small)).one()
        ordering.create_render(session, patron, model, LONG_4K)
    first = claimed(database)
    with database.read() as session:
        assert len(session.scalars(select(Segment.id).where(Segment.task_id == first.task_id)).all()) > 4
    order(database, small, of_small, 1)
    assert account_of(database, claimed(database)) == small


def test_so_many_renders_may_be_unfinished_and_no_more(database: Database, tmp_path: Path) -> None:
    account_id = sign_up(database, credits=100)
    model_id = upload(database, account_id).model_id  # whose own render is one of them

    def place(count: int, most: int = 4) -> list[str]:
        wanted = [(model_id, dataclasses.replace(SHARE, rotate_y=number)) for number in range(count)]
        with unit_of_work(database, LocalStorage(tmp_path), lambda: None, most_unfinished=most) as unit:
            return [view.id for view in ordering.create_renders(unit, account_id, wanted)]

    with pytest.raises(TooManyRequests, match="5 orders of the account would be unfinished, and it may have 4"):
        place(4)
    with database.read() as session:
        assert limits.usage(session, account_id).unfinished_orders == 1
    first, *_ = place(3)
    with pytest.raises(TooManyRequests) as refused:
        place(1)
    assert refused.value.retry_after == limits.ORDERS_AGAIN_S
    with unit_of_work(database, LocalStorage(tmp_path), lambda: None) as unit:
        removal.cancel_render(unit, account_id, first)
    place(1)
    allow(database, account_id, unfinished_orders=6)
    place(2)
    allow(database, account_id, unfinished_orders=0)
    results: list[str] = []
    run_at_once(lambda: results.extend(place(1)), 3)
    allow(database, account_id, unfinished_orders=12)

    def attempt() -> None:
        try:
            results.extend(place(1))
        except FarmError:
            results.append("refused")

    run_at_once(attempt, 6)
    assert len(results) == 9
    with database.read() as session:
        assert limits.usage(session, account_id).unfinished_orders == 12

"""Credits: never below zero, charged with what they pay for, refunded once."""

import threading

import pytest
from sqlalchemy import select

from api.db.session import Database
from api.db.tables import Render
from api.domain.accounts import ledger
from api.domain.accounts.ledger import MOST_CREDITS
from api.domain.renders import ordering, pricing
from api.domain.renders.pricing import VIDEO_CREDITS
from api.errors import InvalidRequest, NoCredits, NotFound
from renderer.spec import SETTINGS, RenderSettings
from tests.api.domain.support import SHARE, balance, entries, run_at_once, sign_up, upload


def charge(database: Database, account_id: str, credits: dict[str, int]) -> None:
    with database.begin() as session:
        ledger.charge(session, account_id, "render", credits)


@pytest.mark.parametrize(("fps", "prices"), [(24, [1, 4, 64]), (30, [1, 4, 64]), (48, [2, 7, 103]), (60, [2, 8, 128])])
def test_more_frames_a_second_cost_in_proportion(fps: int, prices: list[int]) -> None:
    tiers = ("share", "standard", "pro")
    assert [pricing.price(RenderSettings(quality=tier, fps=fps)) for tier in tiers] == prices
    assert pricing.price(RenderSettings(quality="pro", fps=fps, output="image")) == 1


def test_formats_cost_nothing() -> None:
    assert pricing.price(RenderSettings(formats=("webp", "webm"))) == 1


def test_every_tier_has_its_documented_price() -> None:
    assert VIDEO_CREDITS == {"share": 1, "standard": 4, "4k": 16, "pro": 64}
    tiers = next(setting.choices for setting in SETTINGS if setting.name == "quality")
    assert {tier: pricing.price(RenderSettings(quality=tier)) for tier in tiers} == VIDEO_CREDITS


def test_a_grant_adds_and_a_charge_takes(database: Database) -> None:
    account_id = sign_up(database, credits=10)
    with database.begin() as session:
        assert ledger.grant(session, account_id, 5, note="thanks") == 15
    charge(database, account_id, {"r1": 1, "r2": 4})
    with database.read() as session:
        assert ledger.balance(session, account_id) == 10
    assert entries(database, account_id) == {"grant": [10, 5], "charge": [-1, -4], "refund": []}


@pytest.mark.parametrize("amount", [0, -1])
def test_a_grant_must_add(database: Database, amount: int) -> None:
    account_id = sign_up(database)
    with pytest.raises(ValueError, match="adds"), database.begin() as session:
        ledger.grant(session, account_id, amount)


@pytest.mark.parametrize("amount", [MOST_CREDITS, 10**20])
def test_a_grant_beyond_what_an_account_may_have_adds_nothing(database: Database, amount: int) -> None:
    account_id = sign_up(database, credits=10)
    says = "at most 1,000,000,000 credits, and this one has 10"
    with pytest.raises(InvalidRequest, match=says), database.begin() as session:
        ledger.grant(session, account_id, amount)
    with database.begin() as session:
        assert ledger.grant(session, account_id, MOST_CREDITS - 10) == MOST_CREDITS


def test_a_charge_beyond_the_balance_takes_nothing_and_says_how_much_is_missing(database: Database) -> None:
    account_id = sign_up(database, credits=4)
    with pytest.raises(NoCredits, match=r"costs 5.*has 4"):
        charge(database, account_id, {"r1": 1, "r2": 4})
    assert balance(database, account_id) == 4
    assert entries(database, account_id)["charge"] == []


def test_an_unknown_account_has_no_balance(database: Database) -> None:
    with pytest.raises(NotFound), database.read() as session:
        ledger.balance(session, "nobody")
    with pytest.raises(NotFound), database.begin() as session:
        ledger.grant(session, "nobody", 1)


def test_a_refund_is_given_once_and_only_for_a_charge(database: Database) -> None:
    account_id = sign_up(database, credits=10)
    charge(database, account_id, {"r1": 4})
    with database.begin() as session:
        assert ledger.refund(session, "render", "r1")
        assert not ledger.refund(session, "render", "r1")
        assert not ledger.refund(session, "render", "r2")
    with database.begin() as session:
        assert not ledger.refund(session, "render", "r1")
    assert balance(database, account_id) == 10
    assert entries(database, account_id)["refund"] == [4]


def test_refunds_at_the_same_time_give_one(database: Database) -> None:
    account_id = sign_up(database, credits=10)
    charge(database, account_id, {"r1": 4})
    barrier, given = threading.Barrier(4), []

    def refund() -> None:
        barrier.wait()
        with database.begin() as session:
            given.append(ledger.refund(session, "render", "r1"))

    run_at_once(refund, 4)
    assert sorted(given) == [False, False, False, True]
    assert balance(database, account_id) == 10


def test_of_many_that_spend_the_last_credits_exactly_as_many_succeed_as_there_are(database: Database) -> None:
    account_id = sign_up(database, credits=5)
    model_id = upload(database, account_id).model_id  # costs the first
    barrier, refused = threading.Barrier(8), []

    def spend() -> None:
        barrier.wait()
        try:
            with database.begin() as session:
                ordering.create_render(session, account_id, model_id, SHARE)
        except NoCredits as error:
            refused.append(error)

    run_at_once(spend, 8)
    assert len(refused) == 4
    assert balance(database, account_id) == 0
    with database.read() as session:
        paid = session.scalars(select(Render.id).where(Render.credits > 0)).all()
    assert len(paid) == 5

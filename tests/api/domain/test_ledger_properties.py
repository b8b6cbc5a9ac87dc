"""Whatever happens in whatever order, also at the same time, the books are right.

Hypothesis draws sequences of events: sign-ups, grants, uploads, batches, crashes in mid-transaction, claims, reports of
workers (in time or too late), failures, pauses that end, lost leases, sweeps, cancellations, retries, deletions,
also of models' files; one by one, or two at once in threads of their own.
After each the invariants are asked of the database itself.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from api import clock
from api.db.session import Database
from api.db.tables import Lane, Model, Render, Segment
from api.domain.accounts import ledger
from api.domain.kit.failures import CHILD_FAILED, STALLED, Failure
from api.domain.removal import models
from api.domain.renders import ordering, previews, removal, renders
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.errors import InvalidState, ModelNotFound, NoCredits, RenderNotFound
from renderer.spec import RenderSettings
from tests.api.domain import books
from tests.api.domain.support import (
    ATTEMPTS,
    LEASE,
    claim,
    end_pauses,
    expire_leases,
    files,
    inspect,
    settle,
    sign_up,
    sweep,
    unit,
    upload_unread,
)  # fmt: skip

TIERS = ("share", "share", "standard", "4k")
FAILURES = (CHILD_FAILED, STALLED)


Event = tuple[str, int, int]
"""The name of a method of `Farm`, and two numbers that choose its subject and its kind."""


class Crash(Exception):
    """The process dies between two statements."""


class Farm(RuleBasedStateMachine):
    events = st.tuples(
        st.sampled_from(
            ["grant", "upload", "upload", "batch", "batch", "crash", "work", "work", "late", "report", "report",
             "read", "read", "time", "lose_leases", "take_back", "refund_twice", "delete_model", "discard_models",
             "delete_render", "delete_render", "dismiss", "cancel", "retry", "end_previews"]
        ),
        st.integers(0, 7),
        st.integers(0, 7),
    )  # fmt: skip

    deleted: ClassVar[set[str]] = set()
    """The deleted renders of all examples: they share a database."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.accounts: list[str] = []
        self.claims: list[Claim] = []

    @initialize(credits=st.lists(st.integers(0, 12), min_size=1, max_size=3))
    def open(self, credits: list[int]) -> None:
        self.accounts = [sign_up(self.database, free) for free in credits]

    @rule(event=events)
    def one(self, event: Event) -> None:
        self.run(event)

    @rule(events=st.lists(events, min_size=2, max_size=2))
    def two_at_once(self, events: list[Event]) -> None:
        barrier, errors = threading.Barrier(2), []

        def work(event: Event) -> None:
            barrier.wait()
            try:
                self.run(event)
            except BaseException as error:  # noqa: BLE001 - raised again below, where hypothesis sees it
                errors.append(error)

        threads = [threading.Thread(target=work, args=(event,)) for event in events]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for error in errors:
            raise error

    def run(self, event: Event) -> None:
        name, which, kind = event
        # A refusal is an answer; the invariants tell whether it left anything behind.
        with contextlib.suppress(NoCredits, ModelNotFound, RenderNotFound, InvalidState, Crash):
            getattr(self, name)(self.accounts[which % len(self.accounts)], which, kind)

    # the events

    def grant(self, account_id: str, which: int, kind: int) -> None:
        with self.database.begin() as session:
            ledger.grant(session, account_id, kind + 1)

    def upload(self, account_id: str, which: int, kind: int) -> None:
        upload_unread(self.database, account_id, f"model {kind % 2}", RenderSettings(quality=TIERS[which % 4]))

    def read(self, account_id: str, which: int, kind: int) -> None:
        """A worker reads a model, or can't."""
        held = claim(self.database, queue="inspect")
        if held is not None and kind:
            with self.database.begin() as session:
                scheduling.settle_done(session, held, {model_id: {} for model_id in held.variants}, {})
        elif held is not None:
            self.fail(held, retry=which % 2 == 0)

    def batch(self, account_id: str, which: int, kind: int, then: Callable[[], None] = lambda: None) -> None:
        with self.database.begin() as session:
            known = session.scalars(select(Model.id).where(Model.account_id == account_id).order_by(Model.id)).all()
            orders = [
                (known[(which + i) % len(known)], RenderSettings(quality=TIERS[(kind + i) % 4], rotate_y=i // 2))
                for i in range(kind % 4 + 1)
                if known
            ]
            if orders:
                ordering.create_renders(session, account_id, orders)
            then()

    def crash(self, account_id: str, which: int, kind: int) -> None:
        def die() -> None:
            raise Crash

        self.batch(account_id, which, kind, then=die)

    def work(self, account_id: str, which: int, kind: int) -> None:
        held = claim(self.database)
        if held is not None:
            self.claims.append(held)

    def report(self, account_id: str, which: int, kind: int) -> None:
        """One of the newest claims says something, and may say it again later."""
        if self.claims:
            self.tell(self.claims[-1 - which % min(3, len(self.claims))], kind)

    def late(self, account_id: str, which: int, kind: int) -> None:
        """Any claim ever made says something: most have nothing to say any more."""
        if self.claims:
            self.tell(self.claims[which % len(self.claims)], kind)

    def tell(self, held: Claim, kind: int) -> None:
        if kind == 0:
            with self.database.begin() as session:
                scheduling.heartbeat(session, held, lease_seconds=LEASE, stage="drawing", frames_done=kind)
        elif kind == 1:
            with self.database.begin() as session:
                scheduling.publish(session, held, files(held, "poster"))
        elif kind == 2:
            with self.database.begin() as session:
                scheduling.release(session, held)
        elif kind in (3, 4):
            settle(self.database, held)
        else:
            self.fail(held, retry=kind == 5)

    def fail(self, held: Claim, *, retry: bool) -> None:
        with self.database.begin() as session:
            failure = Failure(FAILURES[held.attempt % len(FAILURES)], "It broke")
            scheduling.settle_error(session, held, failure, retry=retry, max_attempts=ATTEMPTS)

    def time(self, account_id: str, which: int, kind: int) -> None:
        """What failed may be tried again."""
        end_pauses(self.database)

    def lose_leases(self, account_id: str, which: int, kind: int) -> None:
        expire_leases(self.database)

    def take_back(self, account_id: str, which: int, kind: int) -> None:
        sweep(self.database)

    def refund_twice(self, account_id: str, which: int, kind: int) -> None:
        """A second refund of what is refunded already must change nothing."""
        failed = select(Render.id).where(Render.status == RenderStatus.ERROR)
        with self.database.read() as session:
            render_ids = session.scalars(failed.order_by(Render.id)).all()
        for render_id in render_ids:
            with self.database.begin() as session:  # locked, since a retry charges what may then be paid back again
                if session.scalar(failed.where(Render.id == render_id).with_for_update()):
                    assert not ledger.refund(session, "render", render_id)

    def delete_model(self, account_id: str, which: int, kind: int) -> None:
        with self.database.begin() as session:
            session.execute(
                update(Model)
                .where(Model.account_id == account_id, Model.deleted_at.is_(None))
                .values(deleted_at=clock.now() - models.KEPT)
            )

    def discard_models(self, account_id: str, which: int, kind: int) -> None:
        with unit(self.database) as session:
            models.discard_deleted(session)

    def end_previews(self, account_id: str, which: int, kind: int) -> None:
        """Those that wait although what was paid for with them has failed."""
        while True:
            with unit(self.database) as session:
                if not removal.end_refunded_preview(session):
                    return

    def delete_render(self, account_id: str, which: int, kind: int) -> None:
        render_id = self.any_render(account_id, which + kind)
        if render_id is not None:
            with unit(self.database) as session:
                removal.delete_render(session, account_id, render_id)
            self.deleted.add(render_id)

    def cancel(self, account_id: str, which: int, kind: int) -> None:
        render_id = self.any_render(account_id, which + kind)
        if render_id is not None:
            with unit(self.database) as session:
                removal.cancel_render(session, account_id, render_id)

    def retry(self, account_id: str, which: int, kind: int) -> None:
        render_id = self.any_render(account_id, which + kind)
        if render_id is not None:
            with self.database.begin() as session:
                ordering.retry_render(session, account_id, render_id)

    def dismiss(self, account_id: str, which: int, kind: int) -> None:
        render_id = self.any_render(account_id, which + kind)
        if render_id is not None:
            with self.database.begin() as session:
                renders.dismiss_render(session, account_id, render_id)

    def any_render(self, account_id: str, number: int) -> str | None:
        with self.database.read() as session:
            found = session.scalars(select(Render.id).where(Render.account_id == account_id).order_by(Render.id)).all()
        return found[number % len(found)] if found else None

    # what must hold

    @invariant()
    def the_books_are_right(self) -> None:
        with self.database.read() as session:
            for rule_broken in books.RULES:
                assert session.scalars(rule_broken()).all() == []
            assert set(session.scalars(books.stray_entries())) <= self.deleted
            waiting = select(Segment.account_id, Segment.queue, Segment.priority).where(Segment.state == "pending")
            lanes = select(Lane.account_id, Lane.queue, Lane.priority).where(Lane.oldest_at.is_not(None))
            assert set(session.execute(waiting)) == set(session.execute(lanes))

    def teardown(self) -> None:
        """At last all work is done, and can be: nothing is stuck."""
        expire_leases(self.database)
        sweep(self.database)
        end_pauses(self.database)
        inspect(self.database)
        self.end_previews("", 0, 0)
        with self.database.read() as session:
            assert previews.refunded(session) is None
        while (held := claim(self.database)) is not None:
            assert settle(self.database, held)
        self.the_books_are_right()
        with self.database.read() as session:
            unfinished = select(Segment.id).where(Segment.state.in_(["waiting", "pending", "running"]))
            assert session.scalars(unfinished).all() == []


def run_events(database: Database, how: settings) -> int:
    """How many events happened. No shrinking: threads that interleave differently each time can't be shrunk."""
    happened = []

    class FarmHere(Farm):
        def __init__(self) -> None:
            super().__init__(database)

        def run(self, event: Event) -> None:
            happened.append(event)
            super().run(event)

    run_state_machine_as_test(FarmHere, settings=settings(how, phases=[Phase.generate]))
    return len(happened)


def test_the_books_are_right_whatever_happens(database: Database) -> None:
    assert run_events(database, settings(max_examples=8, stateful_step_count=20)) >= 160


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_the_books_are_right_after_10_000_events(database: Database) -> None:
    """Other events each time; what fails is shown with the line that repeats it."""
    drawn_anew = settings(derandomize=False, print_blob=True)
    assert run_events(database, settings(drawn_anew, max_examples=100, stateful_step_count=100)) >= 10_000

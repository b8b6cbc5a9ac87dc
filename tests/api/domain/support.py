"""Short ways to accounts, models and files for the domain's tests."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import func, select, update

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import Account, Lane, LedgerEntry, Segment
from api.domain.accounts import accounts
from api.domain.accounts.quotas import Quotas
from api.domain.kit.failures import Failure
from api.domain.kit.files import FileView
from api.domain.kit.unit import Unit
from api.domain.renders import renders, uploads
from api.domain.renders.outputs import get_outputs
from api.domain.renders.renders import RenderView
from api.domain.work import claims, outbox, scheduling, waits
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.ids import new_id
from renderer.spec import RenderSettings

SHARE = RenderSettings()
LEASE = 30.0
ATTEMPTS = 3
CONTENTS: Mapping[str, Any] = {"warnings": []}
"""Of a model of which no names are known."""


def sign_up(database: Database, credits: int = 10) -> str:
    with database.begin() as session:
        return accounts.sign_up(session, f"{new_id()}@example.org", credits=credits).id


def upload(
    database: Database, account_id: str, content: str = "a chair", settings: RenderSettings = SHARE, limit: int = 0
) -> uploads.Registered:
    """An upload whose file was read."""
    registered = upload_unread(database, account_id, content, settings, limit)
    inspect(database)
    return registered


def upload_unread(
    database: Database, account_id: str, content: str = "a chair", settings: RenderSettings = SHARE, limit: int = 0,
    name: str = "chair.glb", file_size: int | None = None, allowed: Quotas | None = None,
) -> uploads.Registered:  # fmt: skip
    with database.begin() as session:
        return uploads.register_upload(
            session,
            account_id,
            original_name=name,
            sha256=hashlib.sha256(content.encode()).hexdigest(),
            file_size=len(content) if file_size is None else file_size,
            storage_key=f"models/{new_id()}{PurePosixPath(name).suffix}",
            settings=settings,
            upload_limit=limit,
            allowed=allowed,
        )


def inspect(database: Database, told: Mapping[str, Any] = CONTENTS) -> None:
    """Reads all models that wait for it, as if all of them contained what is `told`."""
    while (held := claim(database, queue="inspect")) is not None:
        with database.begin() as session:
            assert scheduling.settle_done(session, held, {model_id: {} for model_id in held.variants}, told)


def claim(
    database: Database, worker: str = "w", lease_seconds: float = LEASE, queue: str = "render"
) -> Claim | None:
    with database.begin() as session:
        return claims.claim(session, worker=worker, queues=[queue], lease_seconds=lease_seconds)


def accounts_with_renders(database: Database, count: int) -> None:
    """So many accounts with a paid render each that is pending, and nothing else to do."""
    for _ in range(count):
        upload(database, sign_up(database))
    for _ in range(count):  # previews come first
        settle(database, claimed(database))


def claimed(database: Database, worker: str = "w") -> Claim:
    found = claim(database, worker)
    assert found is not None
    return found


def claim_of(database: Database, render_id: str) -> Claim:
    """Claims until `render_id` is among the claimed; the other claims stay open."""
    while True:
        found = claimed(database)
        if render_id in found.variants:
            return found


def files(claim: Claim, *names: str) -> dict[str, dict[str, FileView]]:
    """Invented files of those names for each of the claim's renders."""
    return {
        render_id: {
            name: FileView(f"{claim.output_prefix(render_id)}{name}.mp4", 7, "etag", "video/mp4") for name in names
        }
        for render_id in claim.variants
    }


def part_files(claim: Claim) -> dict[str, FileView]:
    """An invented file of a part."""
    return {"video": FileView(claim.part_prefix + "video.mp4", 7, "etag", "video/mp4")}


def settle(database: Database, claim: Claim) -> bool:
    """Brings what the claim has to bring."""
    with database.begin() as session:
        if claim.role == Role.PART:
            return scheduling.settle_part(session, claim, part_files(claim))
        return scheduling.settle_done(session, claim, files(claim, "video", "thumb", "poster", "poster_full"))


def fail(database: Database, claim: Claim, message: str = "It broke", *, retry: bool = False) -> bool:
    failure = Failure("invalid_model", message)
    with database.begin() as session:
        return scheduling.settle_error(session, claim, failure, retry=retry, max_attempts=ATTEMPTS)


@contextlib.contextmanager
def unit(database: Database, dropped: list[str] | None = None) -> Iterator[Unit]:
    """A unit of work. What it drops goes into `dropped`, because these tests have no files."""
    with database.begin_as(Unit) as session:
        yield session
    if dropped is not None:
        dropped += session.info.get("dropped", ())


def expire_leases(database: Database) -> None:
    """As if all workers had been silent for longer than their leases."""
    with database.begin() as session:
        session.execute(update(Segment).where(Segment.state == "running").values(lease_until=from_now(-1)))


def end_pauses(database: Database) -> None:
    """As if those segments that have failed had waited for their time."""
    with database.begin() as session:
        waiting = Segment.state == "waiting", Segment.not_before.is_not(None)
        session.execute(update(Segment).where(*waiting).values(not_before=from_now(0)))
    resume(database)


def resume(database: Database) -> int:
    """Lets go on what has waited long enough; how many segments."""
    count = 0
    while True:
        with database.begin() as session:
            if not waits.resume(session):
                return count
        count += 1


def sweep(database: Database) -> list[scheduling.TakenBack]:
    """Takes all lost claims back."""
    lost: list[scheduling.TakenBack] = []
    while True:
        with database.begin() as session:
            one = scheduling.take_back(session, max_attempts=ATTEMPTS)
        if one is None:
            return lost
        lost.append(one)


def get(database: Database, account_id: str, render_id: str) -> RenderView:
    with database.read() as session:
        return renders.get_render(session, account_id, render_id)


def stored_files(database: Database, account_id: str, render_id: str) -> dict[str, FileView]:
    """The render's files by name."""
    with database.read() as session:
        return get_outputs(session, account_id, render_id).files


def balance(database: Database, account_id: str) -> int:
    """The account's credits, after checking that they are the sum of its entries."""
    with database.read() as session:
        credits = session.scalar(select(Account.credits).where(Account.id == account_id)) or 0
        assert credits == session.scalar(
            select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(LedgerEntry.account_id == account_id)
        )
        return credits


def entries(database: Database, account_id: str) -> Mapping[str, list[int]]:
    """The account's ledger: amounts by kind, in order."""
    found: dict[str, list[int]] = {"grant": [], "charge": [], "refund": []}
    with database.read() as session:
        for kind, amount in session.execute(
            select(LedgerEntry.kind, LedgerEntry.amount)
            .where(LedgerEntry.account_id == account_id)
            .order_by(LedgerEntry.id)
        ):
            found[kind].append(amount)
    return found


def waiting_lanes(database: Database) -> int:
    """How many lanes aren't empty."""
    with database.read() as session:
        return session.scalar(select(func.count()).where(Lane.oldest_at.is_not(None))) or 0


def run_at_once(work: Callable[[], None], count: int) -> None:
    """Runs `work` in `count` threads and waits for them."""
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def take_hints(database: Database) -> list[str]:
    """The queues of the hints that wait to be sent, oldest first; then none wait any more."""
    with database.begin() as session:
        hints = outbox.oldest(session, 1000)
        outbox.sent(session, hints)
    return list(hints.values())

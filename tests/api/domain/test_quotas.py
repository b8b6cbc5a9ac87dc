"""How much of the farm an account may take, and what counts: also when many uploads come at once."""

import datetime as dt
import itertools

import pytest
from sqlalchemy import func, select, update

from api import clock
from api.db.session import Database
from api.db.tables import LedgerEntry, Model, Overlay, Render, StoredBytes
from api.domain.accounts import quotas
from api.domain.accounts.quotas import Quotas
from api.domain.catalog import catalog, overlays
from api.domain.kit.files import FileView
from api.domain.removal import models, retention, trash
from api.domain.removal.overlays import discard_unneeded
from api.domain.renders import limits, removal
from api.domain.work import scheduling
from api.errors import FarmError, StorageLimit, UploadLimit
from tests.api.domain.support import (
    balance,
    claim,
    claim_of,
    claimed,
    fail,
    files,
    inspect,
    run_at_once,
    settle,
    sign_up,
    unit,
    upload,
    upload_unread,
)  # fmt: skip

MB = quotas.MEGABYTE
DISK = Quotas(storage_mb=5)
AT_ONCE = 30
"""Threads: more than connections of a server to PostgreSQL."""


def stored(database: Database, account_id: str) -> int:
    with database.read() as session:
        return quotas.stored_bytes(session, account_id)


def add_overlay(database: Database, account_id: str | None, size: int, allowed: Quotas | None = None) -> str:
    with database.begin() as session:
        return overlays.add(
            session, account_id, storage_key=overlays.new_key(), content_type="image/png", file_size=size, width=1,
            height=1, allowed=allowed,
        ).id  # fmt: skip


def delete_model(database: Database, account_id: str, model_id: str) -> None:
    """Some time ago."""
    with database.begin() as session:
        catalog.delete_model(session, account_id, model_id)
        session.execute(
            update(Model).where(Model.id == model_id).values(deleted_at=clock.now() - models.KEPT)
        )


def discard(database: Database) -> list[str]:
    """The files that go."""
    dropped: list[str] = []
    with unit(database, dropped) as session:
        models.discard_deleted(session)
    return dropped


def test_models_overlays_and_results_count_until_they_are_gone(database: Database) -> None:
    account_id = sign_up(database)
    made = upload_unread(database, account_id, file_size=1000)
    assert stored(database, account_id) == 1000
    inspect(database)
    overlay_id = add_overlay(database, account_id, 200)
    add_overlay(database, None, 5000)
    held = claim_of(database, made.render_id)
    with database.begin() as session:
        assert scheduling.publish(session, held, files(held, "poster"))
    assert stored(database, account_id) == 1000 + 200 + 7
    assert settle(database, held)  # four files of 7 bytes
    assert stored(database, account_id) == 1000 + 200 + 4 * 7
    with unit(database) as session:
        removal.delete_render(session, account_id, made.render_id)
        overlays.delete_overlay(session, account_id, overlay_id)
        discard_unneeded(session)
    assert stored(database, account_id) == 1000


def test_what_an_attempt_published_that_failed_counts_no_longer(database: Database) -> None:
    account_id = sign_up(database)
    held = claim_of(database, upload(database, account_id).render_id)
    with database.begin() as session:
        assert scheduling.publish(session, held, files(held, "poster"))
    assert fail(database, held)
    assert stored(database, account_id) == len("a chair")


def test_a_converted_model_counts_with_its_new_size(database: Database) -> None:
    account_id = sign_up(database)
    made = upload_unread(database, account_id, name="scan.zip", file_size=1000)
    reading = claim(database, queue="inspect")
    assert reading is not None
    converted = {"model": FileView("models/new/model.glb", 3000, "etag", "model/gltf-binary")}
    with database.begin() as session:
        assert scheduling.settle_done(session, reading, {made.model_id: converted}, {})
    assert stored(database, account_id) == 3000


def test_a_deleted_models_file_counts_until_no_render_needs_it(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    with database.read() as session:
        key = session.scalars(select(Model.storage_key)).one()
    with database.begin() as session:
        catalog.delete_model(session, account_id, made.model_id)
    assert discard(database) == []  # an order of it may be on its way
    delete_model(database, account_id, upload(database, account_id, "another").model_id)
    with database.begin() as session:
        session.execute(update(Model).values(deleted_at=clock.now() - models.KEPT))
    assert (discard(database), stored(database, account_id)) == ([], 14)
    for _ in range(4):
        assert settle(database, claimed(database))
    results = 4 * 4 * 7
    assert stored(database, account_id) == 14 + results
    assert len(dropped := discard(database)) == 2
    assert key in dropped
    assert (discard(database), stored(database, account_id)) == ([], results)


def test_models_of_several_accounts_are_discarded_by_several_sweepers_at_once(database: Database) -> None:
    accounts = [sign_up(database) for _ in range(3)]
    for account_id, content in itertools.product(accounts, "ab"):
        made = upload(database, account_id, content)
        with unit(database) as session:
            removal.cancel_render(session, account_id, made.render_id)
        delete_model(database, account_id, made.model_id)
    dropped: list[str] = []
    run_at_once(lambda: dropped.extend(discard(database)), 3)
    dropped += discard(database)
    assert len(set(dropped)) == len(dropped) == 6
    assert [stored(database, account_id) for account_id in accounts] == [0] * 3


def test_an_upload_beyond_the_storage_is_refused_and_leaves_nothing(database: Database) -> None:
    account_id = sign_up(database)
    upload_unread(database, account_id, "first", file_size=3 * MB, allowed=DISK)
    with pytest.raises(StorageLimit, match=r"6\.0 MB, and it may have 5 MB"):
        upload_unread(database, account_id, "second", file_size=3 * MB, allowed=DISK)
    with pytest.raises(StorageLimit):
        add_overlay(database, account_id, 3 * MB, DISK)
    with database.read() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Model, Render, Overlay)]
    assert (counts, stored(database, account_id), balance(database, account_id)) == ([1, 2, 0], 3 * MB, 9)
    assert upload_unread(database, account_id, "first", file_size=3 * MB, allowed=DISK).duplicate
    upload_unread(database, account_id, "third", file_size=2 * MB, allowed=DISK)
    upload_unread(database, sign_up(database), "second", file_size=3 * MB, allowed=DISK)


def test_an_hour_has_so_many_uploads_and_the_next_may_come_when_the_first_is_an_hour_ago(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = sign_up(database)
    hourly = Quotas(uploads_per_hour=2)
    first = upload_unread(database, account_id, "a", allowed=hourly)
    upload_unread(database, account_id, "b", allowed=hourly)
    delete_model(database, account_id, first.model_id)  # it counts all the same
    with pytest.raises(UploadLimit, match="2 models an hour") as refused:
        upload_unread(database, account_id, "c", allowed=hourly)
    assert refused.value.retry_after is not None
    assert 3500 < refused.value.retry_after <= 3600
    assert upload_unread(database, account_id, "b", allowed=hourly).duplicate
    later = clock.now() + dt.timedelta(seconds=refused.value.retry_after)
    monkeypatch.setattr(clock, "now", lambda: later)
    upload_unread(database, account_id, "c", allowed=hourly)


def test_so_many_previews_may_wait(database: Database) -> None:
    account_id = sign_up(database)
    few = Quotas(waiting_previews=2)
    for content in "ab":
        upload_unread(database, account_id, content, allowed=few)
    inspect(database)
    with pytest.raises(UploadLimit, match="2 previews of the account wait") as refused:
        upload_unread(database, account_id, "c", allowed=few)
    assert refused.value.retry_after == limits.PREVIEWS_AGAIN_S
    claimed(database)
    upload_unread(database, account_id, "c", allowed=few)


@pytest.mark.parametrize(
    ("allowed", "fit"),
    [(DISK, 5), (Quotas(uploads_per_hour=3), 3), (Quotas(waiting_previews=4), 4)],
)
def test_however_many_uploads_come_at_once_no_more_get_in_than_are_allowed(
    database: Database, allowed: Quotas, fit: int
) -> None:
    account_id = sign_up(database, credits=100)
    names, refused = iter(range(AT_ONCE)), []

    def work() -> None:
        try:
            upload_unread(database, account_id, f"model {next(names)}", file_size=MB, allowed=allowed)
        except FarmError as error:
            refused.append(error)

    run_at_once(work, AT_ONCE)
    assert len(refused) == AT_ONCE - fit
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Model)) == fit
        assert session.scalar(select(func.count()).where(LedgerEntry.kind == "charge")) == fit
    assert stored(database, account_id) == fit * MB


def test_overlays_and_models_that_come_at_once_share_the_storage(database: Database) -> None:
    account_id = sign_up(database)
    acts = iter(["model", "overlay"] * 5)
    added: list[str] = []
    refused: list[str] = []

    def work() -> None:
        act = next(acts)
        try:
            if act == "model":
                upload_unread(database, account_id, f"model {next(names)}", file_size=MB, allowed=DISK)
            else:
                add_overlay(database, account_id, MB, DISK)
            added.append(act)
        except StorageLimit:
            refused.append(act)

    names = itertools.count()
    run_at_once(work, 10)
    assert (len(added), len(refused), stored(database, account_id)) == (5, 5, 5 * MB)


def test_results_are_stored_in_any_case_and_then_uploads_refused(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    held = claim_of(database, made.render_id)
    key = held.output_prefix(made.render_id) + "video.mp4"
    large = {made.render_id: {"video": FileView(key, 6 * MB, "etag", "video/mp4")}}
    with database.begin() as session:
        assert scheduling.settle_done(session, held, large)
    with pytest.raises(StorageLimit):
        upload_unread(database, account_id, "another", allowed=DISK)


def test_an_administrator_allows_an_account_more_or_less_than_others(database: Database) -> None:
    account_id, other = sign_up(database), sign_up(database)

    def allow(**changes: int | None) -> Quotas:
        with database.begin() as session:
            quotas.set_own(session, account_id, changes)
            assert quotas.of_account(session, other, DISK) == DISK
            return quotas.of_account(session, account_id, DISK)

    assert allow(storage_mb=9, waiting_previews=1) == Quotas(storage_mb=9, waiting_previews=1)
    assert allow(storage_mb=0) == Quotas(storage_mb=0, waiting_previews=1)
    upload_unread(database, account_id, file_size=7 * MB, allowed=DISK)
    with pytest.raises(UploadLimit):
        upload_unread(database, account_id, "another", allowed=DISK)
    assert allow(storage_mb=None, waiting_previews=None) == DISK


def test_what_counts_can_be_asked(database: Database) -> None:
    account_id = sign_up(database)
    upload(database, account_id, "a")
    upload_unread(database, account_id, "b", file_size=MB)
    claimed(database)
    with database.read() as session:
        assert limits.usage(session, account_id) == Quotas(
            storage_mb=2, uploads_per_hour=2, waiting_previews=1, unfinished_orders=2, running=1, kept_mb=2
        )
        assert limits.usage(session, sign_up(database)) == Quotas()
        assert session.scalar(select(func.count()).select_from(StoredBytes)) == 1


def test_a_quota_of_many_gigabytes_is_no_number_too_large(database: Database) -> None:
    account_id = sign_up(database)
    upload(database, account_id, "a")
    with database.read() as session:
        assert trash.crowded(session, 5_000_000) is None
        assert retention.crowded(session, 5_000_000) == []

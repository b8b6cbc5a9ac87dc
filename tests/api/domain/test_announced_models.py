"""Models that are announced, received and confirmed: one model of the catalog for equal bytes, whatever the order."""

import datetime as dt
import hashlib
import threading

import pytest
from sqlalchemy import func, select, update

from api import clock
from api.db.session import Database
from api.db.tables import Base, Model, Task, Upload
from api.domain.accounts.quotas import MEGABYTE, Quotas
from api.domain.catalog import catalog
from api.domain.catalog.states import ModelState
from api.domain.projects import confirmation, models, uploads
from api.domain.projects.confirmation import CheckedFile
from api.domain.projects.uploads import NewUpload, UploadView
from api.errors import (
    InvalidRequest,
    InvalidState,
    ModelNotFound,
    StorageLimit,
    TooManyRequests,
    UploadLimit,
)
from api.ids import new_id
from tests.api.domain.projects import (
    FREE,
    announce,
    confirm,
    draw_all,
    read_models,
    receive,
    refuse_model,
    work,
)
from tests.api.domain.support import run_at_once, sign_up
from tests.api.domain.support import upload as upload_by_dxgl


def count(database: Database, table: type[Base]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def find(database: Database, account_id: str, upload_id: str) -> UploadView:
    with database.read() as session:
        return uploads.find(session, account_id, upload_id)


def dropped(database: Database, account_id: str, upload_id: str, content: str) -> list[str]:
    """Confirms; returns the storage keys that are deleted then, but for the copy's if it is among them: "copy"."""
    file = CheckedFile(f"models/{new_id()}.glb", len(content), hashlib.sha256(content.encode()).hexdigest(), "glb")
    with work(database) as unit:
        confirmation.confirm(unit, account_id, upload_id, file, upload_limit=0, allowed=FREE)
        return ["copy" if key == file.key else key for key in unit.info.get("dropped", ())]


def test_an_announced_model_waits_for_its_file(database: Database) -> None:
    account_id = sign_up(database)
    [view] = announce(database, account_id, "chair.glb")
    assert view == find(database, account_id, view.id)
    assert (view.name, view.file_name, view.state) == ("chair", "chair.glb", ModelState.AWAITING_UPLOAD)
    assert (view.model_id, view.storage_key, view.received_key) == (None, None, None)
    assert view.put_key == view.arrived_key == f"uploads/{view.id}/model.glb"
    assert uploads.announced_in(view.put_key) == view.id
    assert dt.timedelta(minutes=59) < view.expires_at - view.created_at <= dt.timedelta(hours=1)
    assert count(database, Task) == 0


def test_without_a_name_a_model_is_called_as_its_file(database: Database) -> None:
    named = {
        ("chair.glb", "My Chair"): "My Chair", ("chair.glb", " "): "chair", ("scans/chair.v2.glb", None): "chair.v2",
        (".glb", None): ".glb", ("x" * 250 + ".glb", None): "x" * 200,
    }  # fmt: skip
    account_id = sign_up(database)
    with work(database) as unit:
        new = [NewUpload(file_name, "glb", name) for file_name, name in named]
        announced = uploads.announce(unit, account_id, new, seconds=60, allowed=FREE)
    assert [view.name for view in announced] == list(named.values())


REFUSED: list[tuple[list[NewUpload], str]] = [
    ([], "models"),
    ([NewUpload("a.glb", "glb")] * 1001, "models"),
    ([NewUpload("a.glb", "glb"), NewUpload(" ", "glb")], "models[1].file_name"),
    ([NewUpload("a" * 256, "glb")], "models[0].file_name"),
    ([NewUpload("a\0.glb", "glb")], "models[0].file_name"),
    ([NewUpload("a.glb", "glb", "n" * 201)], "models[0].name"),
]


def test_of_announcements_that_are_refused_nothing_is_made(database: Database) -> None:
    account_id = sign_up(database)
    for new, param in REFUSED:
        with pytest.raises(InvalidRequest) as refused, work(database) as unit:
            uploads.announce(unit, account_id, new, seconds=60, allowed=FREE)
        assert refused.value.param == param
    assert count(database, Upload) == 0


def test_no_more_files_may_be_awaited_than_the_limit_whoever_announces_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_OPEN", 5)
    account_id, refused, barrier = sign_up(database), [], threading.Barrier(4)

    def act() -> None:
        barrier.wait()
        try:
            announce(database, account_id, "a.glb", "b.glb")
        except TooManyRequests as error:
            refused.append(error)

    run_at_once(act, 4)
    assert (count(database, Upload), len(refused)) == (4, 2)
    assert 0 < (refused[0].retry_after or 0) <= 3600
    announce(database, sign_up(database), "a.glb")  # another account's
    with database.begin() as session:
        session.execute(update(Upload).values(expires_at=clock.now()))
    announce(database, account_id, "a.glb")  # expired ones don't count


def test_the_file_that_came_last_counts(database: Database) -> None:
    account_id = sign_up(database)
    [view] = announce(database, account_id, "chair.glb")
    receive(database, view.id, "first")
    last = receive(database, view.id, "second")
    found = find(database, account_id, view.id)
    assert (found.arrived_key, found.received_sha256) == (last, hashlib.sha256(b"second").hexdigest())
    assert found.state == ModelState.AWAITING_UPLOAD


def test_a_confirmed_file_is_a_model_of_the_same_id_which_is_read_and_drawn(database: Database) -> None:
    account_id = sign_up(database)
    [view] = announce(database, account_id, "chair.glb")
    key = receive(database, view.id, "a chair")
    assert dropped(database, account_id, view.id, "a chair") == [key]
    found = find(database, account_id, view.id)
    assert (found.state, found.model_id, found.received_key) == (ModelState.PENDING, view.id, None)
    with database.read() as session:
        model = catalog.get_model(session, account_id, view.id)
    assert (model.original_name, model.file_size, model.storage_key) == ("chair.glb", 7, found.storage_key)
    read_models(database)
    assert find(database, account_id, view.id).state == ModelState.READY
    with database.read() as session:
        assert models.thumbnail_key(session, found) is None
    assert draw_all(database) == 1
    with database.read() as session:
        assert (models.thumbnail_key(session, found) or "").startswith(f"thumbnails/{view.id}/")


def test_what_can_not_be_read_says_why(database: Database) -> None:
    account_id = sign_up(database)
    [view] = announce(database, account_id, "chair.glb")
    confirm(database, account_id, view.id, "a chair")
    refuse_model(database, "It has no faces")
    found = find(database, account_id, view.id)
    assert (found.state, found.error_message) == (ModelState.FAILED, "It has no faces")


def test_a_second_confirmation_changes_nothing(database: Database) -> None:
    account_id = sign_up(database)
    [view] = announce(database, account_id, "chair.glb")
    confirm(database, account_id, view.id, "a chair")
    before = find(database, account_id, view.id)
    assert dropped(database, account_id, view.id, "another chair") == ["copy"]
    assert find(database, account_id, view.id) == before
    assert (count(database, Model), count(database, Task)) == (1, 2)


def test_two_confirmations_at_once_make_one_model(database: Database) -> None:
    account_id, barrier = sign_up(database), threading.Barrier(4)
    [view] = announce(database, account_id, "chair.glb")

    def act() -> None:
        barrier.wait()
        confirm(database, account_id, view.id, "a chair")

    run_at_once(act, 4)
    assert (count(database, Model), count(database, Task)) == (1, 2)
    assert find(database, account_id, view.id).model_id == view.id


def test_equal_files_of_several_announcements_at_once_make_one_model(database: Database) -> None:
    account_id, barrier = sign_up(database), threading.Barrier(4)
    views = announce(database, account_id, *(f"{number}.glb" for number in range(4)))
    ids = iter([view.id for view in views])

    def act() -> None:
        upload_id = next(ids)
        barrier.wait()
        confirm(database, account_id, upload_id, "a chair")

    run_at_once(act, 4)
    found = {find(database, account_id, view.id).model_id for view in views}
    assert len(found) == 1
    assert found < {view.id for view in views}
    assert (count(database, Model), count(database, Task)) == (1, 2)


def test_equal_files_of_two_accounts_are_two_models(database: Database) -> None:
    for account_id in (sign_up(database), sign_up(database)):
        [view] = announce(database, account_id, "chair.glb")
        confirm(database, account_id, view.id, "a chair")
        assert find(database, account_id, view.id).model_id == view.id


def test_a_model_known_by_another_way_is_used_again_and_gets_a_thumbnail(database: Database) -> None:
    account_id = sign_up(database)
    known = upload_by_dxgl(database, account_id, "a chair").model_id
    with database.begin() as session:
        catalog.archive_model(session, account_id, known)
    [view] = announce(database, account_id, "chair.glb")
    tasks = count(database, Task)
    assert dropped(database, account_id, view.id, "a chair") == ["copy", view.put_key]
    found = find(database, account_id, view.id)
    assert (found.model_id, found.state) == (known, ModelState.READY)
    assert count(database, Task) == tasks + 1
    with database.read() as session:
        assert catalog.get_model(session, account_id, known).archived_at is None


def test_bytes_that_could_not_be_read_are_read_again_when_they_come_again(database: Database) -> None:
    account_id = sign_up(database)
    [first, second] = announce(database, account_id, "a.glb", "b.glb")
    confirm(database, account_id, first.id, "a chair")
    refuse_model(database)
    confirm(database, account_id, second.id, "a chair")
    assert {find(database, account_id, view.id).state for view in (first, second)} == {ModelState.PENDING}
    read_models(database)
    assert {find(database, account_id, view.id).state for view in (first, second)} == {ModelState.READY}


def test_a_file_that_comes_while_another_is_confirmed_comes_before_or_not_at_all(database: Database) -> None:
    account_id = sign_up(database)
    [view] = announce(database, account_id, "chair.glb")
    receive(database, view.id, "a chair")
    refused, acts = [], iter(["receive", "confirm"] * 3)

    def act() -> None:
        if next(acts) == "confirm":
            confirm(database, account_id, view.id, "a chair")
            return
        try:
            receive(database, view.id, "another chair")
        except InvalidState as error:
            refused.append(error)

    run_at_once(act, 6)
    found = find(database, account_id, view.id)
    assert (found.model_id, found.received_key) == (view.id, None)
    assert count(database, Model) == 1
    with pytest.raises(InvalidState):
        receive(database, view.id, "another chair")


def test_a_refused_file_leaves_the_model_open_for_another(database: Database) -> None:
    account_id = sign_up(database)
    [view] = announce(database, account_id, "chair.glb")
    bad = receive(database, view.id, "<html>")
    seen = find(database, account_id, view.id)
    with work(database) as unit:
        confirmation.refuse(unit, seen)
        assert unit.info["dropped"] == [bad]
    assert find(database, account_id, view.id) == view
    better = receive(database, view.id, "a chair")
    with work(database) as unit:
        confirmation.refuse(unit, seen)  # of somebody who was late
    assert find(database, account_id, view.id).arrived_key == better


def test_models_that_were_announced_are_counted_like_others(database: Database) -> None:
    account_id = sign_up(database)
    views = announce(database, account_id, "a.glb", "b.glb", "c.glb")
    confirm(database, account_id, views[0].id, "a")
    file = CheckedFile("models/b.glb", 1, "b" * 64, "glb")
    for limits, error in (({"uploads_per_hour": 1}, UploadLimit), ({"storage_mb": 1}, StorageLimit)):
        large = CheckedFile("models/c.glb", 2 * MEGABYTE, "c" * 64, "glb") if "storage_mb" in limits else file
        with pytest.raises(error), work(database) as unit:
            confirmation.confirm(unit, account_id, views[1].id, large, upload_limit=0, allowed=Quotas(**limits))
    with pytest.raises(UploadLimit), work(database) as unit:
        confirmation.confirm(unit, account_id, views[1].id, file, upload_limit=1, allowed=FREE)
    assert find(database, account_id, views[1].id).state == ModelState.AWAITING_UPLOAD
    assert (count(database, Model), count(database, Task)) == (1, 2)
    with pytest.raises(UploadLimit):
        announce_with(database, account_id, Quotas(uploads_per_hour=1))


def announce_with(database: Database, account_id: str, allowed: Quotas) -> None:
    with work(database) as unit:
        uploads.announce(unit, account_id, [NewUpload("a.glb", "glb")], seconds=60, allowed=allowed)


def test_files_that_nobody_has_confirmed_count_against_the_storage(database: Database) -> None:
    account_id = sign_up(database)
    views, allowed = announce(database, account_id, "a.glb", "b.glb"), Quotas(storage_mb=2)
    kept = receive(database, views[0].id, "a", allowed, size=MEGABYTE)
    with pytest.raises(StorageLimit):
        receive(database, views[1].id, "b", allowed, size=MEGABYTE + 1)
    with database.read() as session:
        uploads.expected(session, views[1].id, size=MEGABYTE, allowed=allowed)
        with pytest.raises(StorageLimit):
            uploads.expected(session, views[1].id, size=MEGABYTE + 1, allowed=allowed)
    assert find(database, account_id, views[0].id).arrived_key == kept
    receive(database, views[0].id, "a", allowed, size=2 * MEGABYTE)  # in place of the first


def test_what_belongs_to_others_or_is_not_there_is_not_found(database: Database) -> None:
    owner, stranger = sign_up(database), sign_up(database)
    [view] = announce(database, owner, "chair.glb")
    file = CheckedFile("models/a.glb", 1, "a" * 64, "glb")
    for account_id, upload_id in ((stranger, view.id), (owner, "AbsentModel1"), (owner, "\0" * 12), (owner, "")):
        with database.read() as session:
            assert models.views(session, account_id, [upload_id]) == {}
        with pytest.raises(ModelNotFound):
            find(database, account_id, upload_id)
        with pytest.raises(ModelNotFound), work(database) as unit:
            confirmation.confirm(unit, account_id, upload_id, file, upload_limit=0, allowed=FREE)
        with pytest.raises(ModelNotFound), work(database) as unit:
            models.delete(unit, account_id, upload_id)
    with database.read() as session:
        assert models.list_models(session, stranger, limit=10, offset=0).total == 0


@pytest.mark.parametrize("key", ["models/AbsentModel1", "uploads", "uploads/x/model.glb", "uploads/../a/model.glb", ""])
def test_other_keys_are_no_announced_model(key: str) -> None:
    with pytest.raises(ModelNotFound):
        uploads.announced_in(key)


def test_models_are_listed_newest_first(database: Database) -> None:
    account_id = sign_up(database)
    ids = [announce(database, account_id, "chair.glb")[0].id for _ in range(3)]
    confirm(database, account_id, ids[0], "a chair")
    with database.read() as session:
        page = models.list_models(session, account_id, limit=2, offset=1)
        assert ([view.id for view in page.items], page.total) == ([ids[1], ids[0]], 3)
        assert models.views(session, account_id, [*ids, "AbsentModel1"]).keys() == set(ids)

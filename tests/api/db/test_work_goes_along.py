"""Work that a farm of the first schema had begun, or had not, goes on after the migration; nothing is stuck."""

from collections import Counter

import pytest
from sqlalchemy import select

from api.db.tables import LedgerEntry, Model, Overlay, Render, Segment, Task
from api.domain.kit.failures import Failure
from api.domain.kit.files import files_view
from api.domain.removal.leftovers import unneeded
from api.domain.removal.overlays import discard_unneeded
from api.domain.renders import ordering, removal, renders, uploads
from api.domain.work import scheduling
from api.domain.work.tasks import Priority
from api.errors import InvalidState
from renderer.spec import RenderSettings
from tests.api.db.carried import claim, finish, held, settle, states, statuses
from tests.api.db.first_schema import ROWS
from tests.api.domain.support import expire_leases, sweep, unit
from tests.support.web import Web

MAKER = "accountMaker"


def test_whoever_was_at_work_may_end_it(web: Web) -> None:
    whole, part = held(web, "segment00023"), held(web, "segment00026")
    assert whole.files["videoRunning"].keys() == {"poster", "poster_full"}
    with web.database.begin() as session:
        assert scheduling.heartbeat(session, whole, lease_seconds=60, stage="drawing", frames_done=90)
    assert settle(web, whole)
    assert settle(web, part)
    assert statuses(web)["videoRunning"] == "done"
    finish(web)
    assert statuses(web)["partsRunning"] == "done"


def test_whoever_was_at_a_zip_has_lost_it(web: Web) -> None:
    lost = held(web, "segment00038")
    with web.database.begin() as session:
        assert not scheduling.heartbeat(session, lost, lease_seconds=60, stage="drawing", frames_done=1)


def test_all_that_was_begun_or_waited_is_done(web: Web) -> None:
    expire_leases(web.database)  # of the workers that ended with the old farm
    assert [lost.again for lost in sweep(web.database)] == [True, True]
    finish(web)
    failed = {row["id"] for row in ROWS["renders"] if row["status"] in ("error", "failed")}
    assert {render_id for render_id, status in statuses(web).items() if status != "done"} == failed
    with web.database.read() as session:
        assert session.scalars(select(Segment.state).distinct().order_by(Segment.state)).all() == ["done", "failed"]
        assert session.scalars(select(Task.state).distinct().order_by(Task.state)).all() == ["done", "failed"]
        ended = session.scalars(select(Render.id).join(Task, Task.id == Render.task_id).where(Task.state == "failed"))
        assert set(ended) == failed
    assert web.balance() == next(row["credits"] for row in ROWS["accounts"] if row["id"] == MAKER)


def test_parts_of_before_are_joined_and_kept_until_then(web: Web) -> None:
    tasks = {row["shot_id"] for row in ROWS["segments"] if row["files"]}
    by_render = {row["id"]: row["shot_id"] for row in ROWS["renders"]}
    needed = {by_render[render_id] for render_id in ("partsRunning", "partsPending", "datasetBegun")}
    with web.database.read() as session:
        assert unneeded(session, "shots", tasks) == tasks - needed
    while (assembly := claim(web, "render")) is not None and assembly.task_id != by_render["partsPending"]:
        pass
    assert assembly is not None
    old = [row["files"] for row in ROWS["segments"]
           if row["shot_id"] == assembly.task_id and row["role"] == "part"]  # fmt: skip
    assert [part.files for part in assembly.parts] == [files_view(files) for files in old]
    [render] = [row for row in ROWS["renders"] if row["id"] == "partsPending"]
    assert assembly.files == {"partsPending": files_view(render["files"])}


def test_a_zip_is_read_before_it_is_drawn(web: Web) -> None:
    of_zip = {"previewZipRu", "videoZipRun0"}
    while (drawn := claim(web, "render")) is not None:
        assert not of_zip & drawn.variants.keys()
    assert states(web)["modelZipRun0"] == "pending"
    first = claim(web, "inspect")
    second = claim(web, "inspect")
    assert first is not None
    assert second is not None
    assert first.priority == second.priority == Priority.AWAITED
    assert {*first.variants, *second.variants} == {"modelZipBad0", "modelZipRun0"}
    assert settle(web, first)
    assert settle(web, second)
    assert states(web)["modelZipRun0"] == "ready"
    waiting = [claim(web, "render"), claim(web, "render")]
    assert {render_id for drawn in waiting if drawn for render_id in drawn.variants} == of_zip
    assert {drawn.inputs["model"] for drawn in waiting if drawn} == {"models/modelZipRun0/1/model.glb"}


def test_a_zip_that_cannot_be_read_fails_with_what_waits_for_it(web: Web) -> None:
    for _ in range(2):
        reading = claim(web, "inspect")
        assert reading is not None
        with web.database.begin() as session:
            scheduling.settle_error(
                session, reading, Failure("invalid_model", "Not a ZIP"), retry=False, max_attempts=3
            )
    assert statuses(web)["videoZipRun0"] == statuses(web)["previewZipRu"] == "error"
    assert states(web)["modelZipRun0"] == "failed"


def test_models_that_could_be_drawn_stay_ready_while_they_are_read(web: Web) -> None:
    ready = {"modelChair00", "modelZipDone", "modelOther00"}
    with web.database.begin() as session:
        new = ordering.create_render(session, MAKER, "modelChair00", RenderSettings()).id
    read: set[str] = set()
    while (reading := claim(web, "inspect")) is not None:
        assert {model_id for model_id, state in states(web).items() if state == "ready"} >= ready
        if "modelZipDone" in reading.variants:  # reading it fails
            with web.database.begin() as session:
                failure = Failure("invalid_model", "It can't be read")
                scheduling.settle_error(session, reading, failure, retry=False, max_attempts=3)
        else:
            assert settle(web, reading)
            read |= reading.variants.keys()
        assert {model_id for model_id, state in states(web).items() if state == "ready"} >= ready
    assert read == {"modelChair00", "modelOther00", "modelZipRun0", "modelZipBad0", "modelDeleted"}
    with web.database.read() as session:
        known = session.scalars(select(Model.id).where(Model.contents.is_not(None)))
        assert set(known) == read
    drawn: set[str] = set()
    while (next_one := claim(web, "render")) is not None:
        drawn |= next_one.variants.keys()
    assert new in drawn


def test_a_second_upload_of_the_same_bytes_finds_the_model(web: Web) -> None:
    for row in ROWS["models"]:
        if row["deleted_at"] is not None:
            continue
        with web.database.begin() as session:
            again = uploads.register_upload(
                session, row["account_id"], original_name="again.glb", sha256=row["sha256"],
                file_size=row["file_size"], storage_key="models/again.glb", settings=RenderSettings(),
            )  # fmt: skip
        assert (again.duplicate, again.model_id) == (True, row["id"])
    expire_leases(web.database)
    sweep(web.database)
    finish(web)
    assert Counter(statuses(web).values()) == {"done": len(ROWS["renders"]) - 5 + 5, "error": 4, "failed": 1}


@pytest.mark.parametrize("render_id", ["videoError00", "videoDismiss", "partsError00", "videoZipBad0"])
@pytest.mark.parametrize("read_first", [False, True])
def test_a_render_in_error_may_be_tried_again(web: Web, render_id: str, read_first: bool) -> None:
    if read_first:
        while (reading := claim(web, "inspect")) is not None:
            assert settle(web, reading)
    before = web.balance()
    with web.database.begin() as session:
        price = session.get_one(Render, render_id).credits
        ordering.retry_render(session, MAKER, render_id)
    assert web.balance() == before - price
    with web.database.read() as session:
        charges = session.execute(
            select(LedgerEntry.kind, LedgerEntry.charge_number)
            .where(LedgerEntry.subject_id == render_id).order_by(LedgerEntry.id)
        ).all()  # fmt: skip
    assert [tuple(row) for row in charges] == [("charge", 1), ("refund", 1), ("charge", 2)]
    finish(web)
    assert statuses(web)[render_id] == "done"


def test_a_render_that_is_done_is_not_tried_again(web: Web) -> None:
    with pytest.raises(InvalidState), web.database.begin() as session:
        ordering.retry_render(session, MAKER, "videoDone000")


def test_a_render_that_waits_may_be_dismissed_cancelled_and_deleted(web: Web) -> None:
    with unit(web.database) as session:
        removal.cancel_render(session, MAKER, "partsRunning")
        removal.cancel_render(session, MAKER, "videoZipRun0")
        removal.delete_render(session, MAKER, "videoKeyed00")
        renders.dismiss_render(session, MAKER, "videoError00")
    finish(web)
    ended = statuses(web)
    assert (ended["partsRunning"], ended["videoZipRun0"], ended["videoError00"]) == ("error", "error", "failed")
    assert "videoKeyed00" not in ended


def test_a_deleted_overlay_stays_until_nothing_needs_it(web: Web) -> None:
    dropped: list[str] = []
    with unit(web.database, dropped) as session:
        discard_unneeded(session)
    assert dropped == []
    whole = held(web, "segment00023")
    assert whole.inputs == {"model": "models/fileChair00.glb", "overlayGone0": "overlays/overlayGone0"}
    assert settle(web, whole)
    with unit(web.database, dropped) as session:
        discard_unneeded(session)
    assert dropped == ["overlays/overlayGone0"]
    with web.database.read() as session:
        assert set(session.scalars(select(Overlay.id))) == {"overlayWall0", "overlayLogo0"}

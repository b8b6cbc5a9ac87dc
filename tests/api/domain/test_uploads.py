"""What an upload or an order creates: all of it together, or nothing."""

import contextlib
import dataclasses
import hashlib
import threading

import pytest
from sqlalchemy import func, select, update

from api import clock
from api.db.session import Database
from api.db.tables import Base, Lane, Model, OutboxMessage, Render, Segment, Task
from api.domain.accounts import ledger
from api.domain.catalog import catalog
from api.domain.renders import ordering, renders
from api.domain.renders.states import RenderStatus
from api.errors import ModelNotFound, NoCredits, RenderNotFound, UploadLimit
from renderer.spec import FrameSpec, RenderSettings, VideoVariant, plan_preview, plan_video
from tests.api.domain.support import SHARE, balance, claim, entries, get, run_at_once, sign_up, take_hints, upload

HD = RenderSettings(quality="standard", bg_color="#ff8800", length=4.7)


def count(database: Database, table: type[Base]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def order(database: Database, account_id: str, *orders: tuple[str, RenderSettings]) -> list[renders.RenderView]:
    with database.begin() as session:
        return ordering.create_renders(session, account_id, orders)


def test_an_upload_makes_a_model_a_free_preview_and_a_paid_render(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id, settings=HD)
    with database.read() as session:
        model = catalog.get_model(session, account_id, made.model_id)
        found = {render.is_system_preview: render for render in renders.renders_of_model(session, account_id, model.id)}
    assert (model.original_name, model.file_size, model.tags, made.duplicate) == ("chair.glb", 7, (), False)
    paid, preview = found[False], found[True]
    assert (paid.id, paid.status) == (made.render_id, RenderStatus.PENDING)
    assert paid.settings == HD.to_json()
    assert paid.progress == renders.Progress("queued", 0, 141, None)
    assert (preview.status, preview.settings["length"]) == (RenderStatus.PENDING, 2.4)
    assert entries(database, account_id) == {"grant": [10], "charge": [-4], "refund": []}
    assert balance(database, account_id) == 6


def test_the_rows_carry_the_plans_that_workers_execute(database: Database) -> None:
    upload(database, sign_up(database), settings=HD)
    first, second = claim(database), claim(database)
    assert first is not None
    assert second is not None
    for held, plan in ((first, plan_preview()), (second, plan_video(HD))):
        assert (held.kind, FrameSpec.from_json(held.spec)) == ("video", plan.frames)
        assert [VideoVariant.from_json(variant) for variant in held.variants.values()] == [plan.variant]
    assert (second.first_frame, second.frame_count) == (0, 70)  # a part of two


def test_the_same_bytes_again_make_a_charged_render_and_nothing_else(database: Database) -> None:
    account_id = sign_up(database)
    first, second = upload(database, account_id), upload(database, account_id)
    assert (second.model_id, second.duplicate) == (first.model_id, True)
    assert second.render_id != first.render_id
    assert (count(database, Model), count(database, Render)) == (1, 3)
    assert entries(database, account_id)["charge"] == [-1, -1]


def test_the_same_bytes_of_another_account_or_after_deletion_are_a_new_model(database: Database) -> None:
    account_id = sign_up(database)
    first = upload(database, account_id)
    assert not upload(database, sign_up(database)).duplicate
    with database.begin() as session:
        session.execute(update(Model).where(Model.id == first.model_id).values(deleted_at=clock.now()))
    again = upload(database, account_id)
    assert not again.duplicate
    assert again.model_id != first.model_id


def test_identical_uploads_at_once_make_one_model_and_one_preview(database: Database) -> None:
    account_id = sign_up(database)
    barrier, made = threading.Barrier(4), []

    def work() -> None:
        barrier.wait()
        made.append(upload(database, account_id))

    run_at_once(work, 4)
    assert len({registered.model_id for registered in made}) == 1
    assert sorted(registered.duplicate for registered in made) == [False, True, True, True]
    assert (count(database, Model), count(database, Render), balance(database, account_id)) == (1, 5, 6)


def test_the_same_bytes_sent_while_their_model_is_deleted_find_it_or_make_another(database: Database) -> None:
    account_id = sign_up(database, credits=100)
    known, made = upload(database, account_id), []
    acts = iter(["delete", "upload"] * 6)

    def work() -> None:
        if next(acts) == "upload":
            made.append(upload(database, account_id))
        else:
            with database.begin() as session, contextlib.suppress(ModelNotFound):
                live = catalog.find_by_sha256(session, account_id, hashlib.sha256(b"a chair").hexdigest())
                catalog.delete_model(session, account_id, live or known.model_id)

    run_at_once(work, 12)
    assert len(made) == 6
    with database.read() as session:
        assert session.scalar(select(func.count()).where(Model.deleted_at.is_(None))) in (0, 1)


def test_without_credits_an_upload_leaves_nothing_behind(database: Database) -> None:
    account_id = sign_up(database, credits=3)
    with pytest.raises(NoCredits):
        upload(database, account_id, settings=HD)
    assert [count(database, table) for table in (Model, Task, Render, Segment, Lane, OutboxMessage)] == [0] * 6
    assert balance(database, account_id) == 3


def test_free_accounts_upload_up_to_the_limit_and_buyers_any_number(database: Database) -> None:
    account_id = sign_up(database)
    for content in "ab":
        upload(database, account_id, content, limit=2)
    with pytest.raises(UploadLimit):
        upload(database, account_id, "c", limit=2)
    assert upload(database, account_id, "a", limit=2).duplicate  # no new model, so no limit
    assert (count(database, Model), balance(database, account_id)) == (2, 7)
    with database.begin() as session:
        ledger.grant(session, account_id, 1)
    upload(database, account_id, "c", limit=2)


def test_uploads_at_once_do_not_slip_past_the_limit(database: Database) -> None:
    account_id = sign_up(database)
    barrier, refused, names = threading.Barrier(4), [], iter("abcd")

    def work() -> None:
        name = next(names)
        barrier.wait()
        try:
            upload(database, account_id, name, limit=2)
        except UploadLimit as error:
            refused.append(error)

    run_at_once(work, 4)
    assert (count(database, Model), len(refused)) == (2, 2)


def test_an_order_is_charged_and_announced(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload(database, account_id).model_id
    assert take_hints(database) == ["inspect", "render"]  # those of the upload
    [view] = order(database, account_id, (model_id, HD))
    assert view == get(database, account_id, view.id)
    assert take_hints(database) == ["render"]
    assert balance(database, account_id) == 5


def test_orders_of_one_call_share_a_shot_where_frames_are_equal(database: Database) -> None:
    account_id = sign_up(database, credits=100)
    models = [upload(database, account_id, content).model_id for content in "ab"]
    shots_before = count(database, Task)
    black = dataclasses.replace(SHARE, bg_color="#000000")
    tall = dataclasses.replace(SHARE, aspect="9:16")
    views = order(
        database, account_id, (models[0], SHARE), (models[1], SHARE), (models[0], black), (models[0], tall)
    )
    assert [(view.model_id, view.settings) for view in views] == [
        (models[0], SHARE.to_json()), (models[1], SHARE.to_json()), (models[0], black.to_json()),
        (models[0], tall.to_json()),
    ]  # fmt: skip
    assert count(database, Task) == shots_before + 3
    with database.read() as session:
        shot_of = dict(session.execute(select(Render.id, Render.task_id)).all())
    assert shot_of[views[0].id] == shot_of[views[2].id]
    assert entries(database, account_id)["charge"][2:] == [-1] * 4


def test_orders_of_one_call_are_paid_together_or_not_at_all(database: Database) -> None:
    account_id = sign_up(database, credits=6)
    model_id = upload(database, account_id).model_id
    renders_before = count(database, Render)
    with pytest.raises(NoCredits):
        order(database, account_id, (model_id, SHARE), (model_id, HD), (model_id, SHARE))
    with pytest.raises(ModelNotFound):
        order(database, account_id, (model_id, SHARE), ("AbsentModel1", SHARE))
    assert (count(database, Render), balance(database, account_id)) == (renders_before, 5)


def test_of_two_batches_at_once_that_cannot_both_be_paid_one_is_created_whole(database: Database) -> None:
    account_id = sign_up(database, credits=6)
    model_id = upload(database, account_id).model_id
    before, refused, barrier = count(database, Render), [], threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        try:
            order(database, account_id, *[(model_id, SHARE)] * 3)
        except NoCredits as error:
            refused.append(error)

    run_at_once(work, 2)
    assert (count(database, Render), len(refused), balance(database, account_id)) == (before + 3, 1, 2)
    assert entries(database, account_id)["charge"] == [-1] * 4


def test_what_belongs_to_others_or_is_not_there_is_not_found(database: Database) -> None:
    owner, stranger = sign_up(database), sign_up(database)
    made = upload(database, owner)
    with database.begin() as session:
        for model_id in (made.model_id, "AbsentModel1", "", "../../etc", "\0" * 12, "\ud800" * 12):
            with pytest.raises(ModelNotFound):
                catalog.get_model(session, stranger, model_id)
            with pytest.raises(ModelNotFound):
                ordering.create_render(session, stranger, model_id, SHARE)
        for render_id in (made.render_id, "AbsentRender", "", "\0" * 12, "\ud800" * 12):
            with pytest.raises(RenderNotFound):
                renders.get_render(session, stranger, render_id)
        assert renders.renders_of_model(session, stranger, made.model_id) == []


def test_a_deleted_model_is_not_found_but_its_renders_are(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    with database.begin() as session:
        session.execute(update(Model).values(deleted_at=clock.now()))
    with database.read() as session:
        with pytest.raises(ModelNotFound):
            catalog.get_model(session, account_id, made.model_id)
        assert renders.get_render(session, account_id, made.render_id).id == made.render_id

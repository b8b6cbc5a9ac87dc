"""A farm of the first schema is brought to the newest: nothing is lost, nothing is stuck, nothing looks different."""

import contextlib
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from api.db.session import Database
from api.db.tables import Account, LedgerEntry, Model, Overlay, Render, Segment, Task
from api.domain.accounts import ledger
from api.domain.kit.failures import Failure
from api.domain.kit.files import FileView, files_view
from api.domain.removal.leftovers import unneeded
from api.domain.removal.overlays import discard_unneeded
from api.domain.renders import ordering, removal, renders, uploads
from api.domain.work import claims, results, scheduling
from api.domain.work.claims import Claim
from api.domain.work.outcomes import outcomes_of
from api.domain.work.states import Role
from api.domain.work.tasks import Priority
from api.errors import InvalidState
from api.settings import Settings
from api.storage.open import open_storage
from renderer.spec import DatasetSpec, FrameSpec, ImageVariant, RenderSettings, VideoVariant
from tests.api.db.first_schema import ANSWERS, KEYED_ORDER, RENDERS, ROWS, TOKENS, content, fill, store_files
from tests.api.domain.support import expire_leases, sweep, unit
from tests.support.postgres import PostgresServer
from tests.support.web import Web

ROOT = Path(__file__).resolve().parents[3]

MAKER, OTHER = "accountMaker", "accountOther"
TOKEN_OF = {MAKER: TOKENS["maker"], OTHER: TOKENS["other"]}
ENDED = ("done", "error", "failed")
OUTPUTS = {"video": ("video", "thumb"), "image": ("image", "thumb"), "dataset": ("dataset",)}
"""What a worker makes, besides the posters, by the task's kind."""

PATHS = {
    "video": "video", "web": "video?quality=web", "image": "image", "dataset": "dataset", "thumb": "thumb",
    "poster": "poster", "poster_full": "poster?quality=full",
}  # fmt: skip
"""Where the API has a render's file, by the file's name."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def carried_over(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the migrated database, to be copied."""
    with contextlib.ExitStack() as held:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/old.sqlite3"
        else:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            url = held.enter_context(server.database())
        fill(url)
        database = Database(url)
        database.migrate()
        database.dispose()
        yield url


@pytest.fixture
def url(carried_over: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database of the test's own."""
    if carried_over.startswith("sqlite"):
        copied = shutil.copy(carried_over.removeprefix("sqlite:///"), tmp_path / "pirouette.sqlite3")
        yield f"sqlite:///{copied}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.database(like=carried_over) as copy:
            yield copy


@pytest.fixture
def web(url: str, tmp_path: Path) -> Iterator[Web]:
    """The farm after the migration, its first account asking."""
    settings = Settings(data_dir=tmp_path / "data")
    store_files(settings.files_dir)
    database = Database(url)
    yield Web(database, open_storage(settings), settings, MAKER, TOKENS["maker"])
    database.dispose()


def claim(web: Web, *queues: str) -> Claim | None:
    with web.database.begin() as session:
        return claims.claim(session, worker="new", queues=queues, lease_seconds=60)


def held(web: Web, segment_id: str) -> Claim:
    """The claim of the worker that was at the segment when the farm was stopped."""
    with web.database.begin() as session:
        segment = session.get_one(Segment, segment_id)
        task = session.get_one(Task, segment.task_id)
        [outcome] = outcomes_of(task.kind)
        variants = outcome.begun(session, task.id)
        return Claim(
            segment.id, segment.attempt, segment.queue, Priority(segment.priority), Role(segment.role), task.id,
            task.kind, task.inputs, task.spec, segment.first_frame, segment.frame_count, variants,
            results.read(session, variants), (),
        )  # fmt: skip


def settle(web: Web, done: Claim) -> bool:
    """Does what the claim asks for, from files that must be there; False if the claim was lost."""
    for key in [*done.inputs.values(), *(file.key for part in done.parts for file in part.files.values())]:
        web.storage.stat(key)
    if done.kind == "inspect":
        [model_id] = done.variants
        converted = {"model": _stored(web, f"models/{model_id}/{done.attempt}/model.glb")}
        files = {model_id: converted if done.inputs["model"].endswith(".zip") else {}}
        with web.database.begin() as session:
            return scheduling.settle_done(session, done, files, {"animations": [], "variants": [], "warnings": []})
    assert done.inputs["model"].endswith(".glb")
    _read_specs(done)
    if done.role == Role.PART:
        with web.database.begin() as session:
            return scheduling.settle_part(session, done, {"part": _stored(web, f"{done.part_prefix}part")})
    if done.role == Role.ASSEMBLY:
        assert sum(part.frame_count for part in done.parts) == done.frame_count
        assert all(part.files for part in done.parts)
    made = (*OUTPUTS[done.kind], "poster", "poster_full")
    files = {
        render_id: {name: _stored(web, f"{done.output_prefix(render_id)}{name}") for name in made}
        for render_id in done.variants
    }
    with web.database.begin() as session:
        return scheduling.settle_done(session, done, files)


def _stored(web: Web, key: str) -> FileView:
    with web.storage.writer(key) as writer:
        writer.write(b"made")
    stored = web.storage.stat(key)
    return FileView(key, stored.size, stored.etag, "video/mp4")


def _read_specs(of: Claim) -> None:
    """Specs and variants are read, and say what they said when they were stored."""
    if of.kind == "dataset":
        dataset = DatasetSpec.from_json(of.spec)
        assert dataset.views >= of.frame_count
        return
    frames = FrameSpec.from_json(of.spec)
    assert frames.frame_count >= of.frame_count
    for variant in of.variants.values():
        known = ImageVariant.from_json(variant) if of.kind == "image" else VideoVariant.from_json(variant)
        assert known.backdrop.color == variant["backdrop"]["color"]


def finish(web: Web) -> None:
    """All that can be done is done."""
    while (next_one := claim(web, "inspect", "render")) is not None:
        assert settle(web, next_one)


def statuses(web: Web) -> dict[str, str]:
    with web.database.read() as session:
        return {row.id: row.status for row in session.execute(select(Render.id, Render.status))}


def states(web: Web) -> dict[str, str]:
    with web.database.read() as session:
        return {row.id: row.state for row in session.execute(select(Model.id, Model.state))}


def test_balances_are_the_sums_of_entries_that_name_their_renders(web: Web) -> None:
    with web.database.read() as session:
        entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
        credits = {row.id: row.credits for row in session.execute(select(Account.id, Account.credits))}
    for entry, old in zip(entries, ROWS["ledger"], strict=True):
        render_id = old["render_id"]
        assert {name: getattr(entry, name) for name in ("account_id", "kind", "amount", "source", "note")} == {
            name: old[name] for name in ("account_id", "kind", "amount", "source", "note")
        }
        expected = (None, None, None) if render_id is None else ("render", render_id, 1)
        assert (entry.subject_kind, entry.subject_id, entry.charge_number) == expected
        assert f"{entry.created_at:%Y-%m-%d %H:%M:%S}" == old["created_at"]
    sums: Counter[str] = Counter()
    for entry in entries:
        sums[entry.account_id] += entry.amount
    assert credits == dict(sums) == {row["id"]: row["credits"] for row in ROWS["accounts"]}


def test_the_ledger_goes_on_and_is_still_append_only(web: Web) -> None:
    with web.database.begin() as session:
        ledger.grant(session, MAKER, 5)
    with web.database.read() as session:
        assert len(session.scalars(select(LedgerEntry.id)).all()) == len(ROWS["ledger"]) + 1
    with pytest.raises(DBAPIError, match="append-only"), web.database.begin() as session:
        session.execute(text("DELETE FROM ledger"))


def test_renders_and_previews_are_counted_as_before(web: Web) -> None:
    def counts() -> dict[str, tuple[int, int]]:
        with web.database.read() as session:
            rows = session.execute(select(Account.id, Account.render_count, Account.preview_count))
            return {row.id: (row.render_count, row.preview_count) for row in rows}

    previews = Counter(row["account_id"] for row in ROWS["renders"] if row["is_system_preview"])
    paid = Counter(row["account_id"] for row in ROWS["renders"] if not row["is_system_preview"])
    assert counts() == {account: (paid[account], previews[account]) for account in (MAKER, OTHER)}
    with web.database.begin() as session:
        ordering.create_render(session, MAKER, "modelChair00", RenderSettings())
    with unit(web.database) as session:
        removal.delete_render(session, MAKER, "previewChair")
    assert counts()[MAKER] == (paid[MAKER] + 1, previews[MAKER] - 1)


def test_the_api_answers_as_before(web: Web) -> None:
    expected = {render_id: dict(shown) for render_id, shown in RENDERS.items()}
    # whoever was about to convert the ZIP himself has no more to do with it
    expected["previewZipRu"] |= {
        "status": "pending", "progress": expected["videoZipRun0"]["progress"] | {"framesTotal": 24}
    }
    for row in ROWS["renders"]:
        answer = web.get(f"/v1/renders/{row['id']}", token=TOKEN_OF[row["account_id"]])
        assert answer.json() == {"data": expected[row["id"]]}
    for path, answered in ANSWERS.items():
        now = web.get(path, token=TOKENS["other"] if "archived" in path else TOKENS["maker"]).json()
        if path.startswith("/v1/renders"):
            assert now == answered | {"data": [expected[render_id] for render_id in answered["data"]]}
        else:
            assert _without_news(now, answered) == answered, path


def _without_news(now: Any, before: Any) -> Any:
    """`now` without the fields that answers did not have then."""
    if isinstance(before, dict):
        return {key: _without_news(now[key], value) for key, value in before.items()}
    if isinstance(before, list):
        assert len(now) == len(before)
        return [_without_news(one, other) for one, other in zip(now, before, strict=True)]
    return now


def test_every_file_can_be_downloaded(web: Web) -> None:
    for row in ROWS["renders"]:
        for name, file in row["files"].items():
            answer = web.get(f"/v1/renders/{row['id']}/{PATHS[name]}", token=TOKEN_OF[row["account_id"]])
            assert answer.status_code == 200, (row["id"], name, answer.text)
            assert answer.content == content(file["key"], file["size"])
            assert answer.headers["etag"] == f'"{file["etag"]}"'
            assert answer.headers["content-type"] == file["content_type"]


def test_what_is_shared_is_open_to_everybody(web: Web) -> None:
    for row in ROWS["renders"]:
        answer = web.get(f"/api/v/{row['account_id']}/{row['id']}/video", token=None)
        if row["shared_at"] is None:
            assert answer.status_code == 404
        else:
            assert answer.content == content(row["files"]["video"]["key"], row["files"]["video"]["size"])


def test_tokens_open_the_same_doors(web: Web) -> None:
    assert web.get("/v1/account").json()["data"]["id"] == MAKER
    assert web.get("/v1/account", token=TOKENS["other"]).json()["data"]["id"] == OTHER
    assert web.get("/v1/account", token=TOKENS["revoked"]).status_code == 401


def test_a_repeated_order_of_before_gets_its_answer_and_costs_nothing(web: Web) -> None:
    again = web.post("/v1/renders", json=KEYED_ORDER, headers={"Idempotency-Key": "order-1"})
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    [kept] = ROWS["idempotency_keys"]
    assert again.text == kept["body"]
    assert web.balance() == next(row["credits"] for row in ROWS["accounts"] if row["id"] == MAKER)


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


def test_there_is_no_way_back_for_a_farm_that_has_accounts(
    web: Web, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIROUETTE_DATABASE_URL", url)
    with pytest.raises(ValueError, match="restore a backup"):
        alembic.command.downgrade(alembic.config.Config(toml_file=ROOT / "pyproject.toml"), "0001")
    assert web.get("/v1/account").status_code == 200

"""A shot in parts: several workers draw it, what they made is joined once, and it fails or is lost as one."""

import dataclasses
import threading

import pytest
from sqlalchemy import func, select

from api.db.session import Database
from api.db.tables import Render, Segment, Task
from api.domain.kit.files import FileView
from api.domain.renders import ordering, plans, removal, renders
from api.domain.renders.renders import RenderView
from api.domain.work import leftovers, scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from renderer.spec import RenderSettings
from tests.api.domain.support import (
    LEASE,
    balance,
    claim,
    claimed,
    entries,
    expire_leases,
    fail,
    files,
    get,
    part_files,
    run_at_once,
    settle,
    sign_up,
    stored_files,
    sweep,
    unit,
    upload,
    waiting_lanes,
)  # fmt: skip

LONG = RenderSettings(quality="standard", length=4)
"""120 frames in two parts."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ordered:
    database: Database
    account_id: str
    render_id: str

    @property
    def view(self) -> RenderView:
        return get(self.database, self.account_id, self.render_id)

    @property
    def files(self) -> dict[str, FileView]:
        return stored_files(self.database, self.account_id, self.render_id)

    @property
    def status(self) -> str:
        return self.view.status


@pytest.fixture
def ordered(database: Database) -> Ordered:
    """A paid render of two parts, its preview out of the way."""
    account_id = sign_up(database)
    render_id = upload(database, account_id, settings=LONG).render_id
    settle(database, claimed(database))
    return Ordered(database, account_id, render_id)


def beat(database: Database, held: Claim, frames_done: int, stage: str = "drawing") -> bool:
    with database.begin() as session:
        return scheduling.heartbeat(session, held, lease_seconds=LEASE, stage=stage, frames_done=frames_done)


def store_posters(database: Database, held: Claim) -> None:
    with database.begin() as session:
        assert scheduling.publish(session, held, files(held, "poster"))


def count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ({}, 1), ({"length": 30.0}, 4), ({"quality": "standard", "length": 12.0}, 8), ({"quality": "4k"}, 6),
        ({"quality": "4k", "length": 3.0}, 3), ({"quality": "standard", "length": 3.0}, 2),
    ],
)  # fmt: skip
def test_long_and_large_videos_have_parts(settings: dict[str, object], parts: int) -> None:
    assert plans.WORK["video"](RenderSettings(**settings)).parts == parts  # type: ignore[arg-type]


def test_the_parts_cover_all_frames_once_and_are_claimed_from_the_front(database: Database) -> None:
    upload(database, sign_up(database, credits=100), settings=RenderSettings(quality="4k", length=3.5))
    settle(database, claimed(database))
    runs = []
    while (held := claim(database)) is not None:
        assert held.role == Role.PART
        runs.append((held.first_frame, held.frame_count))
    assert runs == [(0, 35), (35, 35), (70, 35)]


def test_a_render_in_parts_goes_through_all_its_states(ordered: Ordered) -> None:
    database = ordered.database
    first, second = claimed(database, "one"), claimed(database, "two")
    assert claim(database) is None
    assert ordered.status == "poster-processing"
    store_posters(database, first)
    assert ordered.status == "poster-done"
    assert beat(database, second, 10)
    assert ordered.status == "video-processing"
    assert settle(database, second)
    assert claim(database) is None
    assert settle(database, first)
    assembly = claimed(database)
    assert (assembly.role, list(assembly.variants)) == (Role.ASSEMBLY, [ordered.render_id])
    assert [(part.first_frame, part.frame_count, part.files) for part in assembly.parts] == [
        (0, 60, part_files(first)), (60, 60, part_files(second)),
    ]  # fmt: skip
    assert assembly.files == {ordered.render_id: ordered.files} == files(first, "poster")
    assert ordered.status == "video-processing"
    assert settle(database, assembly)
    assert (ordered.status, balance(database, ordered.account_id)) == ("done", 6)
    assert claim(database) is None


def test_progress_counts_the_frames_of_all_parts(ordered: Ordered) -> None:
    database = ordered.database
    first, second = claimed(database), claimed(database)
    beat(database, first, 0, "loading")
    assert (ordered.view.progress.stage, ordered.view.progress.frames_done) == ("loading", 0)
    beat(database, first, 20)
    beat(database, second, 0, "loading")
    progress = ordered.view.progress
    assert (progress.stage, progress.frames_done, progress.frames_total) == ("drawing", 20, 120)
    assert progress.seconds_left is not None
    settle(database, first)
    beat(database, second, 30)
    assert ordered.view.progress.frames_done == 90
    settle(database, second)
    assembly = claimed(database)
    beat(database, assembly, 0, "encoding")
    assert (ordered.view.progress.stage, ordered.view.progress.frames_done) == ("encoding", 120)
    settle(database, assembly)
    assert ordered.view.progress == renders.Progress("done", 120, 120, None)


def test_a_lost_part_alone_is_drawn_again(ordered: Ordered) -> None:
    database = ordered.database
    first = claimed(database)
    store_posters(database, first)
    settle(database, first)
    lost = claimed(database, "dead")
    expire_leases(database)
    [back] = sweep(database)
    assert back.again
    assert lost.part_prefix in back.leftovers
    assert first.part_prefix not in back.leftovers
    assert (ordered.status, set(ordered.files)) == ("poster-done", {"poster"})
    assert not settle(database, lost)
    again = claimed(database)
    assert (again.first_frame, again.attempt) == (60, 2)
    settle(database, again)
    assembly = claimed(database)
    assert [part.files["video"].key for part in assembly.parts] == [
        first.part_prefix + "video.mp4", again.part_prefix + "video.mp4",
    ]  # fmt: skip


def test_the_posters_go_with_the_attempt_that_made_them(ordered: Ordered) -> None:
    database = ordered.database
    first, second = claimed(database), claimed(database)
    store_posters(database, first)
    assert beat(database, second, 10)
    assert fail(database, first, retry=True)
    assert (ordered.status, ordered.files) == ("poster-processing", {})
    assert fail(database, second, retry=True)
    assert (ordered.status, ordered.view.progress.stage) == ("pending", "queued")


def test_an_assembly_that_is_lost_is_made_again_of_the_same_parts(ordered: Ordered) -> None:
    database = ordered.database
    for _ in range(2):
        settle(database, claimed(database))
    lost = claimed(database)
    expire_leases(database)
    [back] = sweep(database)
    assert back.again
    assert not [prefix for prefix in back.leftovers if lost.parts[0].files["video"].key.startswith(prefix)]
    again = claimed(database)
    assert (again.role, again.attempt, again.parts) == (Role.ASSEMBLY, 2, lost.parts)
    assert settle(database, again)
    assert ordered.status == "done"


def test_a_part_that_cant_be_drawn_ends_the_render_once_and_stops_the_others(ordered: Ordered) -> None:
    database = ordered.database
    first, second = claimed(database), claimed(database)
    assert fail(database, first, "ffmpeg died", retry=False)
    assert (ordered.status, ordered.view.error_message) == ("error", "ffmpeg died")
    assert not beat(database, second, 10)
    assert not settle(database, second)
    assert not fail(database, second)
    assert claim(database) is None
    assert waiting_lanes(database) == 0
    assert entries(database, ordered.account_id) == {"grant": [10], "charge": [-4], "refund": [4]}
    expire_leases(database)
    assert sweep(database) == []


def test_a_part_that_fails_takes_the_parts_with_it_that_wait(ordered: Ordered) -> None:
    database = ordered.database
    for _ in range(3):
        expire_leases(database)
        sweep(database)
        assert claimed(database).first_frame == 0
    expire_leases(database)
    [back] = sweep(database)
    assert not back.again
    assert ordered.status == "error"
    assert (claim(database), balance(database, ordered.account_id)) == (None, 10)


def test_parts_that_end_at_once_make_one_assembly_pending(ordered: Ordered) -> None:
    database = ordered.database
    held = [claimed(database), claimed(database)]

    def end() -> None:
        assert settle(database, held.pop())

    run_at_once(end, 2)
    assert claimed(database).role == Role.ASSEMBLY
    assert claim(database) is None


def test_parts_that_fail_at_once_refund_once(database: Database) -> None:
    account_id = sign_up(database, credits=100)
    model_id = upload(database, account_id).model_id
    while (held := claim(database)) is not None:
        settle(database, held)
    for turn in range(5):
        with database.begin() as session:
            ordering.create_render(session, account_id, model_id, dataclasses.replace(LONG, rotate_y=turn))
        held_parts = [claimed(database), claimed(database)]
        barrier = threading.Barrier(2)

        def end(barrier: threading.Barrier = barrier, held_parts: list[Claim] = held_parts) -> None:
            barrier.wait()
            fail(database, held_parts.pop())

        run_at_once(end, 2)
    assert balance(database, account_id) == 99
    assert claim(database) is None


def test_a_render_that_is_deleted_takes_all_its_parts_with_it(ordered: Ordered) -> None:
    database = ordered.database
    first = claimed(database)
    with unit(database) as session:
        removal.delete_render(session, ordered.account_id, ordered.render_id)
    assert not beat(database, first, 10)
    assert not settle(database, first)
    assert claim(database) is None
    left = [count(database, table) for table in (Render, Task, Segment)]
    assert (left, waiting_lanes(database)) == ([1, 2, 2], 0)  # the preview's, and the inspection
    assert balance(database, ordered.account_id) == 10
    with database.read() as session:
        assert leftovers.of_claim(session, first) == [
            first.output_prefix(ordered.render_id), first.part_prefix, f"tasks/{first.task_id}/",
        ]  # fmt: skip


def test_parts_that_nobody_claimed_are_paid_back(ordered: Ordered) -> None:
    with unit(ordered.database) as session:
        removal.delete_render(session, ordered.account_id, ordered.render_id)
    assert (claim(ordered.database), balance(ordered.database, ordered.account_id)) == (None, 10)
    assert waiting_lanes(ordered.database) == 0


def test_the_files_of_parts_are_kept_until_they_are_joined(ordered: Ordered) -> None:
    database = ordered.database

    def stale(held: Claim) -> list[str]:
        with database.read() as session:
            return leftovers.of_claim(session, held)

    first, second = claimed(database), claimed(database)
    settle(database, first)
    settle(database, second)
    assert stale(first) == stale(second) == []
    assembly = claimed(database)
    assert stale(assembly) == [assembly.output_prefix(ordered.render_id)]
    settle(database, assembly)
    assert stale(assembly) == [f"tasks/{assembly.task_id}/"]

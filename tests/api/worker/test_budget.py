"""How long an order may take follows from what was ordered, and only the child's own time counts."""

from collections.abc import Callable

import pytest

from api.domain.kit.failures import STALLED, TOO_COSTLY
from api.domain.work import outcomes
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.domain.work.tasks import Priority
from api.worker.messages import Frames, Report, Stage, Waited
from api.worker.parent import budget
from api.worker.parent.budget import LEAST_S, PATIENCE, Watch, budget_s
from api.worker.parent.orders import GivenUp
from renderer.spec import Angle, DatasetSpec, FrameSpec, PictureSpec, StillsSpec

BUDGET_S, STALL_S = 100.0, 20.0
TICK_S = 0.5

FRAMES = FrameSpec(1920, 1080, 180).to_json()


def claim_for(kind: str = "video", spec: dict[str, object] = FRAMES, frame_count: int = 180, owners: int = 1) -> Claim:
    return Claim(
        segment_id="s", attempt=1, queue="render", priority=Priority.PAID, role=Role.WHOLE, task_id="t", kind=kind,
        inputs={}, spec=spec, first_frame=0, frame_count=frame_count,
        variants={f"r{number}": {} for number in range(owners)}, files={}, parts=(),
    )  # fmt: skip


@pytest.mark.parametrize("kind", [*outcomes.KINDS, "unknown"])
def test_the_smallest_order_has_two_minutes(kind: str) -> None:
    stills = StillsSpec(FrameSpec(2, 2, 1), (Angle(),)).to_json()
    frame = FrameSpec(2, 2, 1)
    specs = {
        "dataset": DatasetSpec(1, 2).to_json(), "stills": stills, "thumbnail": stills,
        "picture": PictureSpec(frame, 0).to_json(),
    }  # fmt: skip
    assert budget_s(claim_for(kind, specs.get(kind, frame.to_json()), 1), software=False) >= LEAST_S == 120


def test_a_spec_that_nobody_knows_has_a_budget_too() -> None:
    assert budget_s(claim_for(spec={"version": 99}), software=True) >= LEAST_S


@pytest.mark.parametrize("software", [True, False])
def test_more_frames_larger_frames_and_more_owners_have_more(software: bool) -> None:
    plain = budget_s(claim_for(), software=software)
    large = FrameSpec(3840, 2160, 180).to_json()
    for dearer in (claim_for(frame_count=360), claim_for(spec=large), claim_for(owners=5)):
        assert budget_s(dearer, software=software) > plain


def test_the_standard_job_has_ten_times_of_what_it_takes() -> None:
    """13 s on two cores without a GPU: see tests/benchmarks/README.md."""
    assert PATIENCE == 10
    assert 130 <= budget_s(claim_for(), software=True) <= 1300
    assert budget_s(claim_for(), software=False) <= budget_s(claim_for(), software=True)


class Clock:
    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        patch.setattr(budget, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def watch(clock: Clock) -> Watch:
    return Watch(BUDGET_S, STALL_S, lambda: 0.0)


def go_on(clock: Clock, watch: Watch, seconds: float, say: Callable[[], Report | None] = lambda: None) -> None:
    """The child says the same at each tick."""
    for _ in range(round(seconds / TICK_S)):
        clock.now += TICK_S
        if (report := say()) is not None:
            watch.hear(report)
        watch.check()


def frame() -> Report:
    return Frames(done=1)


def test_a_child_that_draws_and_says_nothing_stands_still(clock: Clock, watch: Watch) -> None:
    watch.hear(Stage(name="drawing"))
    go_on(clock, watch, STALL_S)
    with pytest.raises(GivenUp, match="stood still") as given_up:
        go_on(clock, watch, 1)
    assert (given_up.value.code, given_up.value.failed.retry) == (STALLED, True)


def test_a_child_that_never_says_anything_stands_still(clock: Clock, watch: Watch) -> None:
    with pytest.raises(GivenUp, match="stood still"):
        go_on(clock, watch, STALL_S + 1)


def test_on_a_machine_that_others_keep_busy_a_silent_frame_has_more_time(clock: Clock) -> None:
    watch = Watch(BUDGET_S, STALL_S, lambda: 0.75)
    go_on(clock, watch, 4 * STALL_S)
    with pytest.raises(GivenUp, match="stood still"):
        go_on(clock, watch, 4)


def test_a_child_that_gets_nothing_of_the_machine_is_not_waited_for_without_end(clock: Clock) -> None:
    watch = Watch(100 * BUDGET_S, STALL_S, lambda: 5.0)
    go_on(clock, watch, PATIENCE * STALL_S - 1)
    with pytest.raises(GivenUp, match="stood still"):
        go_on(clock, watch, 2 * PATIENCE)


def test_a_report_ends_a_silence_that_was_shared(clock: Clock) -> None:
    watch = Watch(BUDGET_S, STALL_S, lambda: 0.5)
    for _ in range(2):
        go_on(clock, watch, 1.5 * STALL_S)
        watch.hear(frame())


def test_a_long_load_is_no_standstill_but_has_a_budget(clock: Clock, watch: Watch) -> None:
    def loading() -> Report:
        return Stage(name="loading")

    go_on(clock, watch, BUDGET_S, loading)
    with pytest.raises(GivenUp, match="Too costly") as given_up:
        go_on(clock, watch, 1, loading)
    assert (given_up.value.code, given_up.value.failed.retry) == (TOO_COSTLY, False)


def test_frames_without_end_are_too_costly(clock: Clock, watch: Watch) -> None:
    watch.hear(Stage(name="drawing"))
    go_on(clock, watch, BUDGET_S, frame)
    with pytest.raises(GivenUp, match=r"Too costly to draw: it was not done after 1\.7 minutes"):
        go_on(clock, watch, 1, frame)


def test_time_in_which_others_go_first_does_not_count(clock: Clock, watch: Watch) -> None:
    watch.hear(Stage(name="drawing"))
    go_on(clock, watch, 1.8 * BUDGET_S, lambda: Waited(seconds=TICK_S / 2))


def test_a_child_that_says_it_only_ever_waited_has_twice_the_time(clock: Clock, watch: Watch) -> None:
    watch.hear(Stage(name="drawing"))
    with pytest.raises(GivenUp, match="Too costly"):
        go_on(clock, watch, 2 * BUDGET_S + 1, lambda: Waited(seconds=3600))


def test_what_this_process_stands_still_or_stores_is_no_time_of_the_child(clock: Clock, watch: Watch) -> None:
    watch.hear(Stage(name="drawing"))
    for _ in range(5):
        clock.now += 3600
        watch.check()


def test_the_message_says_what_to_do(clock: Clock, watch: Watch) -> None:
    with pytest.raises(GivenUp, match=r"Too costly to read: .* Use a simpler model.* or order fewer or smaller frames"):
        go_on(clock, watch, BUDGET_S + 1, lambda: Stage(name="loading"))

"""How fast a child works is counted, whatever words the child says."""

import re
from pathlib import Path

import pytest

from api import counts
from api.counts import minus
from api.worker.messages import Frames, Stage
from api.worker.parent import pace
from api.worker.parent.pace import Pace


def test_stages_and_frames_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(pace, "monotonic", lambda: now)
    before = counts.snapshot()
    order = Pace("toy", 10)
    for at, report in (
        (101.0, Stage(name="loading")), (103.0, Stage(name="drawing")), (107.0, Frames(done=4)),
        (107.0, Stage(name="drawing")), (107.0, Frames(done=3)), (110.0, Frames(done=999)), (111.0, Stage(name="x")),
    ):  # fmt: skip
        now = at
        order.hear(report)
    now = 111.5
    order.end()
    since = minus(counts.snapshot(), before)
    sums = {key.removeprefix(f"toy{counts.SEPARATOR}"): cell[0] for key, cell in since["segment_seconds"].items()}
    assert sums == {"starting": 1, "loading": 2, "drawing": 8, "other": 0.5}
    assert since["frames"]["toy"] == [10]
    [total, *buckets] = since["frame_seconds"]["toy"]
    assert (total, sum(buckets)) == (7, 10)


def test_every_stage_that_our_code_names_is_told_apart() -> None:
    root = Path(__file__).parents[3]
    files = (file for folder in ("renderer", "api/worker") for file in (root / folder).rglob("*.py"))
    named = {word for file in files for word in re.findall(r'\bon_stage\("(\w+)"\)', file.read_text())}
    assert len(named) > 5
    assert named <= pace.STAGES

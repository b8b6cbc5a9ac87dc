"""How fast a child works: its reports -> counts of frames, and of the time that stages and frames take."""

from time import monotonic

from api import counts
from api.worker.messages import Frames, Report, Stage

STAGES = frozenset({
    "loading", "lighting", "drawing", "encoding", "checking", "generating", "optimising", "comparing", "converting",
})  # fmt: skip
"""Those that are told apart. A child may have read a stranger's file, and say any word."""
OTHER = "other"
STARTING = "starting"
"""What comes before the first of them."""


class Pace:
    """Hears an order's reports from its start to its end."""

    def __init__(self, kind: str, frame_count: int) -> None:
        self._kind = kind
        self._frame_count = frame_count
        self._stage = STARTING
        self._since = self._frame_at = monotonic()
        self._frames = 0

    def hear(self, report: Report) -> None:
        match report:
            case Stage(name=name):
                self._enter(name if name in STAGES else OTHER)
            case Frames(done=done):
                self._drawn(min(done, self._frame_count))

    def _enter(self, stage: str) -> None:
        if stage != self._stage:  # else it says so again: it goes on
            self.end()
            self._stage, self._since, self._frame_at = stage, monotonic(), monotonic()

    def end(self) -> None:
        """The stage is over."""
        counts.observe("segment_seconds", monotonic() - self._since, kind=self._kind, stage=self._stage)

    def _drawn(self, frames: int) -> None:
        new, now = frames - self._frames, monotonic()
        if new > 0:
            counts.add("frames", new, kind=self._kind)
            counts.observe("frame_seconds", (now - self._frame_at) / new, new, kind=self._kind)
            self._frames, self._frame_at = frames, now

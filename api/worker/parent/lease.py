"""Keeps a claim while it is worked on: a thread renews the lease and reports progress. It also says when the work
should stop: the lease was lost, or this process is asked to end.
"""

import contextvars
import logging
import threading
import time
from types import TracebackType
from typing import Self

from api.db.session import Database
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.settings import Settings
from renderer.errors import Cancelled

PROGRESS_S = 1.0
"""How often progress is written while frames are drawn: what a progress bar needs, little work for the database."""
PROGRESS_SHARE = 0.02
"""The most of its time that a worker takes the database's for progress. A write takes 2 to 10 ms; one that takes 50 ms
says that the database has enough to do, and from then on so many workers write less often. Of a farm of 1,000 workers
that all draw, progress is two thirds of the database's work."""

logger = logging.getLogger(__name__)


def pause(took: float, left: float, heartbeat_seconds: float) -> float:
    """Seconds until progress is written again: the last write took so long, and the next heartbeat is due in `left`."""
    if left <= 0:  # heartbeats fail
        return min(PROGRESS_S, heartbeat_seconds)
    return min(max(PROGRESS_S, took / PROGRESS_SHARE), left)


class Lease:
    """A context manager around the work on `claim`. `stop` is set when this process should end."""

    def __init__(self, database: Database, claim: Claim, settings: Settings, stop: threading.Event) -> None:
        self._database = database
        self._claim = claim
        self._settings = settings
        self._stop = stop
        self._lost = False
        self._stage = ""
        self._frames_done = 0
        self._wake = threading.Event()
        self._ended = False
        keep = contextvars.copy_context().run  # its log is about the same claim
        self._thread = threading.Thread(target=keep, args=(self._keep,), name="lease", daemon=True)

    @property
    def lost(self) -> bool:
        """Whether somebody else may hold the claim by now: nothing of this attempt counts any more."""
        return self._lost

    def check(self) -> None:
        """Raises Cancelled when the work should stop."""
        if self._lost:
            raise Cancelled("the claim was lost")
        if self._stop.is_set():
            raise Cancelled("the worker is stopping")

    def stage(self, stage: str) -> None:
        """Notes the stage that begins and has it reported at once. Raises Cancelled as `check` does."""
        self._stage = stage
        self._wake.set()
        self.check()

    def frame(self, done: int) -> None:
        """Notes how many frames are done. Raises Cancelled as `check` does."""
        self._frames_done = done
        self.check()

    def give_up(self) -> None:
        """Takes note that the database refused this attempt, and raises Cancelled."""
        self._lost = True
        self.check()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended = True
        self._wake.set()
        self._thread.join()

    def _keep(self) -> None:
        renewed = time.monotonic()
        reported = ("", 0)
        took = 0.0
        while not self._lost:
            left = renewed + self._settings.heartbeat_seconds - time.monotonic()
            self._wake.wait(pause(took, left, self._settings.heartbeat_seconds))
            self._wake.clear()
            if self._ended:
                return
            now, progress = time.monotonic(), (self._stage, self._frames_done)
            if progress == reported and now - renewed < self._settings.heartbeat_seconds:
                continue
            try:
                if not self._renew(*progress):
                    logger.warning("Lost the claim on segment %s", self._claim.segment_id)
                    self._lost = True
                renewed, reported = now, progress
                took = time.monotonic() - now
            except Exception as error:  # noqa: BLE001 (the database may be back before the lease runs out)
                logger.warning("The claim on segment %s could not be renewed: %s", self._claim.segment_id, error)
                if time.monotonic() - renewed > self._settings.lease_seconds:
                    self._lost = True

    def _renew(self, stage: str, frames_done: int) -> bool:
        with self._database.begin() as session:
            return scheduling.heartbeat(
                session, self._claim, lease_seconds=self._settings.lease_seconds, stage=stage, frames_done=frames_done
            )

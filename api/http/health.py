"""What every health report is made of, in whatever words a dialect puts it: what the farm needs, and what is away.

Anybody may ask, and as often as they like: all who ask within a second get one answer. What doesn't answer within two
seconds counts as away. Each check has a thread and, to the database, a connection of its own, because those that serve
requests may all be waiting for just what is away.
"""

import asyncio
import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from api.domain.work.condition import Condition
from api.engines.standing import Standing
from api.storage.base import MEGABYTE

ANSWER_SECONDS = 2.0
KEPT_SECONDS = 1.0
AWAY_HEADERS = {"Retry-After": "5"}
"""Of the answer that the farm can't work: to ask again soon costs nobody anything."""

log = logging.getLogger("api.http")


@dataclasses.dataclass(frozen=True, slots=True)
class Checks:
    """How to find out. Each blocks, and raises something if what it asks is away, full or not in order."""

    condition: Callable[[], Condition]
    migrated: Callable[[], bool]
    storage: Callable[[], None]
    broker: Callable[[], None]
    free_bytes: Callable[[], int | None]
    engines: Callable[[], Sequence[Standing]]


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What answers. `condition` is None while the database doesn't. `free_bytes` is None where no disk is used.
    `engines` are as on the server's machine."""

    condition: Condition | None
    migrated: bool
    storage: bool
    broker: bool
    free_bytes: int | None
    reserve_bytes: int
    engines: Sequence[Standing]

    @property
    def database(self) -> bool:
        return self.condition is not None

    @property
    def ready(self) -> bool:
        """Whether requests can be served."""
        return self.database and self.migrated and self.storage

    @property
    def disk_low(self) -> bool:
        return self.free_bytes is not None and self.free_bytes < self.reserve_bytes

    @property
    def free_mb(self) -> int | None:
        return None if self.free_bytes is None else self.free_bytes // MEGABYTE


class Health:
    """Asks, and keeps the report for a moment."""

    def __init__(self, checks: Checks, reserve_bytes: int) -> None:
        self._checks = {
            field.name: _Check(field.name, getattr(checks, field.name)) for field in dataclasses.fields(checks)
        }
        self._reserve_bytes = reserve_bytes
        self._lock = asyncio.Lock()
        self._report: Report | None = None
        self._asked_at = 0.0

    async def report(self) -> Report:
        async with self._lock:
            if self._report is None or time.monotonic() - self._asked_at >= KEPT_SECONDS:
                self._report = await self._ask()
                self._asked_at = time.monotonic()
            return self._report

    async def _ask(self) -> Report:
        asked = {name: asyncio.wrap_future(check.ask()) for name, check in self._checks.items()}
        await asyncio.wait(asked.values(), timeout=ANSWER_SECONDS)
        answers: Mapping[str, _Answer] = {
            name: future.result() if future.done() else _Answer(TimeoutError(f"no answer within {ANSWER_SECONDS:g} s"))
            for name, future in asked.items()
        }
        for name, answer in answers.items():
            if answer.error is not None:
                log.error("Not in order: %s: %s", name, answer.error.__cause__ or answer.error)
        condition, free_bytes, engines = (answers[name].value for name in ("condition", "free_bytes", "engines"))
        return Report(
            condition=condition if isinstance(condition, Condition) else None,
            migrated=answers["migrated"].value is True,
            storage=answers["storage"].error is None,
            broker=answers["broker"].error is None,
            free_bytes=free_bytes if isinstance(free_bytes, int) else None,
            reserve_bytes=self._reserve_bytes,
            engines=engines if isinstance(engines, tuple) else (),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Answer:
    error: Exception | None = None
    value: object = None


class _Check:
    """Asked in a daemon thread, which a question that is never answered keeps from nothing, and never twice at once."""

    def __init__(self, name: str, ask: Callable[[], object]) -> None:
        self._name = name
        self._question = ask
        self._answer: Future[_Answer] | None = None

    def ask(self) -> Future[_Answer]:
        if self._answer is None or self._answer.done():
            self._answer = Future()
            threading.Thread(target=self._run, args=(self._answer,), name=f"is {self._name} well", daemon=True).start()
        return self._answer

    def _run(self, answer: Future[_Answer]) -> None:
        try:
            answer.set_result(_Answer(value=self._question()))
        except Exception as error:  # noqa: BLE001 (each of them has its own)
            answer.set_result(_Answer(error))

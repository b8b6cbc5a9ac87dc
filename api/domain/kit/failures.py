"""Why there is no result, in the words that go from the renderer's error tree to every answer."""

import dataclasses

from renderer.errors import OutOfMemory, OutputTooLarge

OUT_OF_MEMORY = OutOfMemory.code
OUTPUT_TOO_LARGE = OutputTooLarge.code
LOST = "worker_lost"
CANCELLED = "cancelled"
UNPAID = "unpaid"
UNEXPECTED = "internal"
UNKNOWN_KIND = "unknown_kind"
FILE_MISSING = "file_missing"
CHILD_FAILED = "child_failed"
STALLED = "stalled"
TOO_COSTLY = "too_costly"
"""Codes of this service, beside those of `renderer.errors`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """`code` is stable, for programs; `message` says to people what is wrong and what to do."""

    code: str
    message: str

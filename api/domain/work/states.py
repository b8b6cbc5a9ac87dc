"""The words for where a segment stands, and what of its task it is."""

from enum import StrEnum


class SegmentState(StrEnum):
    """A segment's state, for the farm's own use."""

    WAITING = "waiting"
    """An assembly whose parts aren't all there yet."""
    PENDING = "pending"
    """In its account's lane; any worker may claim it."""
    RUNNING = "running"
    """Claimed: one worker holds it until `lease_until`."""
    DONE = "done"
    """Settled by the worker that held it. Final."""
    FAILED = "failed"
    """Given up, it or another segment of its shot. Final."""


class Role(StrEnum):
    """What of its shot a segment is."""

    WHOLE = "whole"
    """All of it: who holds it makes the renders' files."""
    PART = "part"
    """Some of its frames: who holds it makes files for the assembly, and the posters if their frame is among them."""
    ASSEMBLY = "assembly"
    """What comes after the parts: who holds it makes the renders' files from theirs."""

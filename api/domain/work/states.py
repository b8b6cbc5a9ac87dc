"""The states of tasks and segments, and the roles of segments in their task."""

from enum import StrEnum


class TaskState(StrEnum):
    """A task's state. How far an open one is, its segments say."""

    OPEN = "open"
    """Its segments wait, are pending, or are claimed."""
    DONE = "done"
    """All of it is made and stored. Final."""
    FAILED = "failed"
    """Given up; it may be tried again."""
    CANCELLED = "cancelled"
    """Nobody wants it any more; it may be tried again."""


class SegmentState(StrEnum):
    """A segment's state."""

    WAITING = "waiting"
    """An assembly whose parts aren't all there yet, or a segment of a task that needs others."""
    PENDING = "pending"
    """In its account's lane; any worker may claim it."""
    RUNNING = "running"
    """Claimed: one worker holds it until `lease_until`."""
    DONE = "done"
    """Settled by the worker that held it. Final."""
    FAILED = "failed"
    """Given up, it or another segment of its task, or cancelled."""


class Role(StrEnum):
    """What of its task a segment is."""

    WHOLE = "whole"
    """All of it: who holds it makes the owners' files."""
    PART = "part"
    """Some of its frames: who holds it makes files for the assembly, and the first part perhaps files of the owners."""
    ASSEMBLY = "assembly"
    """What comes after the parts: who holds it makes the owners' files from theirs."""

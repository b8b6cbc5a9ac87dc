"""The states of flows and of their inputs."""

from enum import StrEnum


class FlowState(StrEnum):
    """A flow's state, in Generio's words."""

    CREATED = "created"
    """Takes inputs, and waits to be started."""
    STARTING = "starting"
    """Started and paid for; no worker has taken any of it."""
    RUNNING = "running"
    ABORTING = "aborting"
    """Its owner doesn't want it any more; its tasks are about to be cancelled."""
    COMPLETED = "completed"
    """All outputs are there. Final, as the next two."""
    FAILED = "failed"
    """Not all could be made; what could is there. Its credits are refunded."""
    ABORTED = "aborted"
    """Ended by its owner; what was made before is there. Its credits are refunded."""


ACTIVE = (FlowState.STARTING, FlowState.RUNNING)
"""Workers are to work at it."""

UNFINISHED = (*ACTIVE, FlowState.ABORTING)

GIVEN_UP = (FlowState.FAILED, FlowState.ABORTED)

FINAL = (FlowState.COMPLETED, *GIVEN_UP)


class InputState(StrEnum):
    """An input's state, which is its output's too."""

    AVAILABLE = "available"
    """Nobody has begun with it."""
    PROCESSING = "processing"
    READY = "ready"
    """Its output is there. Final, as the next."""
    ERROR = "error"
    """There will be no output of it."""


OPEN = (InputState.AVAILABLE, InputState.PROCESSING)

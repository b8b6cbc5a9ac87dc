"""The states of a model."""

from enum import StrEnum


class ModelState(StrEnum):
    """A model's state. Renders may be ordered in each of them: they wait until the model is ready, or fail with it."""

    AWAITING_UPLOAD = "awaiting_upload"
    """Its owner has said that the file will come."""
    PENDING = "pending"
    """The file is stored, and waits to be read."""
    ANALYZING = "analyzing"
    """A worker reads it."""
    READY = "ready"
    """It can be drawn, and its contents are known."""
    FAILED = "failed"
    """It can't be read; `error_code` and `error_message` say why."""


COMES_FROM: dict[ModelState, tuple[ModelState, ...]] = {
    ModelState.PENDING: (ModelState.ANALYZING, ModelState.FAILED),
    ModelState.ANALYZING: (ModelState.PENDING,),
    ModelState.READY: tuple(ModelState),
    ModelState.FAILED: (ModelState.PENDING, ModelState.ANALYZING),
}
"""For each state, those that it may follow when the model's file is read. A model that is ready may be read once more,
for contents that an older version of the farm did not keep; whatever comes of that, it stays ready."""

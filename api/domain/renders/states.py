"""The statuses of a render, and which may follow which."""

from enum import StrEnum


class RenderStatus(StrEnum):
    """A render's status, in dx.gl's words."""

    PENDING = "pending"
    """Waits for a worker; also again after an attempt was lost, where others hold nothing of it."""
    POSTER_PROCESSING = "poster-processing"
    """Workers hold it and draw frames."""
    POSTER_DONE = "poster-done"
    """The posters are stored and can be fetched; the video isn't there yet."""
    VIDEO_PROCESSING = "video-processing"
    """A worker has been heard of since the posters were stored."""
    DONE = "done"
    """All files are stored. Final."""
    ERROR = "error"
    """It could not be rendered; `error_message` says why, and its credits are refunded."""
    FAILED = "failed"
    """It was in error, and its owner has taken note. Final."""


UNFINISHED = (
    RenderStatus.PENDING,
    RenderStatus.POSTER_PROCESSING,
    RenderStatus.POSTER_DONE,
    RenderStatus.VIDEO_PROCESSING,
)

COMES_FROM: dict[RenderStatus, tuple[RenderStatus, ...]] = {
    RenderStatus.PENDING: UNFINISHED,
    RenderStatus.POSTER_PROCESSING: (RenderStatus.PENDING,),
    RenderStatus.POSTER_DONE: (RenderStatus.POSTER_PROCESSING,),
    RenderStatus.VIDEO_PROCESSING: (RenderStatus.POSTER_DONE,),
    RenderStatus.DONE: UNFINISHED[1:],
    RenderStatus.ERROR: UNFINISHED,
    RenderStatus.FAILED: (RenderStatus.ERROR,),
}
"""For each status, those that it may follow while the farm works. Updates carry this in their WHERE."""

RETRIED_FROM = (RenderStatus.ERROR, RenderStatus.FAILED)
"""The statuses of a render that its owner may order to be tried again: it is pending then."""

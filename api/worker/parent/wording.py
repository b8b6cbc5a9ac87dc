"""What users are told of failures: of their model all, of the farm's inside nothing but an id to quote."""

from api.domain.kit.failures import CHILD_FAILED, UNEXPECTED, Failure
from api.domain.work.claims import Claim
from api.worker.messages import Failed
from renderer.errors import DeviceError, EncodeError

GENERAL = {
    EncodeError.code: "The video or picture could not be encoded",
    DeviceError.code: "The graphics device failed",
    CHILD_FAILED: "The renderer failed",
    UNEXPECTED: "The renderer failed unexpectedly",
}
"""By code. In the worker's log stands what ffmpeg, the driver or the system said: paths, versions, devices."""


def failure_of(claim: Claim, failed: Failed) -> Failure:
    """What is kept of a failed try. The log names the segment too, in the line with all that is known."""
    general = GENERAL.get(failed.code)
    if general is None:
        return Failure(failed.code, failed.message)
    return Failure(failed.code, f"{general}. Please quote the id {claim.segment_id} when you report it")

"""Domain errors: a stable code, a message for the user, and nothing about HTTP (api/http/errors.py knows statuses).

    FarmError
    |- Unauthorized, TokenExpired, Forbidden, InsufficientScope       who is asking
    |- InvalidRequest, InvalidSettings, InvalidFormat, FileTooLarge   what was sent
    |  UnsupportedFileType, NoFile, UploadNotFound, InvalidUrl, DownloadTimeout
    |- NoCredits, SpendingCap, UploadLimit, StorageLimit                           what the account may do
    |- ContentTooLong                                                 what a signed link allows
    |- Unavailable, NoSpace, TooManyRequests                          what the farm can't do for now
    |- InvalidState, ModelNotReady, IdempotencyConflict,             what can't be done any more, or yet
    |  IdempotencyInProgress
    `- ModelNotFound, RenderNotFound, VideoNotFound, PosterNotFound,  what isn't there
       ThumbNotFound, ImageNotFound, DatasetNotFound, FileNotFound, UsdzNotFound, OverlayNotFound,
       DeliveryNotFound, TemplateNotFound, ProjectNotFound, JobNotFound, FlowNotFound, AssetNotFound, NotFound
"""


class FarmError(Exception):
    """Base of all errors that a user may see.

    `param` is the path of the field at fault, where there is one, by the names that the domain has for it, such as
    "orders[2].settings.animation". A message that names the field begins with the last of these names, so that a
    dialect can put its own there. `retry_after`: in how many seconds the same may succeed, where that is known.
    """

    code = "internal"
    default_message = "Internal server error"

    def __init__(
        self, message: str | None = None, *, param: str | None = None, retry_after: int | None = None
    ) -> None:
        self.message = message or self.default_message
        self.param = param
        self.retry_after = retry_after
        super().__init__(self.message)


class Unauthorized(FarmError):
    code = "unauthorized"
    default_message = "Missing, invalid, or revoked token"


class TokenExpired(FarmError):
    code = "token_expired"
    default_message = "Token has expired"


class Forbidden(FarmError):
    code = "forbidden"
    default_message = "Account suspended"


class InsufficientScope(FarmError):
    code = "insufficient_scope"
    default_message = "Token lacks the required scope"


class InvalidRequest(FarmError):
    code = "invalid_request"
    default_message = "The request is malformed"


class InvalidSettings(FarmError):
    code = "invalid_settings"
    default_message = "A render setting has a wrong value"


class InvalidFormat(FarmError):
    code = "invalid_format"
    default_message = "File is not .glb, .gltf, or .zip"


class UnsupportedFileType(InvalidFormat):
    code = "unsupported_file_type"
    default_message = "Files of this type can't be read"


class FileTooLarge(FarmError):
    code = "file_too_large"
    default_message = "File exceeds the 100 MB limit"


class NoFile(FarmError):
    code = "no_file"
    default_message = "No file in upload request"


class UploadNotFound(InvalidRequest):
    code = "upload_not_found"
    default_message = "No file was uploaded"


class InvalidUrl(FarmError):
    code = "invalid_url"
    default_message = "Malformed URL"


class DownloadTimeout(FarmError):
    code = "timeout"
    default_message = "URL download timed out"


class NoCredits(FarmError):
    code = "no_credits"
    default_message = "No render credits remaining"


class SpendingCap(FarmError):
    code = "spending_cap"
    default_message = "The key has spent what it may"


class UploadLimit(FarmError):
    code = "upload_limit"
    default_message = "Free upload limit reached"


class StorageLimit(FarmError):
    code = "storage_limit"
    default_message = "The account's files take all the storage that it may have"


class ContentTooLong(FarmError):
    code = "content_too_long"
    default_message = "The file is longer than the signed link allows"


class Unavailable(FarmError):
    code = "unavailable"
    default_message = "The database or the storage is not available at the moment; try again soon"


class NoSpace(FarmError):
    code = "no_space"
    default_message = "The farm's disk is full: nothing can be stored at the moment"


class TooManyRequests(FarmError):
    """`retry_after`: in how many seconds there is a point in trying again."""

    code = "too_many_requests"
    default_message = "Too many requests; try again after a while"

    def __init__(self, message: str | None = None, *, retry_after: int = 10) -> None:
        super().__init__(message, retry_after=retry_after)


class InvalidState(FarmError):
    code = "invalid_state"
    default_message = "The resource is in another state"


class ModelNotReady(InvalidState):
    code = "model_not_ready"
    default_message = "The model is not ready"


class IdempotencyConflict(FarmError):
    code = "idempotency_conflict"
    default_message = "This Idempotency-Key was sent with a different request before"


class IdempotencyInProgress(FarmError):
    code = "idempotency_in_progress"
    default_message = "A request with this Idempotency-Key is still being worked on"


class KeyNotFound(FarmError):
    code = "key_not_found"
    default_message = "No such key"


class NotFound(FarmError):
    code = "not_found"
    default_message = "No such resource"


class ModelNotFound(FarmError):
    code = "model_not_found"
    default_message = "Model not found"


class RenderNotFound(FarmError):
    code = "render_not_found"
    default_message = "Render not found"


class VideoNotFound(FarmError):
    code = "video_not_found"
    default_message = "Video not yet available"


class PosterNotFound(FarmError):
    code = "poster_not_found"
    default_message = "Poster not yet available"


class ThumbNotFound(FarmError):
    code = "thumb_not_found"
    default_message = "Thumbnail not yet available"


class ImageNotFound(FarmError):
    code = "image_not_found"
    default_message = "Image not yet available"


class OutputNotFound(FarmError):
    code = "output_not_found"
    default_message = "File not yet available"


class DatasetNotFound(FarmError):
    code = "dataset_not_found"
    default_message = "Dataset not yet available"


class FileNotFound(FarmError):
    code = "file_not_found"
    default_message = "Model file not found in storage"


class UsdzNotFound(FarmError):
    code = "usdz_not_found"
    default_message = "USDZ not yet available"


class OverlayNotFound(FarmError):
    code = "overlay_not_found"
    default_message = "Overlay not found"


class DeliveryNotFound(FarmError):
    code = "delivery_not_found"
    default_message = "Webhook delivery not found"


class TemplateNotFound(NotFound):
    code = "template_not_found"
    default_message = "Template not found"


class ProjectNotFound(NotFound):
    code = "project_not_found"
    default_message = "Project not found"


class JobNotFound(NotFound):
    code = "job_not_found"
    default_message = "Job not found"


class FlowNotFound(NotFound):
    code = "flow_not_found"
    default_message = "Flow not found"


class AssetNotFound(NotFound):
    code = "asset_not_found"
    default_message = "Asset not found"

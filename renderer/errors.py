"""Everything that can go wrong in the renderer, as one tree. Each has a `code` that never changes.

    RendererError                 never raised itself
    |- SettingsError              a render setting is out of range (carries `field`)
    |- ModelError                 the model can't be rendered, and trying again won't help
    |  |- InvalidModel            the bytes break the format: truncated, indices out of range, NaN positions, cycles
    |  |- UnsupportedModel        valid, but asks for something we lack (a required extension, an unknown version)
    |  |- ModelTooLarge           over a limit: triangles, texture size, nodes, memory
    |  |- ResourceMissing         a buffer that isn't there, or one or an image that we refuse to fetch
    |  `- EmptyModel              nothing in it can be drawn
    |- UnknownSpecVersion         a stored spec is of a version that this code doesn't read
    |- DeviceError                no GL device, or it lacks something; trying elsewhere may help
    |- EncodeError                ffmpeg failed; carries the tail of its stderr
    |- OutputTooLarge             a file would be larger than this process may write
    |- OutOfMemory                the machine has less memory than the model needs
    |- EngineError                a generator gave no result
    |  |- EngineUnavailable       it isn't installed, has no weights or no key; another worker may have it
    |  |- EngineRejected          it will never make anything of this prompt or picture
    |  |- EngineTimeout           it took longer than it may
    |  `- EngineFailed            it broke; trying again may help
    `- Cancelled                  the caller asked to stop

Messages are shown to users as they are: they name what is wrong and, where there is one, the way out.
"""


def reason(error: BaseException) -> str:
    """What a decoder's `error` says, to follow "can't be decoded: "."""
    return "there is not enough memory for it" if isinstance(error, MemoryError) else str(error) or "it is broken"


class RendererError(Exception):
    """Base of all errors that the renderer raises on purpose."""

    code = "render_failed"


class SettingsError(RendererError):
    """A render setting has the wrong type or value. `field` is its name in `renderer.spec.SETTINGS`.

    A message that names the field begins with it, so that whoever spells it otherwise can put that name there.
    """

    code = "invalid_settings"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ModelError(RendererError):
    """The model can't be rendered; a second try with the same bytes fails the same way."""

    code = "model_error"


class InvalidModel(ModelError):
    """The bytes break the format they claim to be."""

    code = "invalid_model"


class UnsupportedModel(ModelError):
    """The file is valid but needs a feature that this renderer lacks."""

    code = "unsupported_model"


class ModelTooLarge(ModelError):
    """The model is over one of the limits of `renderer.load.limits`."""

    code = "model_too_large"


class ResourceMissing(ModelError):
    """A buffer is absent, or it or an image lies where the renderer does not fetch from."""

    code = "resource_missing"


class EmptyModel(ModelError):
    """The scene has no triangles, lines or points to draw."""

    code = "empty_model"


class UnknownSpecVersion(RendererError):
    """The spec was stored by newer code: drawn by this one, it might not be what was ordered."""

    code = "unknown_spec_version"


class DeviceError(RendererError):
    """No usable GL device, or a GL operation failed on it."""

    code = "device_error"


class EncodeError(RendererError):
    """ffmpeg ended with an error, or wrote a file that isn't what was asked for."""

    code = "encode_error"


class OutputTooLarge(RendererError):
    """A file would be larger than this process may write (RLIMIT_FSIZE)."""

    code = "output_too_large"

    def __init__(self) -> None:
        super().__init__("What was ordered makes a larger file than is allowed. Order fewer or smaller frames")


class OutOfMemory(RendererError):
    """There is less memory than rendering the model takes; elsewhere there may be enough."""

    code = "out_of_memory"


class EngineError(RendererError):
    """A generator gave no result. Never raised itself."""

    code = "engine_error"


class EngineUnavailable(EngineError):
    """It isn't installed here, or lacks its weights or its key."""

    code = "engine_unavailable"


class EngineRejected(EngineError):
    """It will never make anything of this prompt or picture: a second try fails the same way."""

    code = "engine_rejected"


class EngineTimeout(EngineError):
    """It took longer than it may."""

    code = "engine_timeout"


class EngineFailed(EngineError):
    """It broke, or gave something that is no picture or model. Trying again may help."""

    code = "engine_failed"


class Cancelled(RendererError):
    """The caller asked to stop: a listener, or the call made at checkpoints (`renderer.checkpoints`)."""

    code = "cancelled"

"""Everything that can go wrong in the renderer, as one tree.

    RendererError                 never raised itself
    |- SettingsError              a render setting is out of range (carries `field`)
    |- ModelError                 the model can't be rendered, and trying again won't help
    |  |- InvalidModel            the bytes break the format: truncated, indices out of range, NaN positions, cycles
    |  |- UnsupportedModel        valid, but asks for something we lack (a required extension, an unknown version)
    |  |- ModelTooLarge           over a limit: triangles, texture size, nodes, memory
    |  |- ResourceMissing         a buffer or image that isn't there, or that we refuse to fetch
    |  `- EmptyModel              nothing in it can be drawn
    |- DeviceError                no GL device, or it lacks something; trying elsewhere may help
    |- EncodeError                ffmpeg failed; carries the tail of its stderr
    `- Cancelled                  the caller asked to stop

Messages are shown to users as they are: they name what is wrong and, where there is one, the way out.
"""

from typing import ClassVar


class RendererError(Exception):
    """Base of all errors that the renderer raises on purpose. `code` names the class in data, and never changes."""

    code: ClassVar[str]


class SettingsError(RendererError):
    """A render setting has the wrong type or value. `field` is its JSON name."""

    code = "invalid_settings"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ModelError(RendererError):
    """The model can't be rendered; a second try with the same bytes fails the same way."""


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
    """A buffer or image is absent, or lies where the renderer does not fetch from."""

    code = "resource_missing"


class EmptyModel(ModelError):
    """The scene has no triangles, lines or points to draw."""

    code = "empty_model"


class DeviceError(RendererError):
    """No usable GL device, or a GL operation failed on it."""

    code = "device_error"


class EncodeError(RendererError):
    """ffmpeg ended with an error, or wrote a file that isn't what was asked for."""

    code = "encode_error"


class Cancelled(RendererError):
    """The listener asked to stop between two frames."""

    code = "cancelled"

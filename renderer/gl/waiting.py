"""Waiting for the device while other threads work, or not at all: moderngl's own `finish` and `read` hold the
interpreter's lock."""

import ctypes
from typing import Any

from renderer.errors import DeviceError
from renderer.gl.context import Device

_GPU_COMMANDS_COMPLETE = 0x9117
_FLUSH_COMMANDS = 0x0001
_WAIT_FAILED = 0x911D
_FOR_EVER = 2**64 - 1  # nanoseconds


def finish(device: Device) -> None:
    """Returns when everything that was issued is drawn. Other Python threads run meanwhile."""
    gl_function(device, "glFinish", None)()


def flush(device: Device) -> None:
    """Makes the device begin to draw what was issued, and returns at once."""
    gl_function(device, "glFlush", None)()


def before_sampling(device: Device) -> None:
    """To be called before a texture is read that has just been drawn.

    Mesa's software rasteriser then waits by itself until all that was issued is drawn, in the middle of a draw call of
    moderngl's; here it has been waited for already. Graphics cards need no waiting.
    """
    if device.software:
        finish(device)


class Fence:
    """Marks the commands issued so far: waiting for it doesn't wait for later ones."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._sync: int = gl_function(device, "glFenceSync", ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint)(
            _GPU_COMMANDS_COMPLETE, 0
        )

    def wait(self) -> None:
        """Returns when those commands are done; can be called once. Raises DeviceError where the device is lost."""
        wait = gl_function(
            self._device, "glClientWaitSync", ctypes.c_uint, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint64
        )
        found = wait(self._sync, _FLUSH_COMMANDS, _FOR_EVER)
        gl_function(self._device, "glDeleteSync", None, ctypes.c_void_p)(self._sync)
        if found == _WAIT_FAILED:
            raise DeviceError(f"{self._device.name} doesn't say when a frame is drawn; it may have been reset")


def gl_function(device: Device, name: str, returned: Any, *arguments: Any) -> Any:
    """GL's function `name` with its types for ctypes, which moderngl lacks; other Python threads run during a call."""
    address: int = device.ctx.mglo._context.load_opengl_function(name)
    return ctypes.CFUNCTYPE(returned, *arguments)(address)

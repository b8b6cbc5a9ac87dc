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
    """Returns when everything that was issued is drawn. Threads run on meanwhile, such as those that encode."""
    gl_function(device, "glFinish", None)()


def flush(device: Device) -> None:
    """What was issued begins to be drawn, in threads of the driver's or by the device itself."""
    gl_function(device, "glFlush", None)()


class Fence:
    """What was issued up to now. Waiting for it doesn't wait for what comes later."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._sync: int = gl_function(device, "glFenceSync", ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint)(
            _GPU_COMMANDS_COMPLETE, 0
        )

    def wait(self) -> None:
        """Returns when it is drawn; can be called once. Raises DeviceError where the device is lost."""
        wait = gl_function(
            self._device, "glClientWaitSync", ctypes.c_uint, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint64
        )
        found = wait(self._sync, _FLUSH_COMMANDS, _FOR_EVER)
        gl_function(self._device, "glDeleteSync", None, ctypes.c_void_p)(self._sync)
        if found == _WAIT_FAILED:
            raise DeviceError(f"{self._device.name} doesn't say when a frame is drawn; it may have been reset")


def gl_function(device: Device, name: str, returned: Any, *arguments: Any) -> Any:
    """One of GL's own, with its types by ctypes; other threads run while it works."""
    address: int = device.ctx.mglo._context.load_opengl_function(name)
    return ctypes.CFUNCTYPE(returned, *arguments)(address)

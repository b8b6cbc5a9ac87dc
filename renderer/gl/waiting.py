"""Waiting for the device while other threads work, or not at all: moderngl's own `finish` and `read` hold the
interpreter's lock."""

import ctypes

from renderer.gl.context import Device


def finish(device: Device) -> None:
    """Returns when everything that was issued is drawn. Threads run on meanwhile, such as those that encode."""
    _call(device, "glFinish")


def flush(device: Device) -> None:
    """What was issued begins to be drawn, in threads of the driver's or by the device itself."""
    _call(device, "glFlush")


def _call(device: Device, name: str) -> None:
    address: int = device.ctx.mglo._context.load_opengl_function(name)
    ctypes.CFUNCTYPE(None)(address)()

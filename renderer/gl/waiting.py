"""Waiting for the device while other threads work: moderngl's own `finish` and `read` hold the interpreter's lock."""

import ctypes

from renderer.gl.context import Device


def finish(device: Device) -> None:
    """Returns when everything that was issued is drawn. Threads run on meanwhile, such as those that encode."""
    address: int = device.ctx.mglo._context.load_opengl_function("glFinish")
    ctypes.CFUNCTYPE(None)(address)()

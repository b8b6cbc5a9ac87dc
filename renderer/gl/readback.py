"""Results read while later frames are drawn: programs write them into storage buffers that are persistently mapped.

Textures won't do: Mesa's software rasteriser draws all that was issued before it lets one be read, and would then have
nothing to draw until the next frame is prepared.
"""

import ctypes
from collections.abc import Callable
from typing import Generic, TypeVar

import moderngl

from renderer.errors import DeviceError
from renderer.gl.context import Device
from renderer.gl.waiting import Fence, before_sampling, gl_function

_ARRAY_BUFFER = 0x8892
_KEPT_MAPPED = 0x0001 | 0x0040 | 0x0080
"""GL_MAP_READ_BIT, GL_MAP_PERSISTENT_BIT, GL_MAP_COHERENT_BIT: by the last, a fence is all that the host waits for."""

Read = TypeVar("Read")


class Pending(Generic[Read]):
    """What the device has been told to write: bytes, or an array of them."""

    def __init__(self, fence: Fence, take: Callable[[], Read]) -> None:
        self._fence = fence
        self._take = take

    def read(self) -> Read:
        """Waits until they are written, and for nothing that was issued later. Can be called once."""
        self._fence.wait()
        return self._take()


class Readback:
    """Runs programs once for each of `cells` (columns, rows), which write `length` bytes into the buffer block Written.

    A buffer is reused when its bytes have been read: there are as many as results were pending at one time.
    """

    def __init__(self, device: Device, cells: tuple[int, int], length: int) -> None:
        device.require_size(*cells)
        self._device = device
        self._length = length
        self._free: list[_Mapped] = []
        self._buffers: list[_Mapped] = []
        self._grid = device.ctx.texture(cells, 1, alignment=1)  # nothing is drawn there
        self._framebuffer = device.ctx.framebuffer([self._grid])
        self._triangles: dict[moderngl.Program, moderngl.VertexArray] = {}

    def fill(self, program: moderngl.Program, shape: Callable[[bytes], Read]) -> Pending[Read]:
        """Issues `program`, which must live as long as this; `shape` is applied to what it will have written."""
        ctx = self._device.ctx
        before_sampling(self._device)
        if program not in self._triangles:
            self._triangles[program] = ctx.vertex_array(program, [])
        if not self._free:
            self._buffers.append(_Mapped(self._device, self._length))
            self._free.append(self._buffers[-1])
        mapped = self._free.pop()
        mapped.buffer.bind_to_storage_buffer(0)
        self._framebuffer.use()
        ctx.enable_only(moderngl.NOTHING)
        self._triangles[program].render(moderngl.TRIANGLES, vertices=3)

        def take() -> Read:
            written = ctypes.string_at(mapped.address, self._length)
            self._free.append(mapped)
            return shape(written)

        return Pending(Fence(self._device), take)

    def release(self) -> None:
        for triangle in self._triangles.values():
            triangle.release()
        for mapped in self._buffers:
            mapped.buffer.release()
        self._device.release_framebuffer(self._framebuffer)
        self._grid.release()


class _Mapped:
    """A buffer, and where the host finds its bytes until it is released."""

    def __init__(self, device: Device, length: int) -> None:
        self.buffer = device.ctx.buffer(reserve=length)
        uint, size = ctypes.c_uint, ctypes.c_ssize_t
        gl_function(device, "glBindBuffer", None, uint, uint)(_ARRAY_BUFFER, self.buffer.glo)
        gl_function(device, "glBufferStorage", None, uint, size, ctypes.c_void_p, uint)(
            _ARRAY_BUFFER, length, None, _KEPT_MAPPED
        )
        map_range = gl_function(device, "glMapBufferRange", ctypes.c_void_p, uint, size, size, uint)
        address: int | None = map_range(_ARRAY_BUFFER, 0, length, _KEPT_MAPPED)
        if address is None:
            raise DeviceError(f"{device.name} has no {length / 1e6:.0f} MB for a frame to be read from")
        self.address = address

"""Beside the clocks of `turntable` and `limits`, here: how long the device itself works on what is issued to it."""

from types import TracebackType
from typing import Self

from renderer.gl.context import Device


class DeviceClock:
    """Times what is drawn in a `with` block by GL_TIME_ELAPSED; `seconds` are those of the last block.

    Between the first and the last command on the device, so a block should end with what waits for them, and blocks
    must not lie in one another. Leaving it waits for the device.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._query = device.ctx.query(time=True)

    def __enter__(self) -> Self:
        self._query.__enter__()
        # Mesa's rasteriser restarts the time with each tile of the framebuffer that is drawn to first: so this one.
        self._device.idle.clear()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._query.__exit__(kind, error, at)

    @property
    def seconds(self) -> float:
        return float(self._query.elapsed) / 1e9

"""Beside the clocks of `turntable` and `limits`, here: how long the device itself works on what is issued to it."""

import contextlib
import dataclasses
from collections.abc import Iterator

from renderer.gl.context import Device


@dataclasses.dataclass(slots=True)
class DeviceTime:
    seconds: float = 0.0


@contextlib.contextmanager
def device_time(device: Device) -> Iterator[DeviceTime]:
    """Times what the block draws by GL_TIME_ELAPSED, first command to last; known when the block has ended.

    Blocks must not lie in one another, and last less than 4 s: the query has 32 bits. Leaving one waits for the device.
    """
    found, query = DeviceTime(), device.ctx.query(time=True)
    with query:
        # Mesa's rasteriser restarts the time with each tile of the framebuffer that is drawn to first: so this one.
        device.idle.clear()
        yield found
    found.seconds = query.elapsed / 1e9

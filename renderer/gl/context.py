"""The GL device: one off-screen EGL context per process, made once and used by every job of a worker.

On Mesa's software rasteriser the number of threads is set from outside, by Mesa's own variable LP_NUM_THREADS (0 draws
in the calling thread); nothing here reads the environment.
"""

import contextlib
import dataclasses
import logging
import os
from pathlib import Path
from typing import Any

import moderngl

from renderer.errors import DeviceError, OutOfMemory
from renderer.gl.sampling import SUPERSAMPLING

logger = logging.getLogger(__name__)

GL_VERSION = 440
"""OpenGL 4.4, the first with persistently mapped buffers: drivers of ten years have it, and Mesa's rasteriser."""

_SOFTWARE_NAMES = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software rasterizer")
_EGL_DEVICES_TRIED = 16
POINT_SIZE = 2.0 * SUPERSAMPLING  # in samples: two pixels
LINE_WIDTH = 1.5 * SUPERSAMPLING  # along an axis: of a line at 45 degrees, a pixel across


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Device:
    """An open GL context and what it can do. `max_size` bounds both sides of textures and of viewports, in pixels.

    `idle` is a framebuffer of one pixel, current when nothing is drawn: moderngl binds the last one again now and then,
    so a framebuffer must not be released while it is current.
    """

    ctx: moderngl.Context
    name: str
    software: bool
    max_size: int
    idle: moderngl.Framebuffer

    def release_framebuffer(self, framebuffer: moderngl.Framebuffer) -> None:
        """Releases a framebuffer, which may be the current one."""
        self.idle.use()
        framebuffer.release()

    def check_errors(self, doing: str) -> None:
        """Raises DeviceError when a GL call since the last check failed, or OutOfMemory when it lacked memory; `doing`
        says what was being done."""
        error = self.ctx.error
        if error == "GL_OUT_OF_MEMORY":
            raise OutOfMemory(f"The model needs more memory than {self.name} has: it ran out while {doing}")
        if error != "GL_NO_ERROR":
            raise DeviceError(f"{error} on {self.name} while {doing}")

    def require_size(self, width: int, height: int) -> None:
        """Raises DeviceError when a picture of `width` x `height` pixels is too large to draw in one piece."""
        if max(width, height) > self.max_size:
            raise DeviceError(
                f"A frame needs a picture of {width}x{height}, but {self.name} draws at most "
                f"{self.max_size}x{self.max_size}; choose a lower quality"
            )


_open: dict[int, Device] = {}  # by EGL device number


def open_device(selector: str = "auto", *, allow_software: bool = True) -> Device:
    """Opens the GL device that `selector` names and makes it current; a device is opened once per process.

    `selector` is "auto" (the first graphics card that EGL lists, else software), "software", or an EGL device number.
    Raises DeviceError where there is no such device, or where only software could draw and it isn't allowed.
    """
    if selector.isdecimal():
        device = _open_number(int(selector))
    elif selector in ("auto", "software"):
        device = _search(want_software=selector == "software")
    else:
        raise DeviceError(f'The GL device must be "auto", "software" or an EGL device number, not "{selector}"')
    if device.software and not allow_software:
        raise DeviceError(
            f"The only GL device here is a software renderer ({device.name}), and software rendering is not allowed; "
            "allow it in the settings, or run where a graphics card and its EGL driver are installed"
        )
    device.ctx.__enter__()  # type: ignore[no-untyped-call]
    return device


def opened() -> list[Device]:
    """All devices that this process has opened."""
    return list(_open.values())


def _search(*, want_software: bool) -> Device:
    """The first device of the wanted kind; where a graphics card is wanted but there is none, a software one."""
    known = [device for device in _open.values() if device.software == want_software]
    if known:
        return known[0]
    found: list[Device] = []
    problem: DeviceError | None = None
    for number in range(_EGL_DEVICES_TRIED):
        try:
            device = _open_number(number)
        except DeviceError as error:
            problem = problem or error
            continue
        if device.software == want_software:
            return device
        found.append(device)
    if problem is not None and not found:
        raise problem
    if want_software:
        raise DeviceError("There is no software GL renderer here; install libegl1 and libgl1-mesa-dri")
    return found[0]


def _open_number(number: int) -> Device:
    if number in _open:
        return _open[number]
    try:
        settings: dict[str, Any] = {"backend": "egl", "device_index": number}
        ctx = moderngl.create_context(require=GL_VERSION, standalone=True, **settings)
    except Exception as error:  # the EGL loader raises bare Exception
        raise DeviceError(
            f"EGL device {number} gives no OpenGL {GL_VERSION / 100:.1f} context: {error}; "
            "on a machine without a graphics card, install libegl1 and libgl1-mesa-dri"
        ) from error
    ctx.point_size = POINT_SIZE
    ctx.line_width = LINE_WIDTH
    _ = ctx.error  # some drivers refuse wide lines; theirs stay one sample wide
    name = str(ctx.info["GL_RENDERER"])
    viewport: tuple[int, int] = ctx.info["GL_MAX_VIEWPORT_DIMS"]
    device = Device(
        ctx=ctx,
        name=name,
        software=any(word in name.lower() for word in _SOFTWARE_NAMES),
        max_size=min(int(ctx.info["GL_MAX_TEXTURE_SIZE"]), *viewport),
        idle=ctx.framebuffer([ctx.texture((1, 1), 4)]),
    )
    if device.software:
        _spread_rasteriser()
        logger.warning("Drawing in software on %s: right pictures, but many times slower than a GPU", name)
    else:
        logger.info("Drawing on %s", name)
    _open[number] = device
    return device


def _spread_rasteriser() -> None:
    """Keeps each of the rasteriser's threads on a core of its own, where there is one for each.

    They take turns in sleeping, many times a frame, and schedulers wake two on one core now and then: the other core
    then idles for some 15 ms.
    """
    with contextlib.suppress(OSError):  # no /proc, or not allowed: slower, not wrong
        tasks = Path("/proc/self/task").iterdir()
        threads = sorted(int(task.name) for task in tasks if (task / "comm").read_text().startswith("llvmpipe-"))
        cores = sorted(os.sched_getaffinity(0))
        if len(threads) == len(cores):
            for thread, core in zip(threads, cores, strict=True):
                os.sched_setaffinity(thread, {core})

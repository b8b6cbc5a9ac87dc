"""For the ground shadow: how far each place of the ground is from what casts it, which says how sharp it may be there.

A shadow at a distance d from all that casts it has no detail much finer than the lamps are wide, seen from there. So
the lights that stand for a lamp may be blurred into each other by their spacing times d, and no more: the contact with
the ground, where d is zero, stays as sharp as it is.
"""

import moderngl
import numpy as np

from renderer.arrays import Float32, Float64
from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader
from renderer.lighting.casting import Caster

PROBES = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5]])
"""Shears of the views that look for it: straight from above, where a sheet that stands upright is not seen, and along
two slopes, one of which sees it whichever way it stands."""

COARSER, CELL = 2, 4
"""Texels of the shadow along each side of one that is looked at, and of those along each side of a cell, which has one
distance: that of the nearest thing in it."""

FARTHEST = 1e18
"""Metres, where nothing is: its square is a 32-bit float still."""

FAINTEST = 0.5 / 255
"""Opacity from which on a blended surface casts anything."""


class Clearance:
    """The distances on a rectangle of the ground: `texture` is R32F, in metres, and has a texel for each cell."""

    def __init__(self, device: Device, low: Float64, extent: Float64, ground: float, size: int) -> None:
        """The rectangle goes from `low` to `low + extent`, (x, z) in metres, at height `ground`.

        Its shadow has `size` x `size` texels.
        """
        ctx = device.ctx
        self._ctx = ctx
        size //= COARSER
        self._cell = extent / (size // CELL)
        self._programs = Programs(device)
        self._program = self._programs.get(read_shader("renderer.lighting", "cast_ground.vert.glsl"),
                                           read_shader("renderer.lighting", "clearance.frag.glsl"))
        self._program["ground"] = ground
        self._program["window"] = (*low, *(2 / extent))
        self._program["layer"] = 0.0
        self._seen = ctx.texture((size, size), 1, dtype="f4")
        self._target = ctx.framebuffer([self._seen])
        self.texture = ctx.texture((size // CELL, size // CELL), 1, dtype="f4")
        self.texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.texture.repeat_x = self.texture.repeat_y = False

    def clear(self) -> None:
        """Forgets what was seen."""
        self._target.clear(red=FARTHEST)

    def see(self, caster: Caster, probe: int) -> None:
        """Looks at `caster`, in the pose that it has, along one of PROBES."""
        shear = PROBES[probe]
        self._program["shear"] = tuple(shear)
        self._program["slant"] = float(np.hypot(1.0, np.linalg.norm(shear)))
        with self._ctx.scope(self._target, moderngl.BLEND):
            self._ctx.blend_equation = moderngl.MIN, moderngl.MIN
            try:
                caster.draw_geometry(self._program, blend_cutoff=FAINTEST)
            finally:
                self._ctx.blend_equation = moderngl.FUNC_ADD, moderngl.FUNC_ADD

    def measure(self) -> None:
        """Sets `texture` by what was seen since `clear`."""
        size = self._seen.width
        seen = np.frombuffer(self._seen.read(), np.float32).reshape(size // CELL, CELL, size // CELL, CELL)
        along = _spread(seen.min(axis=(1, 3)) ** 2, self._cell[1])
        self.texture.write(np.sqrt(_spread(along.T, self._cell[0]).T).tobytes())

    def release(self) -> None:
        self._target.release()
        self._seen.release()
        self.texture.release()
        self._programs.release()


def _spread(squares: Float32, step: float) -> Float32:
    """Of squared distances (rows, columns), for each place the least of its column, the squared way to there added.

    Rows are `step` apart. Once along each axis, this makes distances from heights: a lower envelope of parabolas.
    """
    ways = np.square(np.subtract.outer(np.arange(len(squares)), np.arange(len(squares))) * step).astype(np.float32)
    return np.stack([(squares + way[:, None]).min(axis=0) for way in ways])

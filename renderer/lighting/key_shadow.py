"""Once per shot, before the frames: from which parts of the key each point of the model can be seen.

GROUPS * GROUP depth maps, one per part of the key, lie as tiles in one atlas. A shader looks up one group of them per
sample and so, over the samples of a pixel, all of them: penumbrae widen with distance as under a real softbox.
"""

from collections.abc import Sequence

import moderngl
import numpy as np
import numpy.typing as npt

from renderer.arrays import Float64
from renderer.gl.context import Device
from renderer.gl.programs import Programs, set_uniform
from renderer.lighting.casting import Caster, SetPose, affordable, cast_program, in_turn, keep_pose
from renderer.lighting.environment import LightTables
from renderer.lighting.samples import GROUP, GROUPS, Lights, key_grid
from renderer.lighting.sources import Panel
from renderer.scene.bounds import Bounds

OFFSET = 1.5
"""Texels by which a lookup is moved off the surface along its normal, so that rounding casts no shadow on it."""


def key_weights(lights: Lights, key_direction: npt.ArrayLike) -> Float64:
    """What each of the key's lights gives, (n,), to a surface that faces it, so that all of them together give 1 to one
    that faces `key_direction`."""
    facing = np.maximum(lights.directions @ np.asarray(key_direction, np.float64), 0.0)
    return np.asarray(lights.weights / (lights.weights @ facing))


class KeyShadow:
    """The atlas of depth maps, which `cast` draws, and the uniforms to look it up with. It is empty before."""

    def __init__(self, device: Device, key: Panel, bounds: Bounds, *, tile: int) -> None:
        """`bounds`, in metres, hold the placed model in all poses; a depth map has `tile` x `tile` texels."""
        ctx = device.ctx
        self._device = device
        self._lights = key_grid(key)
        self._tile = tile
        size = np.maximum(bounds.high - bounds.low, 0.02 * max(bounds.radius, 1e-6)) * 1.02
        reach = size[[0, 2]] + np.abs(self._lights.shears).max(axis=0) * size[1]
        self._center = tuple(((bounds.low + bounds.high) / 2).tolist())
        self._scale = (*(1 / reach).tolist(), 1 / float(size[1]))
        self._offset = OFFSET * float(reach.max()) / tile
        self._texture = ctx.depth_texture((tile * GROUP, tile * GROUPS))
        self._texture.compare_func = "<="
        self._texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._texture.repeat_x = self._texture.repeat_y = False
        self._framebuffer = ctx.framebuffer(depth_attachment=self._texture)
        self._programs = Programs(device)

    @property
    def terms(self) -> bytes:
        """All numbers that the maps of a caster depend on."""
        numbers = (self._lights.shears, self._center, self._scale, self._tile)
        return b"".join(np.asarray(each, np.float64).tobytes() for each in numbers)

    @property
    def empty(self) -> npt.NDArray[np.float32]:
        """Zeros in the shape of `texels`."""
        return np.zeros(self._texture.size[::-1], np.float32)

    def texels(self) -> npt.NDArray[np.float32]:
        """The atlas (GROUPS * tile, GROUP * tile): depths 0 to 1 of 24 bits, which 32-bit floats hold exactly."""
        width, height = self._texture.size
        return np.frombuffer(self._texture.read(alignment=1), np.float32).reshape(height, width)

    def put(self, texels: npt.NDArray[np.float32]) -> None:
        """Replaces the maps."""
        self._texture.write(texels)

    def cast(self, caster: Caster, poses: Sequence[SetPose] = (keep_pose,)) -> None:
        """Replaces the maps by those of `caster`: each light's shows it in one of `poses`, in turn."""
        ctx = self._device.ctx
        poses = affordable(
            caster, poses, self._lights, self._tile, np.array(self._center), np.array(self._scale[:2])
        )
        program = cast_program(self._programs, "cast_key.vert.glsl", caster)
        program["center"] = self._center
        program["scale"] = self._scale
        with ctx.scope(self._framebuffer, moderngl.DEPTH_TEST):
            self._framebuffer.viewport = (0, 0, *self._texture.size)
            self._framebuffer.clear()
            ctx.polygon_offset = 2.0, 2.0
            shears = self._lights.shears
            try:
                for index in in_turn(poses, len(self._lights.weights)):
                    row, column = divmod(index, GROUP)
                    self._framebuffer.viewport = (column * self._tile, row * self._tile, self._tile, self._tile)
                    program["shear"] = tuple(shears[index])
                    caster.draw_geometry(program, blend_cutoff=(index + 0.5) / len(self._lights.weights))
            finally:
                ctx.polygon_offset = 0.0, 0.0
        self._device.check_errors("drawing the key's shadow maps")

    def bind(self, program: moderngl.Program, unit: int, tables: LightTables) -> None:
        """Sets the key's uniforms of shadow.glsl; its irradiance is that of `tables`."""
        self._texture.use(unit)
        shears = self._lights.shears
        weights = key_weights(self._lights, tables.key_direction) * self._lights.directions[:, 1]
        # A sample sees one group, a pixel the mean of all groups.
        lights = np.column_stack([shears, weights * GROUPS, np.zeros(len(shears))])
        set_uniform(program, "key_depth", unit)
        set_uniform(program, "key_lights", [tuple(row) for row in lights.tolist()])
        set_uniform(program, "key_center", self._center)
        set_uniform(program, "key_scale", self._scale)
        set_uniform(program, "key_offset", self._offset)

    def release(self) -> None:
        self._framebuffer.release()
        self._texture.release()
        self._programs.release()

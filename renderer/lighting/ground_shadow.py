"""Once per shot, before the frames: the model's soft shadow on the ground, summed over many lights.

For each light, the model is projected onto the ground along the light's direction, onto every WOVENth texel. They all
add up in one float texture, so the shadow is sharp and dark where the model touches the ground and wide and faint away
from it. There the edges of single lights are blurred into each other, the wider the farther away the model is
(`clearance`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import moderngl
import numpy as np
import numpy.typing as npt

from renderer.arrays import Float64
from renderer.gl.context import Device
from renderer.gl.mipmaps import set_coarser
from renderer.gl.programs import FULL_SCREEN, Programs, read_shader
from renderer.lighting.casting import Caster, SetPose, affordable, cast_program, in_turn, keep_pose
from renderer.lighting.clearance import PROBES, Clearance
from renderer.lighting.samples import ground_lights
from renderer.lighting.sources import Lamps
from renderer.scene.bounds import Bounds

EDGE_FADE = 0.12
"""Over this share of its size, along each edge, the rectangle's shadow fades to nothing."""

SHARP_SIGMA, WIDEST_SIGMA = 1 / 640, 1 / 20
"""Standard deviations of the blur that takes the jags off all edges, and at most of the one that makes a slope of
single lights' edges, in shares of the rectangle's size."""

SPREAD = 0.8
"""Standard deviation of that second blur, in spacings of the lights at the distance of what casts the shadow. On discs,
plates, boxes and tori in the light of all presets, 0.6 leaves edges of single lights to be seen, and with 1.3 the
shadow is up to 1/255 further off the exact one."""

SHRUNK = 4
"""Texels along each side of the sharp picture whose mean becomes one of the wide picture."""

WOVEN = 2
"""Each light is seen by one texel in so many along both sides: at equal cost there can be twice as many lights. The
shadow's sharpest blur makes all texels see all of them."""

LEAST_SIGMA = 0.9
"""Standard deviation of that blur, in texels, at least: what alternates from texel to texel is divided by 50."""

CUTOFF_STEP = 0.7548776662466927
"""From light to light, the alpha that a blended surface needs to block it moves on by this, modulo 1: the inverse of
the plastic number, which has nothing to do with the golden ratio of the lights' own directions."""

CELLS_LEVEL = 4
"""The mip level whose texels `GroundShadow.outline` looks at: 16 texels of the shadow along each side."""

REACH = 3.0
"""The rectangle goes at most this many bounding radii from the model's centre to each side."""


Blocked = npt.NDArray[np.float16]
"""Shares of blocked light, (size, size)."""

Place = tuple[int, int]


class _Blur(NamedTuple):
    source: moderngl.Texture
    target: moderngl.Framebuffer
    axis: int


class GroundShadow:
    """The share of the floor's light that the model blocks, on a level rectangle.

    `texture` is R16F, 0 (all light arrives) to 1, with mip levels and zero along its edges; u runs along +x and v along
    +z from `low` to `low + size`, (x, z) in metres at height `ground`. The shadow's opacity is `strength` times it.
    """

    def __init__(
        self, device: Device, lamps: Lamps, bounds: Bounds, ground: float, *, lights: int, size: int
    ) -> None:
        """Nothing is cast yet. `bounds` hold the placed model in all poses, y = `ground` is the floor, in metres.

        The shadow is summed over `lights` and has `size` x `size` texels.
        """
        self.ground = ground
        self.strength = lamps.shadow_strength
        self._device = device
        self._lights = ground_lights(lamps, lights)
        self.low, self.size = shadow_rectangle(bounds, ground, self._lights.shears)
        self._programs = Programs(device)
        self._soften, self._shrink, self._widen, self._merge = programs = [
            self._programs.get(FULL_SCREEN, read_shader("renderer.lighting", f"{name}.frag.glsl"),
                               {"SIGMA": max(SHARP_SIGMA * size, LEAST_SIGMA), "SHRUNK": SHRUNK, "WOVEN": WOVEN})
            for name in ("soften", "shrink", "widen", "merge")
        ]
        self._triangles = {program: device.ctx.vertex_array(program, []) for program in programs}
        self._clearance = Clearance(device, self.low, self.size, ground, size)
        small = size // SHRUNK
        self.texture = self._picture(size, 1, "f2")
        self.texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._levels: list[Blocked] = []
        self._sharp, self._total, self._between = (self._picture(size, 2, "f4") for _ in range(3))
        self._small, self._wide = (self._picture(small, 2, "f4") for _ in range(2))
        self._depth = device.ctx.depth_renderbuffer((size, size))
        self._sum_target = device.ctx.framebuffer([self._total], self._depth)
        self._target = device.ctx.framebuffer([self.texture])
        between, sharp, narrow, wide = (
            device.ctx.framebuffer([target]) for target in (self._between, self._sharp, self._small, self._wide)
        )
        self._softenings = (_Blur(self._total, between, 0), _Blur(self._between, sharp, 1))
        self._widenings = (_Blur(self._wide, narrow, 0), _Blur(self._small, wide, 1))
        self._shrunk = wide  # where the sharp picture is put before it is blurred once more

    def _picture(self, size: int, components: int, kind: str) -> moderngl.Texture:
        texture = self._device.ctx.texture((size, size), components, dtype=kind)
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        texture.repeat_x = texture.repeat_y = False
        return texture

    @property
    def terms(self) -> bytes:
        """All numbers that the shadow of a caster depends on."""
        lights = self._lights
        numbers = (self.low, self.size, self.ground, lights.directions, lights.weights, lights.of_key,
                   self.texture.width)
        return b"".join(np.asarray(each, np.float64).tobytes() for each in numbers)

    def cast(self, caster: Caster, poses: Sequence[SetPose] = (keep_pose,)) -> None:
        """Replaces the shadow by that of `caster`, the mean over `poses`: each light is used in one of them.

        Geometry below the ground counts as touching it; masked surfaces cast their holes, blended ones their opacity.
        """
        ctx = self._device.ctx
        middle = np.array([self.low[0] + self.size[0] / 2, self.ground, self.low[1] + self.size[1] / 2])
        poses = affordable(caster, poses, self._lights, self.texture.width, middle, 1 / self.size)
        program = cast_program(self._programs, "cast_ground.vert.glsl", caster)
        program["ground"] = self.ground
        shears, weights, count = self._lights.shears, self._lights.weights, len(self._lights.weights)
        draws = count + max(len(poses), len(PROBES))
        self._clearance.clear()
        with ctx.scope(self._sum_target, moderngl.DEPTH_TEST | moderngl.BLEND):
            self._sum_target.clear()
            ctx.blend_func = moderngl.ONE, moderngl.ONE
            # Every light draws at a smaller depth than the one before, and only fragments strictly nearer pass. So a
            # light counts once however many triangles overlap, without a target of its own.
            try:
                for done, index in enumerate(in_turn(poses, draws), 1):
                    if index >= count:
                        self._clearance.see(caster, index % len(PROBES))
                        continue
                    weight = WOVEN**2 * weights[index]
                    program["window"] = self._part(index % WOVEN**2)
                    program["shear"] = tuple(shears[index])
                    program["weight"] = (weight, 0.0) if index < self._lights.of_key else (0.0, weight)
                    program["layer"] = 1 - 2 * done / (draws + 1)
                    caster.draw_geometry(program, blend_cutoff=(index * CUTOFF_STEP + 0.5) % 1)
            finally:
                ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self._clearance.measure()
        self._smooth()
        self._device.check_errors("accumulating the ground shadow")
        texels = self._target.read(components=1, alignment=1, dtype="f2")
        self.put(np.frombuffer(texels, np.float16).reshape(self.texture.size))

    def _part(self, part: int) -> tuple[float, ...]:
        """Draws what follows into one of the parts of the sum. Returns the window that cast_ground.vert.glsl needs."""
        side = self.texture.width // WOVEN
        corner = np.array([part % WOVEN, part // WOVEN])
        self._sum_target.viewport = (*(corner * side).tolist(), side, side)
        low = self.low + (corner - (WOVEN - 1) / 2) / self.texture.width * self.size
        return (*low.tolist(), *(2 / self.size).tolist())

    @property
    def empty(self) -> Blocked:
        """Zeros, (size, size)."""
        return np.zeros(self.texture.size, np.float16)

    def texels(self) -> Blocked:
        """The shadow, (size, size) shares of blocked light."""
        return self._levels[0]

    def put(self, texels: Blocked) -> None:
        """Replaces the shadow."""
        self._levels = _halvings(texels)
        self.texture.write(texels)
        set_coarser(self._device, self.texture, [level[..., None] for level in self._levels[1:]])

    def outline(self) -> Float64:
        """The corners (n, 2), texture coordinates u, v in order, of a convex polygon that holds all texels above zero.

        It is larger than their hull by one texel of CELLS_LEVEL, for filters.
        """
        means = self._levels[CELLS_LEVEL]
        side = len(means)
        corners = set()
        for row in np.flatnonzero(means.any(axis=1)).tolist():
            columns = np.flatnonzero(means[row])
            for column in (int(columns[0]), int(columns[-1])):
                corners |= {(column + x, row + y) for x in (-1, 2) for y in (-1, 2)}
        inside = {(min(max(x, 0), side), min(max(y, 0), side)) for x, y in corners}
        return np.array(convex_hull(sorted(inside)), np.float64).reshape(-1, 2) / side

    def _smooth(self) -> None:
        """From the sum of the lights to `texture`."""
        for blur in self._softenings:
            self._blur(self._soften, blur)
        self._sharp.use(0)
        self._fill(self._shrink, self._shrunk)
        for blur in self._widenings:
            self._set_width(self._widen, self._wide.width / self.size[blur.axis])
            self._blur(self._widen, blur)
        self._sharp.use(0)
        self._wide.use(1)
        self._merge["sharp"] = 0
        self._merge["wide"] = 1
        self._merge["fade"] = EDGE_FADE
        self._set_width(self._merge, self._wide.width / float(self.size.max()))
        self._fill(self._merge, self._target)

    def _blur(self, program: moderngl.Program, blur: _Blur) -> None:
        blur.source.use(0)
        program["direction"] = (1 - blur.axis, blur.axis)
        self._fill(program, blur.target)

    def _set_width(self, program: moderngl.Program, density: float) -> None:
        """Sets the uniforms of blur_width.glsl for a picture of `density` texels per metre."""
        self._clearance.texture.use(2)
        program["clearance"] = 2
        program["spread"] = tuple(self._lights.spacings * SPREAD * density)
        program["widest"] = WIDEST_SIGMA * self._wide.width

    def _fill(self, program: moderngl.Program, target: moderngl.Framebuffer) -> None:
        with self._device.ctx.scope(target, moderngl.NOTHING):
            self._triangles[program].render(moderngl.TRIANGLES, vertices=3)

    def release(self) -> None:
        blurred = [blur.target for blur in (*self._softenings, *self._widenings)]
        for framebuffer in (self._sum_target, self._target, *blurred):
            framebuffer.release()
        for texture in (self._total, self._between, self._sharp, self._small, self._wide, self.texture):
            texture.release()
        for triangle in self._triangles.values():
            triangle.release()
        self._depth.release()
        self._clearance.release()
        self._programs.release()


def shadow_rectangle(bounds: Bounds, ground: float, shears: Float64) -> tuple[Float64, Float64]:
    """(low, size), each (x, z) in metres, of the rectangle that holds the shadows of `bounds` under all `shears`."""
    height = max(float(bounds.high[1]) - ground, 0.0)
    low = bounds.low[[0, 2]] - np.maximum(shears.max(axis=0), 0.0) * height
    high = bounds.high[[0, 2]] - np.minimum(shears.min(axis=0), 0.0) * height
    margin = EDGE_FADE * (high - low)
    reach = REACH * max(bounds.radius, 1e-6)
    center = bounds.center[[0, 2]]
    low, high = np.maximum(low - margin, center - reach), np.minimum(high + margin, center + reach)
    return low, np.maximum(high - low, 1e-6)


def convex_hull(points: Sequence[Place]) -> list[Place]:
    """The corners, in order, of the convex hull of `points`, which are sorted and all different.

    A. M. Andrew's monotone chain (1979).
    """

    def chain(points: Sequence[Place]) -> list[Place]:
        corners: list[Place] = []
        for x, y in points:
            while len(corners) > 1:
                (ax, ay), (bx, by) = corners[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                corners.pop()
            corners.append((x, y))
        return corners[:-1]

    return chain(points) + chain(points[::-1])


def _halvings(blocked: Blocked) -> list[Blocked]:
    """It and its coarser mip levels, as long as the side of one is even."""
    levels = [blocked]
    while len(levels[-1]) % 2 == 0:
        finer = levels[-1].astype(np.float32)
        sums = finer[::2, ::2] + finer[1::2, ::2] + finer[::2, 1::2] + finer[1::2, 1::2]
        levels.append((sums / 4).astype(np.float16))
    return levels

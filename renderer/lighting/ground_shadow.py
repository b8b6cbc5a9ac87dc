"""Once per shot, before the frames: the model's soft shadow on the ground, summed over many lights.

Each light flattens the model onto the ground along its direction. All of them add up in one float texture, so the
shadow is sharp and dark where the model touches the ground and wide and faint away from it, as in a real studio.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import moderngl
import numpy as np

from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader
from renderer.lighting.samples import ground_lights
from renderer.lighting.sources import Lamps
from renderer.scene.bounds import Bounds
from renderer.scene.nodes import Float64

EDGE_FADE = 0.12
SHARP_SIGMA = 1 / 640  # of the rectangle's size, as the next one
WIDE_SIGMA = 1 / 32
WIDE_LEVEL = 2
ALL_STEPS, NO_STEPS = (0.3, 0.12), (0.8, 0.4)  # blocked light where single lights show, of FEW and of MANY lights
FEW, MANY = 48, 96
SMALL_KEY, LARGE_KEY = 0.2, 0.4  # half angle, radians: the shadow of a small one keeps its edge

CELLS_LEVEL = 4
"""The mip level whose texels `GroundShadow.outline` looks at: 16 texels of the shadow along each side."""

REACH = 3.0
"""The rectangle goes at most this many bounding radii from the model's centre to each side."""


class Caster(Protocol):
    """What casts the shadow: `renderer.gl.resources.GpuScene`."""

    def draw_geometry(self, program: moderngl.Program, *, blend_cutoff: float) -> None: ...


Moment = Callable[[], None]
"""Brings the caster into one of its poses."""


def stay() -> None:
    """The moment that is now."""


def in_turn(moments: Sequence[Moment], count: int) -> Iterator[int]:
    """Every index below `count` once; before the first of each of the interleaved shares, its moment is brought on."""
    for first, move in enumerate(moments):
        move()
        yield from range(first, count, len(moments))


class _Blur(NamedTuple):
    source: moderngl.Texture
    level: int
    target: moderngl.Framebuffer
    direction: tuple[int, int]
    sigma: float


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
        self._widened = float(np.interp(lamps.key.half_angle, (SMALL_KEY, LARGE_KEY), (0.0, 1.0)))
        self.low, self.size = shadow_rectangle(bounds, ground, self._lights.shears)
        self._programs = Programs(device)
        vertex = read_shader("renderer.passes", "full_screen.vert.glsl")
        self._cast = self._programs.get(read_shader("renderer.lighting", "cast_ground.vert.glsl"),
                                        read_shader("renderer.lighting", "cast.frag.glsl"))
        self._soften = self._programs.get(vertex, read_shader("renderer.lighting", "soften.frag.glsl"))
        self._merge = self._programs.get(vertex, read_shader("renderer.lighting", "merge.frag.glsl"))
        self._triangles = {program: device.ctx.vertex_array(program, []) for program in (self._soften, self._merge)}
        small = size >> WIDE_LEVEL
        self.texture = self._picture(size, 1, "f2", mipmaps=True)
        self._sharp = self._picture(size, 2, "f4", mipmaps=True)
        self._total, self._between = (self._picture(size, 2, "f4") for _ in range(2))
        self._small, self._wide = (self._picture(small, 2, "f4") for _ in range(2))
        self._depth = device.ctx.depth_renderbuffer((size, size))
        self._sum_target = device.ctx.framebuffer([self._total], self._depth)
        self._target = device.ctx.framebuffer([self.texture])
        across, along = (1, 0), (0, 1)
        self._blurs = [
            _Blur(source, level, device.ctx.framebuffer([target]), direction, sigma)
            for source, level, target, direction, sigma in (
                (self._total, 0, self._between, across, SHARP_SIGMA * size),
                (self._between, 0, self._sharp, along, SHARP_SIGMA * size),
                (self._sharp, WIDE_LEVEL, self._small, across, WIDE_SIGMA * small),
                (self._small, 0, self._wide, along, WIDE_SIGMA * small),
            )
        ]

    def _picture(self, size: int, components: int, kind: str, *, mipmaps: bool = False) -> moderngl.Texture:
        texture = self._device.ctx.texture((size, size), components, dtype=kind)
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        if mipmaps:
            texture.build_mipmaps()
            texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        texture.repeat_x = texture.repeat_y = False
        return texture

    def cast(self, caster: Caster, moments: Sequence[Moment] = (stay,)) -> None:
        """Replaces the shadow by that of `caster`, the mean over `moments`: the lights take turns in them.

        Geometry below the ground counts as touching it; masked surfaces cast their holes, blended ones their opacity.
        """
        ctx = self._device.ctx
        self._cast["ground"] = self.ground
        self._cast["window"] = (*self.low, *(2 / self.size))
        count = len(self._lights.weights)
        with ctx.scope(self._sum_target, moderngl.DEPTH_TEST | moderngl.BLEND):
            self._sum_target.clear()
            ctx.blend_func = moderngl.ONE, moderngl.ONE
            # Every light draws nearer than the one before and only strictly nearer fragments pass, so a light counts
            # once however many triangles lie over each other, without a target of its own.
            for drawn, index in enumerate(in_turn(moments, count), 1):
                shear, weight = self._lights.shears[index], self._lights.weights[index]
                self._cast["shear"] = tuple(shear)
                self._cast["weight"] = (weight, 0.0) if index < self._lights.of_key else (0.0, weight)
                self._cast["layer"] = 1 - 2 * drawn / (count + 1)
                caster.draw_geometry(self._cast, blend_cutoff=(index * 0.6180339887498949 + 0.5) % 1)
            ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self._smooth()
        self._device.check_errors("accumulating the ground shadow")

    def outline(self) -> Float64:
        """The corners, (n, 2) places u, v in their order, of a convex polygon that holds all texels above zero.

        It reaches a cell further than they do, for filters. Waits for the device.
        """
        side = max(self.texture.width >> CELLS_LEVEL, 1)
        means = np.frombuffer(self.texture.read(level=CELLS_LEVEL, alignment=1), np.float16).reshape(side, side)
        rows, columns = np.nonzero(means > 0)
        cells = np.stack([columns, rows], axis=1)
        corners = np.concatenate([cells + np.array([x, y]) for x in (-1, 2) for y in (-1, 2)])
        return convex_hull(np.unique(corners.clip(0, side), axis=0) / side)

    def _smooth(self) -> None:
        """From the sum of the lights to `texture`."""
        ctx = self._device.ctx
        for blur in self._blurs:
            if blur.level:
                blur.source.build_mipmaps()
            blur.source.use(0)
            self._soften["level"] = blur.level
            self._soften["direction"] = blur.direction
            self._soften["sigma"] = blur.sigma
            with ctx.scope(blur.target, moderngl.NOTHING):
                self._triangles[self._soften].render(moderngl.TRIANGLES, vertices=3)
        self._sharp.use(0)
        self._wide.use(1)
        self._merge["sharp"] = 0
        self._merge["wide"] = 1
        self._merge["fade"] = EDGE_FADE
        count = len(self._lights.weights)
        self._merge["steps"] = tuple(float(np.interp(count, (FEW, MANY), ends)) for ends in (ALL_STEPS, NO_STEPS))
        self._merge["widened"] = self._widened
        with ctx.scope(self._target, moderngl.NOTHING):
            self._triangles[self._merge].render(moderngl.TRIANGLES, vertices=3)
        self.texture.build_mipmaps()

    def release(self) -> None:
        for framebuffer in (self._sum_target, self._target, *(blur.target for blur in self._blurs)):
            framebuffer.release()
        for texture in (self._total, self._between, self._sharp, self._small, self._wide, self.texture):
            texture.release()
        for triangle in self._triangles.values():
            triangle.release()
        self._depth.release()
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


def convex_hull(points: Float64) -> Float64:
    """The corners, (m, 2) in their order, of the convex polygon around points (n, 2) that are sorted, all different.

    A. M. Andrew's monotone chain (1979).
    """
    def chain(points: Float64) -> list[Float64]:
        corners: list[Float64] = []
        for point in points:
            while len(corners) > 1 and np.linalg.det([corners[-1] - corners[-2], point - corners[-2]]) <= 0:
                corners.pop()
            corners.append(point)
        return corners[:-1]

    return np.array(chain(points) + chain(points[::-1])).reshape(-1, 2)

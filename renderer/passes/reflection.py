"""Draws the model's reflection on a polished ground into the picture, over the shadow and before the model.

    mirrored view -> model -> faded by height and Fresnel -> mip levels -> blurred, all at the frame's size -> samples

What comes out is premultiplied, so the reflection lies on any backdrop, and in the alpha of frames that have none.
"""

import dataclasses

import moderngl
import numpy as np

from renderer.arrays import Float64
from renderer.camera.framing import View
from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.resources import matrix_bytes
from renderer.gl.tiles import WHOLE, Tile
from renderer.passes.geometry import GeometryPass
from renderer.scene.bounds import Bounds

REACH = 1.1
"""Height above the ground, in bounding radii, at which the reflection has faded to nothing."""

SPREAD = 0.075
"""Radius of the blur over the height of what is reflected: the ground is polished, not a mirror."""

SHARPEST = 0.6
"""Mip level of the blur at height 0: it averages the samples over which material shaders spread the key's lights."""


Window = tuple[int, int, int, int]
"""x, y, width and height of a part of the frame in pixels, from its lower left."""


class ReflectionPass:
    """Draws the reflection at the frame's size, without supersampling, as it is blurred anyway; owns its pictures."""

    def __init__(self, device: Device, size: tuple[int, int]) -> None:
        """`size` is the frame's, in pixels."""
        ctx = device.ctx
        self._device = device
        self._size = size
        self._window: Window | None = None
        self._color = ctx.texture(size, 4)
        self._depth = ctx.depth_texture(size)
        self._depth.compare_func = ""
        self._depth.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._faded = ctx.texture(size, 4)
        self._heights = ctx.texture(size, 2)
        for texture in (self._faded, self._heights):
            texture.build_mipmaps()
            texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
            texture.repeat_x = texture.repeat_y = False
        self._model_target = ctx.framebuffer([self._color], self._depth)
        self._fade_target = ctx.framebuffer([self._faded, self._heights])
        self._blurred = ctx.texture(size, 4)
        self._blur_target = ctx.framebuffer([self._blurred])
        self._programs = Programs(device)
        vertex = read_shader("renderer.passes", "window.vert.glsl")
        self._fade, self._blur, self._show = (
            self._programs.get(vertex, read_shader("renderer.passes", f"reflection_{step}.frag.glsl"))
            for step in ("fade", "blur", "show")
        )
        self._strips = {program: ctx.vertex_array(program, []) for program in (self._fade, self._blur, self._show)}

    def prepare(self, view: View, bounds: Bounds, ground: float, geometry: GeometryPass) -> None:
        """Makes the reflection of the model, which is within `bounds`, on the plane y = `ground`, for `show`.

        There is none when the camera is below the ground. Another framebuffer is current afterwards.
        """
        self._window = None
        reach = REACH * bounds.radius
        if view.eye[1] <= ground or reach <= 0:
            return
        mirrored = mirrored_view(view, ground)
        view_projection = mirrored.projection @ mirrored.view
        blur = SPREAD * reach * pixels_per_metre(view, bounds, self._size[1])
        window = self._seen(view_projection, bounds, ground, reach, blur)
        if window is None:
            return
        self._window = window
        self._model_target.scissor = window
        self._model_target.use()
        self._model_target.clear()
        geometry.draw(mirrored, self._model_target)
        middle = view_projection @ np.array([*bounds.center, 1.0])
        ctx = self._device.ctx
        ctx.enable_only(moderngl.NOTHING)
        self._fade_target.use()
        self._fade_target.clear()
        self._color.use(0)
        self._depth.use(1)
        self._run(self._fade, window, {
            "u_color": 0, "u_depth": 1, "u_eye": tuple(mirrored.eye), "u_ground": ground, "u_reach": reach,
            "u_world": matrix_bytes(np.asarray(np.linalg.inv(view_projection), np.float64)),
            "u_middle": float(middle[2] / middle[3]),
        })
        self._blur_target.use()
        self._faded.build_mipmaps()
        self._heights.build_mipmaps()
        self._faded.use(0)
        self._heights.use(1)
        self._run(self._blur, window, {
            "u_faded": 0, "u_heights": 1, "u_blur": blur, "u_sharpest": SHARPEST,
        })

    def show(self, tile: Tile = WHOLE) -> None:
        """Draws the reflection that was prepared last, if any, into the current framebuffer, a tile's: over the ground,
        behind all else."""
        if self._window is None:
            return
        ctx = self._device.ctx
        ctx.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        ctx.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        self._blurred.use(0)
        self._run(self._show, self._window, {"u_blurred": 0, "u_origin": tile.origin}, tile)
        ctx.enable_only(moderngl.NOTHING)

    def release(self) -> None:
        for strip in self._strips.values():
            strip.release()
        self._programs.release()
        for framebuffer in (self._model_target, self._fade_target, self._blur_target):
            self._device.release_framebuffer(framebuffer)
        for texture in (self._color, self._depth, self._faded, self._heights, self._blurred):
            texture.release()

    def _run(
        self, program: moderngl.Program, window: Window, uniforms: dict[str, object], tile: Tile = WHOLE
    ) -> None:
        for name, value in uniforms.items():
            set_uniform(program, name, value)
        x, y, width, height = window
        corners = np.array([[x, y], [x + width, y + height]]) * 2 / np.array(self._size) - 1
        low, high = corners * tile.crop[[0, 1], [0, 1]] + tile.crop[:2, 3]
        set_uniform(program, "u_window", (*low, *high))
        self._strips[program].render(moderngl.TRIANGLE_STRIP, vertices=4)

    def _seen(
        self, view_projection: Float64, bounds: Bounds, ground: float, reach: float, margin: float
    ) -> Window | None:
        """The part of the frame that can show the reflection, with a margin in pixels; None where there is none."""
        size = np.array(self._size)
        top = min(float(bounds.high[1]), ground + reach)
        corners = np.array([
            (x, y, z, 1.0) for x in (bounds.low[0], bounds.high[0]) for y in (ground, top)
            for z in (bounds.low[2], bounds.high[2])
        ]) @ view_projection.T
        if corners[:, 3].min() <= 0:  # the camera is inside the box
            return 0, 0, *self._size
        places = (corners[:, :2] / corners[:, 3:] + 1) / 2 * size
        air = 2 * margin + 4
        low = np.clip(np.floor(places.min(axis=0) - air), 0, size).astype(int)
        high = np.clip(np.ceil(places.max(axis=0) + air), 0, size).astype(int)
        width, height = high - low
        return (int(low[0]), int(low[1]), int(width), int(height)) if width > 0 and height > 0 else None


def mirrored_view(view: View, ground: float) -> View:
    """The camera below the plane y = `ground` that sees what `view` sees in it: its view matrix mirrors the world."""
    mirror = np.diag([1.0, -1.0, 1.0, 1.0])
    mirror[1, 3] = 2 * ground

    def below(place: Float64) -> Float64:
        return np.asarray(mirror[:3, :3] @ place + mirror[:3, 3])

    return dataclasses.replace(
        view, eye=below(view.eye), target=below(view.target), up=mirror[:3, :3] @ view.up, view=view.view @ mirror
    )


def pixels_per_metre(view: View, bounds: Bounds, height: int) -> float:
    """Pixels of a metre at the model's centre, parallel to the picture, which is `height` pixels high."""
    depth = max(float(-(view.view @ np.array([*bounds.center, 1.0]))[2]), view.near)
    return float(view.projection[1, 1]) * height / 2 / depth

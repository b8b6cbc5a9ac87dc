"""Draws the model: every primitive with the program that its material and vertices ask for.

Opaque and masked parts come first, near ones before far ones. Transmissive parts show a copy of those; the nearest few
are drawn one by one, far ones first, each with a new copy, and all others hide each other. Blended parts follow, far
ones first, each with its back faces before its front faces. Opaque parts whose shading is deferred (see `deferred`)
come before all others.
"""

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence

import moderngl
import numpy as np

from renderer.camera.framing import View
from renderer.gl.cost import Picture
from renderer.gl.resources import GpuDrawable, GpuScene, matrix_bytes
from renderer.gl.sampling import SUPERSAMPLING
from renderer.gl.tiles import WHOLE, Tile
from renderer.lighting.environment import Environment
from renderer.lighting.shadow import SelfShadows
from renderer.lighting.sheen import sheen_texture
from renderer.passes.deferred import DeferredDraws, GBuffer, worth_deferring
from renderer.passes.programs import BEHIND_UNIT, SHEEN_UNIT, MaterialPrograms, TriangleDraw
from renderer.passes.surface import is_transmissive
from renderer.passes.transmission import PictureBehind
from renderer.scene.lights import LIGHT_ROWS, dimming
from renderer.scene.nodes import AlphaMode

TRANSMISSION_LAYERS = 4
"""Copies of the picture per frame: so many transmissive drawables, the nearest ones, are seen through each other."""


class GeometryPass:
    """Owns the programs and material constants of one model; `draw` needs no more than a view."""

    def __init__(
        self, gpu_scene: GpuScene, environment: Environment, shadows: SelfShadows, buffers: Mapping[str, str] = {},
        *, tone_mapping: str = "neutral", g_buffer: GBuffer | None = None,
    ) -> None:
        """`buffers`, the defines of buffers.glsl, make it draw normals and depth beside the colour.

        `tone_mapping` is "neutral", or one of "aces", "agx" and "none" of tone_mapping.glsl. What is drawn into the
        samples of `g_buffer` may be shaded there after all of it is stored.
        """
        self._ctx = gpu_scene.device.ctx
        self._gpu_scene = gpu_scene
        self._mirrored = False
        self._behind = PictureBehind(gpu_scene.device)
        has_sheen = any(material.sheen is not None for material in gpu_scene.scene.materials)
        self._sheen = sheen_texture(gpu_scene.device) if has_sheen else None
        defines = {**buffers, f"TONE_{tone_mapping.upper()}": "1"}
        self._dimming = 1.0
        if count := len(gpu_scene.scene.lights):
            defines |= {"LIGHTS": str(count), "LIGHT_ROWS": str(LIGHT_ROWS)}
            low, high = gpu_scene.box()
            self._dimming = dimming(gpu_scene.lights, (low + high) / 2, float(np.linalg.norm(high - low)) / 2)
        self._samples: moderngl.Framebuffer | None = None
        self._deferred: DeferredDraws | None = None
        with contextlib.ExitStack() as undo:
            if self._sheen is not None:
                undo.callback(self._sheen.release)
            self._programs = MaterialPrograms(gpu_scene, environment, shadows, defines)
            undo.callback(self._programs.release)
            self._draws = [
                TriangleDraw.of(gpu_scene, one, self._programs.get(one, "material.vert.glsl", "material.frag.glsl"))
                for one in gpu_scene.drawables
            ]
            if g_buffer is not None:
                worth = worth_deferring(gpu_scene.drawables, g_buffer.samples.color.size)
                self._samples = g_buffer.samples.framebuffer
                self._deferred = DeferredDraws(gpu_scene, worth, self._programs, g_buffer) if worth else None
            undo.pop_all()

    @property
    def layers(self) -> int:
        """Transmissive layers that are seen through each other: 0 where nothing shows what is behind it."""
        return min(TRANSMISSION_LAYERS, sum(is_transmissive(draw.drawable.material) for draw in self._draws))

    def draw(
        self,
        view: View,
        target: moderngl.Framebuffer,
        tile: Tile = WHOLE,
        behind: Sequence[moderngl.Texture] | None = None,
        ground: Callable[[], None] | None = None,
    ) -> None:
        """Draws into `target`, which is current, and whose depth is cleared or holds what may hide the model.

        The view may mirror the world. `behind` has what each transmissive layer shows, the farthest one's first, with a
        texel for each pixel; without it, that is what `target` holds by then. `ground` draws what lies under the model,
        after all opaque parts: it costs only where it is seen.
        """
        ctx = self._ctx
        self.draw_behind(view, target, tile, behind, ground)
        ctx.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        ctx.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        target.depth_mask = False
        for draw in reversed(self._near_first(view)):
            if _is_blended(draw.drawable):
                for culled in ("front", "back") if draw.drawable.material.double_sided else ("back",):
                    draw.render(self._programs, ctx, mirrored=self._mirrored, culled=culled)
        target.depth_mask = True
        self._finish()

    def draw_behind(
        self,
        view: View,
        target: moderngl.Framebuffer,
        tile: Tile,
        behind: Sequence[moderngl.Texture] | None,
        ground: Callable[[], None] | None,
    ) -> None:
        """Like `draw`, but for blended parts, and only as many transmissive layers as `behind` has pictures for: what
        the next layer shows."""
        self._draw_opaque(view, target, tile)
        if ground is not None:
            ground()
            self._programs.bind_light()  # to the texture units that the ground has used
            self._ctx.enable_only(moderngl.DEPTH_TEST)
        self._programs.set_uniforms({"u_finer": 0.0 if behind is None else math.log2(SUPERSAMPLING)})
        transmissive = [draw for draw in self._draws if is_transmissive(draw.drawable.material)]
        transmissive.sort(key=lambda draw: _nearest(draw.drawable, view))
        for layer in range(self.layers if behind is None else len(behind)):
            (self._behind.capture(target) if behind is None else behind[layer]).use(BEHIND_UNIT)
            place = self.layers - 1 - layer  # the nearest one's is 0
            for draw in transmissive[place : None if layer == 0 else place + 1]:
                draw.render(self._programs, self._ctx, mirrored=self._mirrored)
        self._finish()

    def _finish(self) -> None:
        """Leaves the state that other passes expect."""
        self._programs.clear_samplers()
        self._ctx.front_face = "ccw"
        self._ctx.cull_face = "back"
        self._ctx.enable_only(moderngl.NOTHING)

    def _draw_opaque(self, view: View, target: moderngl.Framebuffer, tile: Tile) -> None:
        self._mirrored = bool(np.linalg.det(view.view[:3, :3]) < 0)
        view_projection = tile.crop @ view.projection @ view.view
        self._programs.set_uniforms({
            "u_view_projection": matrix_bytes(view_projection), "u_eye": tuple(view.eye),
            "u_origin": tile.origin, "u_ndc_to_frame": tile.place, "u_dimming": self._dimming,
            "lights": [tuple(row) for row in self._gpu_scene.lights.tolist()],
        })
        self._programs.bind_light()
        self._programs.update_constants()
        if self._sheen is not None:
            self._sheen.use(SHEEN_UNIT)
        deferred = self._deferred if target is self._samples else None
        if deferred is not None:
            deferred.draw(view_projection, mirrored=self._mirrored)
        self._ctx.enable_only(moderngl.DEPTH_TEST)
        for draw in self._near_first(view):
            drawable = draw.drawable
            hides = not _is_blended(drawable) and not is_transmissive(drawable.material)
            if hides and (deferred is None or drawable not in deferred):
                draw.render(self._programs, self._ctx, mirrored=self._mirrored)
        self._programs.clear_samplers()

    def _near_first(self, view: View) -> list[TriangleDraw]:
        return sorted(self._draws, key=lambda draw: _distance(draw.drawable, view))

    def release(self) -> None:
        if self._deferred is not None:
            self._deferred.release()
        self._programs.release()
        if self._sheen is not None:
            self._sheen.release()
        self._behind.release()
        self._draws.clear()


def picture_of(view: View, size: tuple[int, int]) -> Picture:
    """What a GeometryPass draws in that view, of `size` samples, for `renderer.gl.cost`."""
    mirrored = bool(np.linalg.det(view.view[:3, :3]) < 0)
    return Picture(view.projection @ view.view, size, nearest=view.near, culled=True, mirrored=mirrored)


def _is_blended(drawable: GpuDrawable) -> bool:
    return drawable.material.alpha_mode is AlphaMode.BLEND and not is_transmissive(drawable.material)


def _distance(drawable: GpuDrawable, view: View) -> float:
    return float(np.linalg.norm(drawable.centre - view.eye))


def _nearest(drawable: GpuDrawable, view: View) -> float:
    """The distance to its bounding sphere: what is inside a transmissive part counts as behind it."""
    return _distance(drawable, view) - drawable.radius

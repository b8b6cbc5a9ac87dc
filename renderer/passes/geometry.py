"""Draws the model: every primitive with the program that its material and vertices ask for.

Opaque and masked parts come first, near ones before far ones. Transmissive parts show a copy of those; the nearest few
are drawn one by one, far ones first, each with a new copy, and all others hide each other. Blended parts follow, far
ones first, each with its back faces before its front faces.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping

import moderngl
import numpy as np

from renderer.camera.framing import View
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.resources import GpuDrawable, GpuScene, matrix_bytes
from renderer.gl.tiles import WHOLE, Tile
from renderer.lighting.environment import Environment
from renderer.lighting.shadow import SelfShadows
from renderer.lighting.sheen import sheen_texture
from renderer.passes.surface import is_transmissive, surface_constants, surface_defines
from renderer.passes.transmission import Behind
from renderer.scene.lights import dimming
from renderer.scene.nodes import AlphaMode

_MATERIAL_BLOCK = 0
_FIRST_MAP_UNIT = 4  # behind those of the environment and of the shadows
_BEHIND_UNIT = 14
_SHEEN_UNIT = 15

GLASS_LAYERS = 4
"""Times per frame that what is behind glass is captured: that many panes, the nearest, are seen through each other."""


@dataclasses.dataclass(slots=True, eq=False)
class _Draw:
    """One drawable, ready: its program, vertex array and material constants."""

    drawable: GpuDrawable
    program: moderngl.Program
    array: moderngl.VertexArray
    constants: moderngl.Buffer
    transmissive: bool
    blended: bool


class GeometryPass:
    """Owns the programs and material constants of one model; `draw` needs no more than a view."""

    def __init__(
        self, gpu_scene: GpuScene, environment: Environment, shadows: SelfShadows, buffers: Mapping[str, str] = {},
        *, tone_mapping: str = "neutral",
    ) -> None:
        """`buffers`, the defines of buffers.glsl, make it draw normals and depth beside the colour.

        `tone_mapping` is "neutral", or one of "aces", "agx" and "none" of tone_mapping.glsl.
        """
        self._ctx = gpu_scene.device.ctx
        self._environment = environment
        self._shadows = shadows
        self._mirrored = False
        self._programs = Programs(gpu_scene.device)
        self._behind = Behind(gpu_scene.device)
        self._materials = list(gpu_scene.materials)
        self._constants = [self._ctx.buffer(surface_constants(material)) for material in self._materials]
        worn = any(material.sheen is not None for material in gpu_scene.scene.materials)
        self._sheen = sheen_texture(gpu_scene.device) if worn else None
        defines = {**buffers, f"TONE_{tone_mapping.upper()}": "1"}
        self._gpu_scene = gpu_scene
        self._dimming = 1.0
        if count := len(gpu_scene.scene.lights):
            defines["LIGHTS"] = str(count)
            low, high = gpu_scene.box()
            self._dimming = dimming(gpu_scene.lights, (low + high) / 2, float(np.linalg.norm(high - low)) / 2)
        self._draws = [self._prepare(gpu_scene, drawable, defines) for drawable in gpu_scene.drawables]

    @property
    def transmissive(self) -> bool:
        """Whether anything of the model shows what is behind it."""
        return any(draw.transmissive for draw in self._draws)

    def draw(
        self,
        view: View,
        target: moderngl.Framebuffer,
        tile: Tile = WHOLE,
        behind: moderngl.Texture | None = None,
        ground: Callable[[], None] | None = None,
    ) -> None:
        """Draws into `target`, which is current, and whose depth is cleared or holds what may hide the model.

        The view may mirror the world. `behind` is what glass shows; without it, that is what `target` holds by then,
        farther glass included. `ground` draws what lies under the model, by the depth of all that is opaque: it costs
        only where it is seen.
        """
        ctx = self._ctx
        near_first = self.draw_opaque(view, tile)
        if ground is not None:
            ground()
            self._bind_light()  # to the texture units that the ground has used
            ctx.enable_only(moderngl.DEPTH_TEST)
        glass = [draw for draw in near_first if draw.transmissive]
        glass.sort(key=lambda draw: _nearest(draw.drawable, view))
        layers = 1 if behind is not None else min(GLASS_LAYERS, len(glass))
        for layer in range(layers, 0, -1):
            (behind or self._behind.capture(target)).use(_BEHIND_UNIT)
            for draw in glass[layer - 1 : None if layer == layers else layer]:
                self._render(draw, None if draw.drawable.material.double_sided else "back")
        ctx.enable(moderngl.BLEND)
        ctx.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        target.depth_mask = False
        for draw in reversed(near_first):
            if draw.blended:
                if draw.drawable.material.double_sided:
                    self._render(draw, "front")
                self._render(draw, "back")
        target.depth_mask = True
        ctx.front_face = "ccw"
        ctx.cull_face = "back"
        ctx.enable_only(moderngl.NOTHING)

    def draw_opaque(self, view: View, tile: Tile = WHOLE) -> list[_Draw]:
        """Draws what hides all that is behind it, into the current framebuffer. Gives all draws, near ones first."""
        self._mirrored = bool(np.linalg.det(view.view[:3, :3]) < 0)
        uniforms = {
            "u_view_projection": matrix_bytes(tile.crop @ view.projection @ view.view), "u_eye": tuple(view.eye),
            "u_origin": tile.origin, "u_place": tile.place, "u_dimming": self._dimming,
            "lamps": [tuple(row) for row in self._gpu_scene.lights.tolist()],
        }
        for program in self._used_programs():
            for name, value in uniforms.items():
                set_uniform(program, name, value)
        self._bind_light()
        for index, material in enumerate(self._gpu_scene.materials):
            if material is not self._materials[index]:  # an animation has changed it
                self._constants[index].write(surface_constants(material))
                self._materials[index] = material
        if self._sheen is not None:
            self._sheen.use(_SHEEN_UNIT)
        near_first = sorted(self._draws, key=lambda draw: _distance(draw.drawable, view))
        self._ctx.enable_only(moderngl.DEPTH_TEST)
        for draw in near_first:
            if not (draw.blended or draw.transmissive):
                self._render(draw, None if draw.drawable.material.double_sided else "back")
        return near_first

    def _used_programs(self) -> Iterable[moderngl.Program]:
        return {id(draw.program): draw.program for draw in self._draws}.values()

    def _bind_light(self) -> None:
        for program in self._used_programs():
            self._shadows.bind(program, self._environment.bind(program, 0))

    def release(self) -> None:
        self._programs.release()
        for buffer in self._constants:
            buffer.release()
        self._constants.clear()
        if self._sheen is not None:
            self._sheen.release()
        self._behind.release()
        self._draws.clear()

    def _prepare(self, gpu_scene: GpuScene, drawable: GpuDrawable, defines: Mapping[str, str]) -> _Draw:
        light = self._environment.glsl + "\n" + self._shadows.glsl
        fragment = light + "\n" + read_shader("renderer.passes", "material.frag.glsl")
        vertex = read_shader("renderer.passes", "material.vert.glsl")
        program = self._programs.get(vertex, fragment, {**surface_defines(drawable), **defines})
        block = program.get("Material", None)
        if isinstance(block, moderngl.UniformBlock):
            block.binding = _MATERIAL_BLOCK
        for unit in range(len(drawable.textures)):
            set_uniform(program, f"u_map{unit}", _FIRST_MAP_UNIT + unit)
        set_uniform(program, "sheen_albedo", _SHEEN_UNIT)
        set_uniform(program, "u_behind", _BEHIND_UNIT)
        return _Draw(
            drawable=drawable,
            program=program,
            array=gpu_scene.vertex_array(drawable, program),
            constants=self._constants[drawable.primitive.material],
            transmissive=is_transmissive(drawable.material),
            blended=drawable.material.alpha_mode is AlphaMode.BLEND and not is_transmissive(drawable.material),
        )

    def _render(self, draw: _Draw, culled: str | None) -> None:
        drawable = draw.drawable
        if culled is None:
            self._ctx.disable(moderngl.CULL_FACE)
        else:
            self._ctx.enable(moderngl.CULL_FACE)
            self._ctx.cull_face = culled
        self._ctx.front_face = "cw" if drawable.mirrored != self._mirrored else "ccw"
        set_uniform(draw.program, "u_model", drawable.world_bytes)
        set_uniform(draw.program, "u_normal_matrix", drawable.normal_bytes)
        set_uniform(draw.program, "u_mirror", -1.0 if drawable.mirrored else 1.0)
        for unit, texture in enumerate(drawable.textures):
            texture.use(_FIRST_MAP_UNIT + unit)
        draw.constants.bind_to_uniform_block(_MATERIAL_BLOCK)
        draw.array.render(drawable.mode)


def _distance(drawable: GpuDrawable, view: View) -> float:
    return float(np.linalg.norm(drawable.centre - view.eye))


def _nearest(drawable: GpuDrawable, view: View) -> float:
    """Of its bounding sphere: what is inside of glass counts as behind it."""
    return _distance(drawable, view) - drawable.radius

"""Draws the model: every primitive with the program that its material and vertices ask for.

Opaque and masked parts come first, near ones before far ones; blended parts follow, far ones first, each with its back
faces before its front faces.
"""

import dataclasses

import moderngl
import numpy as np

from renderer.camera.framing import View
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.resources import GpuDrawable, GpuScene, matrix_bytes
from renderer.lighting.environment import Environment
from renderer.lighting.shadow import Shadows
from renderer.scene.nodes import AlphaMode, Material, Topology

_MATERIAL_BLOCK = 0
_FIRST_LIGHT_UNIT = 5  # a material has at most five maps


@dataclasses.dataclass(slots=True, eq=False)
class _Draw:
    """One drawable, ready: its program, vertex array and material constants."""

    drawable: GpuDrawable
    program: moderngl.Program
    array: moderngl.VertexArray
    constants: moderngl.Buffer
    blended: bool


class GeometryPass:
    """Owns the programs and material constants of one model; `draw` needs no more than a view."""

    def __init__(self, gpu_scene: GpuScene, environment: Environment, shadows: Shadows) -> None:
        self._ctx = gpu_scene.device.ctx
        self._environment = environment
        self._shadows = shadows
        self._programs = Programs(gpu_scene.device)
        self._constants = [self._ctx.buffer(_constants(material)) for material in gpu_scene.scene.materials]
        self._draws = [self._prepare(gpu_scene, drawable) for drawable in gpu_scene.drawables]

    def draw(self, view: View, target: moderngl.Framebuffer) -> None:
        """Draws into `target`, which is current, and whose depth is cleared or holds what may hide the model."""
        ctx = self._ctx
        view_projection = matrix_bytes(view.projection @ view.view)
        for program in {id(draw.program): draw.program for draw in self._draws}.values():
            set_uniform(program, "u_view_projection", view_projection)
            set_uniform(program, "u_eye", tuple(view.eye))
            self._shadows.bind(program, self._environment.bind(program, _FIRST_LIGHT_UNIT))
        near_first = sorted(self._draws, key=lambda draw: _distance(draw.drawable, view))
        ctx.enable_only(moderngl.DEPTH_TEST)
        for draw in near_first:
            if not draw.blended:
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

    def release(self) -> None:
        self._programs.release()
        for buffer in self._constants:
            buffer.release()
        self._constants.clear()
        self._draws.clear()

    def _prepare(self, gpu_scene: GpuScene, drawable: GpuDrawable) -> _Draw:
        light = self._environment.glsl + "\n" + self._shadows.glsl
        fragment = light + "\n" + read_shader("renderer.passes", "material.frag.glsl")
        vertex = read_shader("renderer.passes", "material.vert.glsl")
        program = self._programs.get(vertex, fragment, _defines(drawable))
        block = program.get("Material", None)
        if isinstance(block, moderngl.UniformBlock):
            block.binding = _MATERIAL_BLOCK
        for unit in range(len(drawable.textures)):
            set_uniform(program, f"u_map{unit}", unit)
        return _Draw(
            drawable=drawable,
            program=program,
            array=gpu_scene.vertex_array(drawable, program),
            constants=self._constants[drawable.primitive.material],
            blended=drawable.material.alpha_mode is AlphaMode.BLEND,
        )

    def _render(self, draw: _Draw, culled: str | None) -> None:
        drawable = draw.drawable
        if culled is None:
            self._ctx.disable(moderngl.CULL_FACE)
        else:
            self._ctx.enable(moderngl.CULL_FACE)
            self._ctx.cull_face = culled
        self._ctx.front_face = "cw" if drawable.mirrored else "ccw"
        set_uniform(draw.program, "u_model", drawable.world_bytes)
        set_uniform(draw.program, "u_normal_matrix", drawable.normal_bytes)
        set_uniform(draw.program, "u_mirror", -1.0 if drawable.mirrored else 1.0)
        for unit, texture in enumerate(drawable.textures):
            texture.use(unit)
        draw.constants.bind_to_uniform_block(_MATERIAL_BLOCK)
        draw.array.render(drawable.mode)


def _distance(drawable: GpuDrawable, view: View) -> float:
    return float(np.linalg.norm(drawable.centre - view.eye))


def _defines(drawable: GpuDrawable) -> dict[str, str]:
    """What the shader is specialised by: the material's maps and modes, and the attributes there are."""
    material, primitive = drawable.material, drawable.primitive
    flags = {
        "HAS_NORMAL": primitive.normals is not None,
        "HAS_TANGENT": primitive.tangents is not None and "NORMAL_TEXEL" in drawable.layout.defines,
        "HAS_COLOR": primitive.colors is not None,
        "TWO_SIDED": material.double_sided or primitive.topology is not Topology.TRIANGLES,
        "UNLIT": material.unlit,
        "ALPHA_MASK": material.alpha_mode is AlphaMode.MASK,
        "ALPHA_BLEND": material.alpha_mode is AlphaMode.BLEND,
    }
    return {**drawable.layout.defines, **{name: "1" for name, present in flags.items() if present}}


def _constants(material: Material) -> bytes:
    """The `Material` uniform block of material.frag.glsl: three vec4s."""
    return np.array(
        [
            *material.base_color_factor,
            *material.emissive_factor, material.occlusion_strength,
            material.metallic_factor, material.roughness_factor, material.normal_scale, material.alpha_cutoff,
        ],
        np.float32,
    ).tobytes()

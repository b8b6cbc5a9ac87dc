"""The programs that shade one model under one light, and how one of its drawables is drawn with one of them."""

import dataclasses
from collections.abc import Mapping

import moderngl

from renderer.checkpoints import checkpoint
from renderer.gl.materials import MAX_MAPS
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.resources import GpuDrawable, GpuScene
from renderer.lighting.environment import Environment
from renderer.lighting.shadow import SelfShadows
from renderer.passes.sharing import shared_defines
from renderer.passes.surface import surface_constants

_MATERIAL_BLOCK = 0
_FIRST_MAP_UNIT = 4  # behind those of the environment and of the shadows
TANGENTS_UNIT, DEPTH_UV_UNIT = 13, 14  # of the G-buffer: surfaces in it have a map less and show nothing behind them
BEHIND_UNIT = 14
SHEEN_UNIT = 15

_UNITS = {
    "sheen_albedo": SHEEN_UNIT, "u_behind": BEHIND_UNIT, "u_g_buffer_depth_uv": DEPTH_UV_UNIT,
    "u_g_buffer_tangents": TANGENTS_UNIT,
}


class MaterialPrograms:
    """Compiles programs for drawables of `gpu_scene`; owns them and the materials' uniform buffers until `release`.

    Raises ModelTooLarge for a model that needs too many.
    """

    def __init__(
        self, gpu_scene: GpuScene, environment: Environment, shadows: SelfShadows, defines: Mapping[str, str]
    ) -> None:
        self._ctx = gpu_scene.device.ctx
        self._gpu_scene = gpu_scene
        self._environment = environment
        self._shadows = shadows
        self._defines = defines
        self._surfaces = shared_defines(gpu_scene.drawables)
        self._programs = Programs(gpu_scene.device)
        self._used: dict[moderngl.Program, None] = {}
        self._samplers: dict[int, moderngl.Sampler] = {}  # that are bound, by unit
        self._materials = list(gpu_scene.materials)
        self._constants = [self._ctx.buffer(surface_constants(material)) for material in self._materials]

    def get(
        self, drawable: GpuDrawable, vertex: str, fragment: str, defines: Mapping[str, str] = {}
    ) -> moderngl.Program:
        """The program of two texts of this package, specialised for a drawable's material and for the light."""
        checkpoint()
        light = self._environment.glsl + "\n" + self._shadows.glsl + "\n"
        program = self._programs.get(
            read_shader("renderer.passes", vertex), light + read_shader("renderer.passes", fragment),
            {**self._surfaces[drawable], **self._defines, **defines},
        )
        if program not in self._used:
            self._used[program] = None
            block = program.get("Material", None)
            if isinstance(block, moderngl.UniformBlock):
                block.binding = _MATERIAL_BLOCK
            for unit in range(MAX_MAPS):
                set_uniform(program, f"u_map{unit}", _FIRST_MAP_UNIT + unit)
            for name, unit in _UNITS.items():
                set_uniform(program, name, unit)
        return program

    def set_uniforms(self, uniforms: Mapping[str, object]) -> None:
        """Sets uniforms by name in all programs that have them."""
        for program in self._used:
            for name, value in uniforms.items():
                set_uniform(program, name, value)

    def bind_light(self) -> None:
        """Binds the textures of the light and of the shadows, and sets their uniforms in all programs."""
        for program in self._used:
            self._shadows.bind(program, self._environment.bind(program, 0))

    def update_constants(self) -> None:
        """Uploads the constants of materials that an animation has changed."""
        for index, material in enumerate(self._gpu_scene.materials):
            if material is not self._materials[index]:
                self._constants[index].write(surface_constants(material))
                self._materials[index] = material

    def bind_material(self, drawable: GpuDrawable) -> None:
        """Binds the textures and the uniform buffer of the drawable's material."""
        for unit, (texture, sampler) in enumerate(zip(drawable.textures, drawable.samplers, strict=True)):
            texture.use(_FIRST_MAP_UNIT + unit)
            sampler.use(_FIRST_MAP_UNIT + unit)
            self._samplers[_FIRST_MAP_UNIT + unit] = sampler
        self._constants[drawable.primitive.material].bind_to_uniform_block(_MATERIAL_BLOCK)

    def clear_samplers(self) -> None:
        """After drawing: other passes read the same units by what their textures say."""
        for unit, sampler in self._samplers.items():
            sampler.clear(unit)
        self._samplers.clear()

    def release(self) -> None:
        self._used.clear()
        self._programs.release()
        for buffer in self._constants:
            buffer.release()
        self._constants.clear()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class TriangleDraw:
    """A drawable's triangles, points or lines, drawn by one program."""

    drawable: GpuDrawable
    program: moderngl.Program
    array: moderngl.VertexArray

    @classmethod
    def of(cls, gpu_scene: GpuScene, drawable: GpuDrawable, program: moderngl.Program) -> "TriangleDraw":
        return cls(drawable, program, gpu_scene.vertex_array(drawable, program))

    def render(self, programs: MaterialPrograms, ctx: moderngl.Context, *, mirrored: bool, culled: str = "") -> None:
        """Draws into the current framebuffer. `mirrored` says that the view turns the winding around.

        `culled` are the "front" or "back" faces; by default those that the material hides.
        """
        checkpoint()
        drawable = self.drawable
        culled = culled or ("" if drawable.material.double_sided else "back")
        if culled:
            ctx.enable(moderngl.CULL_FACE)
            ctx.cull_face = culled
        else:
            ctx.disable(moderngl.CULL_FACE)
        ctx.front_face = "cw" if drawable.mirrored != mirrored else "ccw"
        set_uniform(self.program, "u_model", drawable.world_bytes)
        set_uniform(self.program, "u_normal_matrix", drawable.normal_bytes)
        set_uniform(self.program, "u_mirror", -1.0 if drawable.mirrored else 1.0)
        programs.bind_material(drawable)
        self.array.render(drawable.mode)

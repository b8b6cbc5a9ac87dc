"""A scene on the device: vertex and index buffers, textures, and the transforms of the current pose.

`GpuScene` knows geometry only; `renderer.passes` decides how surfaces are shaded. A pass takes a vertex array for its
program of each of the `drawables`, and draws it.
"""

import dataclasses
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32, Float64, UInt32
from renderer.checkpoints import checkpoint
from renderer.errors import ModelTooLarge
from renderer.gl.coarse import CASTER_CELL, cluster, local_cell
from renderer.gl.context import Device
from renderer.gl.materials import MaterialLayout, UvSlot, lay_out_materials
from renderer.gl.programs import set_uniform
from renderer.gl.shapes import Shape
from renderer.gl.textures import Textures
from renderer.gl.waiting import finish
from renderer.scene.animation import Pose, pose_scene
from renderer.scene.deform import Drawable, deformed, drawables, is_deforming
from renderer.scene.lights import light_rows
from renderer.scene.nodes import AlphaMode, Material, Primitive, Scene, TextureRef, Topology

_MODES = {
    Topology.POINTS: moderngl.POINTS,
    Topology.LINES: moderngl.LINES,
    Topology.TRIANGLES: moderngl.TRIANGLES,
}


VERTEX_BYTES = 1 << 30
"""Of all vertices on the device. Five million triangles of which none share a vertex take 720 MB with tangents."""

MOST_QUEUED = 1 << 20
"""Triangles that may wait to be cast: a software rasteriser keeps what was issued, 1 GB for a hundred lights of a large
model."""

Attributes = dict[str, tuple[moderngl.Buffer, str]]
"""Attribute name -> its buffer and moderngl's name of its format."""

_Key = tuple[int, int | None, tuple[UvSlot, ...]]
"""What drawables have in common that share their vertices: the id of the primitive, the node that deforms it."""


@dataclasses.dataclass(slots=True, eq=False)
class GpuDrawable:
    """One primitive at one node. `world` (4x4) takes its vertices to world space, metres, where a sphere about `centre`
    of that `radius` holds them.

    `mirrored` says that `world` turns the winding of triangles around.
    """

    source: Drawable
    material: Material
    layout: MaterialLayout
    textures: tuple[moderngl.Texture, ...]
    samplers: tuple[moderngl.Sampler, ...]  # of the textures
    attributes: Attributes
    indices: moderngl.Buffer
    index_size: int
    deforming: bool
    shape: Shape
    caster: moderngl.Buffer | None = None  # indices for shadows; None where there are no triangles
    casting: UInt32 | None = None  # the same ones
    alpha_digest: bytes = b""  # of the base colour's alpha in the texture of layout.alpha_map
    world: Float64 = dataclasses.field(default_factory=lambda: np.eye(4))
    centre: Float64 = dataclasses.field(default_factory=lambda: np.zeros(3))
    radius: float = 0.0
    mirrored: bool = False
    world_bytes: bytes = b""  # as the uniforms u_model and u_normal_matrix want them
    normal_bytes: bytes = b""

    @property
    def primitive(self) -> Primitive:
        return self.source.primitive

    @property
    def positions(self) -> Float32:
        return self.shape.positions

    @property
    def mode(self) -> int:
        return _MODES[self.primitive.topology]

    def place(self, world: Float64) -> None:
        self.world = world
        low, high = self.shape.box
        self.centre = world[:3, :3] @ ((low + high) / 2) + world[:3, 3]
        self.radius = float(np.linalg.norm(high - low) / 2 * np.linalg.norm(world[:3, :3], axis=0).max())
        self.mirrored = bool(np.linalg.det(world[:3, :3]) < 0)
        self.world_bytes = matrix_bytes(world)
        self.normal_bytes = matrix_bytes(self.normal_matrix())

    def normal_matrix(self) -> Float64:
        """The 3x3 matrix for normals, up to length: cofactors, which equal the inverse transpose and exist for flat
        scales too; the sign keeps normals outside under mirroring."""
        matrix, one, two = self.world[:3, :3], [1, 2, 0], [2, 0, 1]
        cofactors = matrix[one][:, one] * matrix[two][:, two] - matrix[one][:, two] * matrix[two][:, one]
        largest = np.abs(cofactors).max() or 1.0
        return cofactors / (-largest if self.mirrored else largest)


class GpuScene:
    """Uploads a scene and moves it to poses; owns every GL object it makes until `release`.

    `scene` is the one it was made of, without the images, which are large and on the device now.
    """

    def __init__(self, device: Device, scene: Scene) -> None:
        self.device = device
        self.scene = scene
        self._textures = Textures(device)
        self._owned: list[moderngl.Buffer | moderngl.VertexArray] = []
        # Programs are kept with their vertex arrays, so that no later program is taken for a released one.
        self._vertex_arrays: dict[tuple[int, int, int], tuple[moderngl.Program, moderngl.VertexArray]] = {}
        self._index_buffers: dict[int, moderngl.Buffer] = {}
        self._queued = 0  # triangles cast since the device was last waited for
        self._attributes: dict[_Key, Attributes] = {}
        self._shapes: dict[_Key, Shape] = {}
        self.drawables: list[GpuDrawable] = []
        self.materials = scene.materials  # in the current pose, as the next
        self.lights: Float64 = np.zeros((0, 4))  # renderer.scene.lights.light_rows
        try:
            layouts = lay_out_materials(scene)
            found = [(drawable, layouts[drawable.primitive.material]) for drawable in drawables(scene)]
            self._require_room(found)
            for drawable, layout in found:
                checkpoint()
                self.drawables.append(self._upload(drawable, layout))
            self.update(pose_scene(scene, None, 0.0))
            self._add_casters()
            device.check_errors("uploading the model")
            self.scene = dataclasses.replace(scene, images=[])
        except BaseException:
            self.release()
            raise

    def update(self, pose: Pose, placement: Float64 | None = None) -> None:
        """Moves everything to `pose`, in a world moved by `placement` (4x4), and deforms what has skins or morphs."""
        root = np.eye(4) if placement is None else placement
        self.materials = pose.materials
        self.lights = light_rows(self.scene.lights, pose, root)
        moved: set[int] = set()
        for drawable in self.drawables:
            if id(drawable.attributes) not in moved:
                moved.add(id(drawable.attributes))
                if drawable.deforming:
                    self._deform(drawable, pose)
                self._move_textures(drawable)
            drawable.place(root @ drawable.source.world(pose))

    def box(self) -> tuple[Float64, Float64]:
        """The lowest and highest corner, (3,) each, in metres, of everything in the current pose."""
        low, high = np.full(3, np.inf), np.full(3, -np.inf)
        for cloud in self.clouds():
            low, high = np.minimum(low, cloud.min(axis=0)), np.maximum(high, cloud.max(axis=0))
        return low, high

    def clouds(self) -> Iterator[Float64]:
        """The points (n, 3), in metres, of each drawable that the current pose doesn't hide, or of each if all are."""
        for one in [one for one in self.drawables if one.world[:3, :3].any()] or self.drawables:
            checkpoint()
            yield one.positions @ one.world[:3, :3].T + one.world[:3, 3]

    def vertex_array(
        self, drawable: GpuDrawable, program: moderngl.Program, indices: moderngl.Buffer | None = None
    ) -> moderngl.VertexArray:
        """The vertex array of the drawable for `program`, with those of its attributes that the program reads.

        `indices` replace the drawable's own. Drawables of one mesh share their vertex arrays.
        """
        index_buffer = indices or drawable.indices
        key = (id(drawable.attributes), id(index_buffer), id(program))
        if key not in self._vertex_arrays:
            content = [(buffer, layout, name) for name, (buffer, layout) in drawable.attributes.items()
                       if isinstance(program.get(name, None), moderngl.Attribute)]
            array = self.device.ctx.vertex_array(
                program, content, index_buffer=index_buffer, index_element_size=drawable.index_size
            )
            self._vertex_arrays[key] = (program, array)
            self._owned.append(array)
        return self._vertex_arrays[key][1]

    def draw_geometry(self, program: moderngl.Program, *, blend_cutoff: float = 0.5) -> None:
        """Draws the shape of all triangles into the current framebuffer, with the caller's depth and culling state.

        Details below CASTER_CELL are left out, except where a texture cuts holes. The program has the attribute
        `in_position` and the uniform `u_model` (mat4, vertices to world). To let holes through, it also has the
        attribute `in_alpha_uv`, `uniform sampler2D u_alpha_map` (unit 0) and `uniform vec3 u_alpha`: (factor, cutoff,
        1 where the map counts); it discards where factor * map.a < cutoff. Blended surfaces get `blend_cutoff`: drawn
        many times with cutoffs spread over 0..1 they cast their exact share. So do transmissive ones.
        """
        set_uniform(program, "u_alpha_map", 0)
        for drawable in self.drawables:
            if drawable.caster is None:
                continue
            checkpoint()
            material, layout = drawable.material, drawable.layout
            mapped = layout.alpha_map is not None
            cutoff = {AlphaMode.OPAQUE: 0.0, AlphaMode.MASK: material.alpha_cutoff}.get(
                material.alpha_mode, blend_cutoff
            )
            if material.alpha_mode is AlphaMode.BLEND and not mapped and material.base_color_factor[3] < cutoff:
                continue
            if opacity(material) < blend_cutoff:
                continue
            set_uniform(program, "u_model", drawable.world_bytes)
            set_uniform(program, "u_alpha", (material.base_color_factor[3], cutoff, float(mapped)))
            if layout.alpha_map is not None:
                drawable.textures[layout.alpha_map].use(0)
                drawable.samplers[layout.alpha_map].use(0)
            self.device.ctx.front_face = "cw" if drawable.mirrored else "ccw"
            self.vertex_array(drawable, program, drawable.caster).render(drawable.mode)
            if layout.alpha_map is not None:
                drawable.samplers[layout.alpha_map].clear(0)
            self._queued += 0 if drawable.casting is None else len(drawable.casting) // 3
            if self.device.software and self._queued > MOST_QUEUED:
                finish(self.device)
                self._queued = 0
        self.device.ctx.front_face = "ccw"

    def release(self) -> None:
        for resource in self._owned:
            resource.release()
        self._owned.clear()
        self._vertex_arrays.clear()
        self.drawables.clear()
        self._textures.release()

    def _key(self, source: Drawable, layout: MaterialLayout) -> _Key:
        """Nodes that share a mesh share its buffers; one that deforms it shares them among its instances only."""
        return id(source.primitive), source.node if is_deforming(self.scene, source) else None, layout.uv_slots

    def _require_room(self, found: list[tuple[Drawable, MaterialLayout]]) -> None:
        """Raises ModelTooLarge where the vertices of all of them are too large."""
        size = 0
        for source, layout in {self._key(*each): each for each in found}.values():
            primitive = source.primitive
            attributes = (primitive.positions, primitive.normals, primitive.tangents, primitive.colors)
            size += sum(array.nbytes for array in attributes if array is not None)
            size += 8 * len(layout.uv_slots) * len(primitive.positions)
        if size > VERTEX_BYTES:
            raise ModelTooLarge(
                f"the model's vertices take {size:,} bytes, and {VERTEX_BYTES:,} are allowed; each node that moves its "
                "mesh by joints or morph targets has all of them: use fewer such nodes, or fewer vertices"
            )

    def _upload(self, source: Drawable, layout: MaterialLayout) -> GpuDrawable:
        primitive = source.primitive
        key = self._key(source, layout)
        if key not in self._attributes:
            self._attributes[key] = self._upload_attributes(primitive, layout)
            self._shapes[key] = Shape(primitive.positions)
        index_size = 2 if len(primitive.positions) <= 1 << 16 else 4
        alpha = None if layout.alpha_map is None else layout.maps[layout.alpha_map].channels
        if id(primitive) not in self._index_buffers:
            self._index_buffers[id(primitive)] = self._index_buffer(primitive.indices, index_size)
        return GpuDrawable(
            source=source,
            material=self.scene.materials[primitive.material],
            layout=layout,
            textures=tuple(self._textures.get(packed.channels, self.scene.images) for packed in layout.maps),
            samplers=tuple(self._textures.sampler(packed.wrapping) for packed in layout.maps),
            attributes=self._attributes[key],
            indices=self._index_buffers[id(primitive)],
            index_size=index_size,
            deforming=key[1] is not None,
            shape=self._shapes[key],
            alpha_digest=b"" if alpha is None else self._textures.alpha_digest(alpha, self.scene.images),
        )

    def _add_casters(self) -> None:
        """Gives triangles their coarser indices for shadows; nodes of one mesh and one size share them."""
        low, high = self.box()
        cell = CASTER_CELL * float(np.linalg.norm(high - low))
        shared: dict[tuple[int, float], tuple[moderngl.Buffer, UInt32]] = {}
        for drawable in self.drawables:
            primitive = drawable.primitive
            if primitive.topology is not Topology.TRIANGLES:
                continue
            scale = float(np.linalg.norm(drawable.world[:3, :3], axis=0).max())
            drawable.caster, drawable.casting = drawable.indices, primitive.indices
            if drawable.layout.alpha_map is None and scale > 0 and cell > 0:
                local = float(local_cell(cell, scale)) if primitive.casting is None else 0.0
                key = (id(primitive), local)
                if key not in shared:
                    coarser = primitive.casting
                    if coarser is None:
                        coarser = cluster(primitive.positions, primitive.indices, local)
                        if not 0 < len(coarser) < len(primitive.indices) * 3 // 4:
                            coarser = primitive.indices
                    known = coarser is primitive.indices
                    buffer = drawable.indices if known else self._index_buffer(coarser, drawable.index_size)
                    shared[key] = buffer, coarser
                drawable.caster, drawable.casting = shared[key]

    def _index_buffer(self, indices: UInt32, size: int) -> moderngl.Buffer:
        return self._buffer(indices.astype(np.uint16) if size == 2 else indices)

    def _upload_attributes(self, primitive: Primitive, layout: MaterialLayout) -> Attributes:
        arrays: list[tuple[str, Float32 | None, str]] = [
            ("in_position", primitive.positions, "3f"),
            ("in_normal", primitive.normals, "3f"),
            ("in_tangent", primitive.tangents, "4f"),
            ("in_color", primitive.colors, "4f"),
        ]
        for index, slot in enumerate(layout.uv_slots):
            transform = np.array(slot.transform, np.float32).reshape(3, 3)
            arrays.append((f"in_uv{index}", _texcoords(primitive, slot.texcoord, transform), "2f"))
        attributes = {name: (self._buffer(array), kind) for name, array, kind in arrays if array is not None}
        if layout.alpha_map is not None:
            attributes["in_alpha_uv"] = attributes[f"in_uv{layout.map_slots[layout.alpha_map]}"]
        return attributes

    def _deform(self, drawable: GpuDrawable, pose: Pose) -> None:
        vertices = deformed(self.scene, drawable.source, pose)
        for name, array in (
            ("in_position", vertices.positions), ("in_normal", vertices.normals), ("in_tangent", vertices.tangents)
        ):
            if array is not None and name in drawable.attributes:
                drawable.attributes[name][0].write(np.ascontiguousarray(array, np.float32))
        drawable.shape.move(vertices.positions)

    def _move_textures(self, drawable: GpuDrawable) -> None:
        for index, slot in enumerate(drawable.layout.uv_slots):
            if slot.moving:
                texture: TextureRef = attrgetter(slot.moving)(self.materials[drawable.primitive.material])
                coordinates = _texcoords(drawable.primitive, slot.texcoord, texture.transform)
                drawable.attributes[f"in_uv{index}"][0].write(np.ascontiguousarray(coordinates))

    def _buffer(self, array: npt.NDArray[Any]) -> moderngl.Buffer:
        buffer = self.device.ctx.buffer(np.ascontiguousarray(array))
        self._owned.append(buffer)
        return buffer


def matrix_bytes(matrix: Float64) -> bytes:
    """A matrix [row, column] as GL wants it: float32, column by column."""
    return matrix.T.astype(np.float32).tobytes()


def opacity(material: Material) -> float:
    """The share of light that a transmissive surface holds back, colours aside; 1 where a texture decides."""
    glass = material.transmission
    if glass is None or glass.texture is not None:
        return 1.0
    return 1.0 - glass.factor * (1.0 - material.metallic_factor) * sum(material.base_color_factor[:3]) / 3


def _texcoords(primitive: Primitive, texcoord: int, transform: Float32) -> Float32:
    """One set with its transform applied; zeros where the file names a set that the primitive lacks."""
    if texcoord >= len(primitive.texcoords):
        return np.zeros((len(primitive.positions), 2), np.float32)
    return primitive.texcoords[texcoord] @ transform[:2, :2].T + transform[:2, 2]

"""A loaded model: nodes, meshes, materials, images, skins and clips, all plain data.

Everything follows glTF 2.0 (Khronos, sections 3.5 to 3.11): right-handed, +Y up, metres, column vectors. Matrices
here are NumPy float64 arrays indexed [row, column], so a point p moves to ``M @ p``. Arrays are decoded: normalised
integers are floats already, sparse accessors are expanded, indices are uint32, images are RGBA8.
"""

import dataclasses
import enum
import math
from typing import Literal

import numpy as np

from renderer.arrays import Float32, Float64, UInt8, UInt16, UInt32


class Topology(enum.Enum):
    """How indices become primitives, after strips, loops and fans were rewritten as lists."""

    POINTS = "points"
    LINES = "lines"
    TRIANGLES = "triangles"


class AlphaMode(enum.Enum):
    OPAQUE = "OPAQUE"
    MASK = "MASK"
    BLEND = "BLEND"


@dataclasses.dataclass(slots=True)
class Sampler:
    """Filters and wrap modes by their GL numbers (glTF uses the same ones)."""

    mag_filter: int = 9729  # GL_LINEAR
    min_filter: int = 9987  # GL_LINEAR_MIPMAP_LINEAR
    wrap_s: int = 10497  # GL_REPEAT
    wrap_t: int = 10497


@dataclasses.dataclass(slots=True)
class Image:
    """Decoded pixels, (height, width, 4) RGBA8, first row on top, as encoded in the file (no colour conversion)."""

    name: str
    pixels: UInt8


@dataclasses.dataclass(slots=True)
class TextureRef:
    """One use of an image by a material. `image` indexes `Scene.images`, `texcoord` `Primitive.texcoords`.

    `offset`, `rotation` (radians) and `scale` are KHR_texture_transform's.
    """

    image: int
    sampler: Sampler
    texcoord: int = 0
    offset: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0
    scale: tuple[float, float] = (1.0, 1.0)

    @property
    def transform(self) -> Float32:
        """The 3x3 matrix, applied as ``M @ (u, v, 1)``: it scales, then turns counter-clockwise with v pointing down,
        then moves."""
        (u, v), (su, sv) = self.offset, self.scale
        c, s = math.cos(self.rotation), math.sin(self.rotation)
        return np.array([[c * su, s * sv, u], [-s * su, c * sv, v], [0.0, 0.0, 1.0]], np.float32)


@dataclasses.dataclass(slots=True)
class Specular:
    """KHR_materials_specular: how strongly a dielectric reflects, and in which colour when seen head on."""

    factor: float = 1.0
    texture: TextureRef | None = None  # A
    color_factor: tuple[float, float, float] = (1.0, 1.0, 1.0)
    color_texture: TextureRef | None = None  # RGB, sRGB


@dataclasses.dataclass(slots=True)
class Clearcoat:
    """KHR_materials_clearcoat: a layer of clear varnish with a surface of its own."""

    factor: float = 0.0
    texture: TextureRef | None = None  # R
    roughness_factor: float = 0.0
    roughness_texture: TextureRef | None = None  # G
    normal_texture: TextureRef | None = None
    normal_scale: float = 1.0


@dataclasses.dataclass(slots=True)
class Sheen:
    """KHR_materials_sheen: fibres that scatter light at grazing angles."""

    color_factor: tuple[float, float, float] = (0.0, 0.0, 0.0)
    color_texture: TextureRef | None = None  # RGB, sRGB
    roughness_factor: float = 0.0
    roughness_texture: TextureRef | None = None  # A


@dataclasses.dataclass(slots=True)
class Anisotropy:
    """KHR_materials_anisotropy: a brushed surface. `rotation` in radians, counter-clockwise from the tangent."""

    strength: float = 0.0
    rotation: float = 0.0
    texture: TextureRef | None = None  # RG direction, B strength


@dataclasses.dataclass(slots=True)
class Iridescence:
    """KHR_materials_iridescence: a thin film. Thicknesses are nanometres, for texels of 0 and 1; 1 without texture."""

    factor: float = 0.0
    texture: TextureRef | None = None  # R
    ior: float = 1.3
    thickness_minimum: float = 100.0
    thickness_maximum: float = 400.0
    thickness_texture: TextureRef | None = None  # G


@dataclasses.dataclass(slots=True)
class Transmission:
    """KHR_materials_transmission: the share of light that passes instead of being scattered back."""

    factor: float = 0.0
    texture: TextureRef | None = None  # R


@dataclasses.dataclass(slots=True)
class Volume:
    """KHR_materials_volume: what a transmissive surface encloses. Thickness is in the mesh's units, and light keeps
    `attenuation_color` of itself over `attenuation_distance` metres. `dispersion` is KHR_materials_dispersion's."""

    thickness_factor: float = 0.0
    thickness_texture: TextureRef | None = None  # G
    attenuation_distance: float = math.inf
    attenuation_color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    dispersion: float = 0.0


@dataclasses.dataclass(slots=True)
class DiffuseTransmission:
    """KHR_materials_diffuse_transmission: the share of scattered light that comes out behind, and its colour."""

    factor: float = 0.0
    texture: TextureRef | None = None  # A
    color_factor: tuple[float, float, float] = (1.0, 1.0, 1.0)
    color_texture: TextureRef | None = None  # RGB, sRGB


@dataclasses.dataclass(slots=True)
class Material:
    """glTF's metallic-roughness material. Factors are linear; `alpha_cutoff` counts in MASK mode only.

    The layers of extensions are None where the file has none, or one that shows nothing.
    """

    name: str = ""
    base_color_factor: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    base_color_texture: TextureRef | None = None
    metallic_factor: float = 1.0
    roughness_factor: float = 1.0
    metallic_roughness_texture: TextureRef | None = None  # G roughness, B metallic
    glossiness_texture: TextureRef | None = None  # A, times 1 - roughness_factor, is 1 - roughness
    normal_texture: TextureRef | None = None
    normal_scale: float = 1.0
    occlusion_texture: TextureRef | None = None  # R
    occlusion_strength: float = 1.0
    emissive_factor: tuple[float, float, float] = (0.0, 0.0, 0.0)
    emissive_texture: TextureRef | None = None
    alpha_mode: AlphaMode = AlphaMode.OPAQUE
    alpha_cutoff: float = 0.5
    double_sided: bool = False
    unlit: bool = False
    ior: float = 1.5  # KHR_materials_ior; 0 stands for a surface that reflects everything
    specular: Specular | None = None
    clearcoat: Clearcoat | None = None
    sheen: Sheen | None = None
    anisotropy: Anisotropy | None = None
    iridescence: Iridescence | None = None
    transmission: Transmission | None = None
    volume: Volume | None = None
    diffuse_transmission: DiffuseTransmission | None = None


@dataclasses.dataclass(slots=True)
class MorphTarget:
    """Displacements of one morph target, (n, 3) each or None where the target leaves that attribute alone."""

    positions: Float32 | None = None
    normals: Float32 | None = None
    tangents: Float32 | None = None


@dataclasses.dataclass(slots=True)
class Primitive:
    """Vertices and indices drawn with one material. Every array has n rows; `indices` is flat.

    Triangles always have normals (computed flat where the file has none), and tangents (xyz, w = handedness)
    where the material's textures give directions. `joints` and `weights` are (n, 4k). `looks` has the materials that
    variants give, by numbers of Scene.variants, where the loader was asked for them. `casting` are the triangles that
    cast shadows, where they were chosen already.
    """

    topology: Topology
    positions: Float32
    indices: UInt32
    material: int  # into Scene.materials; the loader appends glTF's default material where none is named
    normals: Float32 | None = None
    tangents: Float32 | None = None
    texcoords: tuple[Float32, ...] = ()
    colors: Float32 | None = None  # (n, 4) linear RGBA
    joints: UInt16 | None = None
    weights: Float32 | None = None
    targets: tuple[MorphTarget, ...] = ()
    looks: dict[int, int] = dataclasses.field(default_factory=dict)
    casting: UInt32 | None = None


@dataclasses.dataclass(slots=True)
class Mesh:
    name: str
    primitives: list[Primitive]
    weights: tuple[float, ...] = ()


@dataclasses.dataclass(slots=True)
class Node:
    """`matrix` is set only where the file gives a matrix; otherwise translation, rotation (xyzw) and scale count.

    With `instances` (n, 4, 4), the mesh is drawn n times, each behind one more matrix: ``node @ instance``. What is not
    `visible` hides all below it, until an animation shows it.
    """

    name: str
    children: tuple[int, ...] = ()
    mesh: int | None = None
    skin: int | None = None
    matrix: Float64 | None = None
    translation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    weights: tuple[float, ...] | None = None
    instances: Float64 | None = None
    visible: bool = True


@dataclasses.dataclass(slots=True)
class Skin:
    joints: tuple[int, ...]
    inverse_bind_matrices: Float64  # (joints, 4, 4)


@dataclasses.dataclass(slots=True)
class Light:
    """KHR_lights_punctual: a light at a node, which shines along its -Z unless it is a point.

    `intensity` is in lux for directional ones, else in candela; `reach` in metres; angles from the axis, in radians.
    """

    node: int
    kind: str  # "directional", "point" or "spot"
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)  # linear
    intensity: float = 1.0
    reach: float = math.inf
    inner_angle: float = 0.0
    outer_angle: float = math.pi / 4


Path = Literal["translation", "rotation", "scale", "weights", "visible", "material"]
Interpolation = Literal["STEP", "LINEAR", "CUBICSPLINE"]


@dataclasses.dataclass(slots=True)
class Channel:
    """Keyframes of one property. `times` (k,) seconds, rising; `values` (k, width), or (k, 3, width) for CUBICSPLINE
    (in-tangent, value, out-tangent). For weights, width is the number of morph targets. For path "material", `node` is
    the index of a material instead, and `attribute` says what of it: a field, or as "layer.field" one of a layer."""

    node: int
    path: Path
    interpolation: Interpolation
    times: Float32
    values: Float32
    attribute: str = ""


@dataclasses.dataclass(slots=True)
class Clip:
    name: str
    channels: list[Channel]

    @property
    def duration(self) -> float:
        """Seconds up to the last keyframe of any channel."""
        return max((float(c.times[-1]) for c in self.channels if len(c.times)), default=0.0)


@dataclasses.dataclass(frozen=True, slots=True)
class Contents:
    """What a model's file offers, by its own names: animations and material variants; and what of it is ignored."""

    clips: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclasses.dataclass(slots=True)
class Scene:
    """A model, ready to pose and draw. `roots` are the nodes of the file's default scene.

    `cameras` and `extensions` are the names of those that the file has and uses. `broken_clips` says by name what is
    wrong with those animations that can't be played. `missing` counts the textures and materials that the file names
    and that didn't come along or can't be read.
    """

    nodes: list[Node]
    roots: tuple[int, ...]
    meshes: list[Mesh]
    materials: list[Material]
    images: list[Image]
    skins: list[Skin]
    clips: list[Clip]
    warnings: list[str] = dataclasses.field(default_factory=list)
    variants: list[str] = dataclasses.field(default_factory=list)
    lights: list[Light] = dataclasses.field(default_factory=list)
    cameras: list[str] = dataclasses.field(default_factory=list)
    extensions: list[str] = dataclasses.field(default_factory=list)
    broken_clips: dict[str, str] = dataclasses.field(default_factory=dict)
    missing: int = 0

    @property
    def contents(self) -> Contents:
        return Contents(tuple(clip.name for clip in self.clips), tuple(self.variants), tuple(self.warnings))

"""How a material's maps lie in textures: which channels share a texture, and the `#define`s that name them in GLSL.

Texture fetches are what a software rasteriser pays most for. So channels of images of one size that a material reads
at the same coordinates are packed: five maps (base colour, normal, metallic-roughness, occlusion, emissive) become
three textures. Images are repacked only into as many textures as they are, and only where every material that uses them
wants the same packing: so there are never more textures than images.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from operator import attrgetter

from renderer.checkpoints import checkpoint
from renderer.errors import UnsupportedModel
from renderer.scene.materials import moving_textures
from renderer.scene.nodes import AlphaMode, Material, Sampler, Scene, TextureRef

_MIRRORED_REPEAT = 33648
_REPEAT = 10497
_NEAREST_FILTERS = (9728, 9984, 9986)

MAX_MAPS = 10
"""Textures of a material at most: any device offers a fragment shader 16, and light and layers take the other six."""

Channel = tuple[int, int]  # image index, channel 0..3


@dataclasses.dataclass(frozen=True, slots=True)
class Wrapping:
    """What GL and the shader need to know of a glTF sampler; hashable, unlike the scene's `Sampler`."""

    repeat: tuple[bool, bool]
    mirror: tuple[bool, bool]
    nearest_mag: bool
    nearest_min: bool

    @classmethod
    def of(cls, sampler: Sampler) -> "Wrapping":
        return cls(
            repeat=(sampler.wrap_s == _REPEAT, sampler.wrap_t == _REPEAT),
            mirror=(sampler.wrap_s == _MIRRORED_REPEAT, sampler.wrap_t == _MIRRORED_REPEAT),
            nearest_mag=sampler.mag_filter in _NEAREST_FILTERS,
            nearest_min=sampler.min_filter in _NEAREST_FILTERS,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class UvSlot:
    """Texture coordinates as the shader gets them: one set of the primitive, transformed (3x3, row-major).

    `moving` is the attribute of the material's texture whose transform changes with time, "" where none does.
    """

    texcoord: int
    transform: tuple[float, ...]
    moving: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class PackedMap:
    """One texture, as it is read: where each of its (up to four) channels comes from. Maps of equal `channels` share a
    texture."""

    channels: tuple[Channel, ...]
    wrapping: Wrapping


@dataclasses.dataclass(frozen=True, slots=True)
class MaterialLayout:
    """`maps[i]` is the sampler u_map<i>, read at `uv_slots[map_slots[i]]` into the variable texel<i>.

    `defines` tell the shader the rest: the declarations MAPS, UV_ATTRIBUTES and UVS, the statements READ_MAPS and
    PASS_UVS, and, as <NAME>_TEXEL, the channels of those variables that hold each of glTF's textures.

    `alpha_map` is the index of the map whose fourth channel is the base colour's alpha, or None.
    """

    maps: tuple[PackedMap, ...]
    map_slots: tuple[int, ...]
    uv_slots: tuple[UvSlot, ...]
    defines: dict[str, str]
    alpha_map: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class _Block:
    """Channels that must lie side by side in one texture, in this order, under one name in the shader."""

    name: str
    image: int
    channels: tuple[int, ...]
    slot: UvSlot
    wrapping: Wrapping
    size: tuple[int, ...]

    @property
    def place(self) -> tuple[UvSlot, Wrapping, tuple[int, ...]]:
        """What blocks that share a texture have in common."""
        return (self.slot, self.wrapping, self.size)


_Bin = list[_Block]


def lay_out_materials(scene: Scene) -> list[MaterialLayout]:
    """The layout of every material of the scene, in order. Raises UnsupportedModel for one with too many textures."""
    moving = moving_textures(scene)
    blocks = []
    for index, material in enumerate(scene.materials):
        checkpoint()
        names = {id(attrgetter(name)(material)): name for name in moving.get(index, ())}
        blocks.append(list(_blocks(scene, material, names)))
    packed = [_pack(of_material) for of_material in blocks]
    packings: dict[int, set[tuple[tuple[Channel, ...], ...]]] = defaultdict(set)
    for bins in packed:
        key = tuple(_channels(one) for one in bins)
        for one in bins:
            for block in one:
                packings[block.image].add(key)
    shared = {image for image, keys in packings.items() if len(keys) > 1}
    layouts = []
    for material, of_material, bins in zip(scene.materials, blocks, packed, strict=True):
        if any(block.image in shared for block in of_material):
            bins = _one_bin_per_image(of_material)
        if len(bins) > MAX_MAPS:
            raise UnsupportedModel(
                f'the material "{material.name}" reads {len(bins)} textures, and {MAX_MAPS} are possible; give them '
                "one size and one texture transform, so that they can be packed"
            )
        layouts.append(_layout(bins))
    return layouts


def _blocks(scene: Scene, material: Material, moving: Mapping[int, str]) -> Iterator[_Block]:
    """`moving` maps the id of each TextureRef that an animation moves to the material's attribute that holds it."""

    def block(name: str, ref: TextureRef, channels: tuple[int, ...]) -> _Block:
        slot = UvSlot(ref.texcoord, tuple(float(x) for x in ref.transform.flatten()), moving.get(id(ref), ""))
        return _Block(name, ref.image, channels, slot, Wrapping.of(ref.sampler), scene.images[ref.image].pixels.shape)

    def optional(name: str, ref: TextureRef | None, channels: tuple[int, ...]) -> Iterator[_Block]:
        if ref is not None:
            yield block(name, ref, channels)

    if material.base_color_texture is not None:
        opaque = material.alpha_mode is AlphaMode.OPAQUE
        yield block("BASE_COLOR", material.base_color_texture, (0, 1, 2) if opaque else (0, 1, 2, 3))
    if material.unlit:
        return
    if material.emissive_texture is not None and any(material.emissive_factor):
        yield block("EMISSIVE", material.emissive_texture, (0, 1, 2))
    yield from optional("NORMAL", material.normal_texture, (0, 1))
    yield from optional("ROUGHNESS_METALLIC", material.metallic_roughness_texture, (1, 2))
    yield from optional("GLOSSINESS", material.glossiness_texture, (3,))
    if material.occlusion_texture is not None and material.occlusion_strength > 0:
        yield block("OCCLUSION", material.occlusion_texture, (0,))
    if (specular := material.specular) is not None:
        yield from optional("SPECULAR", specular.texture, (3,))
        yield from optional("SPECULAR_COLOR", specular.color_texture, (0, 1, 2))
    if (clearcoat := material.clearcoat) is not None:
        yield from optional("CLEARCOAT", clearcoat.texture, (0,))
        yield from optional("CLEARCOAT_ROUGHNESS", clearcoat.roughness_texture, (1,))
        yield from optional("CLEARCOAT_NORMAL", clearcoat.normal_texture, (0, 1))
    if (sheen := material.sheen) is not None:
        yield from optional("SHEEN_COLOR", sheen.color_texture, (0, 1, 2))
        yield from optional("SHEEN_ROUGHNESS", sheen.roughness_texture, (3,))
    if material.anisotropy is not None:
        yield from optional("ANISOTROPY", material.anisotropy.texture, (0, 1, 2))
    if (iridescence := material.iridescence) is not None:
        yield from optional("IRIDESCENCE", iridescence.texture, (0,))
        yield from optional("IRIDESCENCE_THICKNESS", iridescence.thickness_texture, (1,))
    if material.transmission is not None:
        yield from optional("TRANSMISSION", material.transmission.texture, (0,))
        if material.volume is not None:
            yield from optional("THICKNESS", material.volume.thickness_texture, (1,))
    if (diffuse_transmission := material.diffuse_transmission) is not None:
        yield from optional("DIFFUSE_TRANSMISSION", diffuse_transmission.texture, (3,))
        yield from optional("DIFFUSE_TRANSMISSION_COLOR", diffuse_transmission.color_texture, (0, 1, 2))


def _pack(blocks: list[_Block]) -> list[_Bin]:
    """First fit, largest first; the order of equals is the order of `_blocks`, so that equal inputs pack equally."""
    bins: list[_Bin] = []
    for block in sorted(blocks, key=lambda block: -len(block.channels)):
        for one in bins:
            if one[0].place == block.place and len(_channels(one)) + len(block.channels) <= 4:
                one.append(block)
                break
        else:
            bins.append([block])
    unpacked = _one_bin_per_image(blocks)
    images = {block.image for block in blocks}
    return bins if len(bins) < len(unpacked) and len(bins) <= len(images) else unpacked


def _one_bin_per_image(blocks: list[_Block]) -> list[_Bin]:
    """Every image as it is in the file; maps of one image (occlusion beside metallic-roughness) still share a fetch."""
    bins: dict[tuple[int, UvSlot, Wrapping], _Bin] = defaultdict(list)
    for block in blocks:
        bins[block.image, block.slot, block.wrapping].append(block)
    return list(bins.values())


def _channels(one: _Bin) -> tuple[Channel, ...]:
    return tuple((block.image, channel) for block in one for channel in block.channels)


def _layout(bins: list[_Bin]) -> MaterialLayout:
    maps: list[PackedMap] = []
    map_slots: list[int] = []
    slots: list[UvSlot] = []
    defines: dict[str, str] = {}
    reads: list[str] = []
    alpha_map = None
    for unit, one in enumerate(bins):
        channels = _channels(one)
        if len({block.image for block in one}) == 1:
            channels = tuple((one[0].image, channel) for channel in range(4))
        if one[0].slot not in slots:
            slots.append(one[0].slot)
        maps.append(PackedMap(channels, one[0].wrapping))
        map_slots.append(slots.index(one[0].slot))
        mirror = "".join("1" if flag else "0" for flag in one[0].wrapping.mirror)
        uv = f"v_uv{map_slots[-1]}" if mirror == "00" else f"mirrored_{mirror}(v_uv{map_slots[-1]})"
        reads.append(f"texel{unit} = READ(u_map{unit}, {uv}, LEVEL{unit});")
        for block in one:
            swizzle = "".join("xyzw"[channels.index((block.image, channel))] for channel in block.channels)
            defines[f"{block.name}_TEXEL"] = f"texel{unit}.{swizzle}"
            if len(block.channels) == 4:
                alpha_map = unit
    defines["MAPS"] = " ".join(f"uniform sampler2D u_map{unit}; vec4 texel{unit};" for unit in range(len(maps)))
    defines["READ_MAPS"] = " ".join(reads)
    defines["UV_ATTRIBUTES"] = " ".join(f"in vec2 in_uv{slot};" for slot in range(len(slots)))
    defines["UVS"] = " ".join(f"UV_DIRECTION vec2 v_uv{slot};" for slot in range(len(slots)))
    defines["PASS_UVS"] = " ".join(f"v_uv{slot} = in_uv{slot};" for slot in range(len(slots)))
    return MaterialLayout(tuple(maps), tuple(map_slots), tuple(slots), defines, alpha_map)

"""What a model's structure can do (meshes, nodes, animations), each as one small model: the table of their goldens."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image

from tests.render.exhibits import PLACES, Exhibit, chart, grid_triangles
from tests.render.materials import BLUE, CHART, GOLD, GREY, RED, WHITE, charted, pbr
from tests.renderer.load.glb_builder import Json, encoded


@dataclasses.dataclass(frozen=True, slots=True)
class Structure:
    """A model, and what `draw` must be told to show it: a clip and a moment of it, or a variant."""

    make: Callable[[], bytes]
    shown: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def vertex_colors() -> bytes:
    """Four signs: colours as floats and as bytes, multiplied with a texture, and with alpha."""
    exhibit = Exhibit()
    exhibit.picture(chart())
    corners = [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 0, 0.1]]
    materials = (pbr(), pbr(), charted(), pbr(alphaMode="BLEND"))
    for (x, y), material, kind in zip(PLACES, materials, ("float32", "uint8", "float32", "float32"), strict=True):
        values = np.array(corners) * (255 if kind == "uint8" else 1)
        fields = {"normalized": True} if kind == "uint8" else {}
        mesh = exhibit.sign(exhibit.material(material))
        attributes = exhibit.document["meshes"][mesh]["primitives"][0]["attributes"]
        attributes["COLOR_0"] = exhibit.add_accessor(values, kind, **fields)
        exhibit.show(mesh, translation=[x, y, 0])
    return exhibit.finished()


def second_texcoords() -> bytes:
    """A sign whose base colour lies on the first set and whose glow lies on the second, which shows it four times."""
    exhibit = Exhibit()
    exhibit.picture(chart())
    exhibit.picture(np.array([[[255, 255, 255], [0, 0, 0]]], np.uint8))
    mesh = exhibit.sign(exhibit.material(charted(emissiveFactor=[0.4, 0.3, 0],
                                                 emissiveTexture={"index": 1, "texCoord": 1})), size=2)
    attributes = exhibit.document["meshes"][mesh]["primitives"][0]["attributes"]
    attributes["TEXCOORD_1"] = exhibit.add_accessor([[0, 0], [4, 0], [0, 4], [4, 4]])
    exhibit.show(mesh)
    return exhibit.finished()


def points_and_lines() -> bytes:
    """A spiral as points, as a strip of lines and as a loop of lines."""
    exhibit = Exhibit()
    turns = np.linspace(0, 6 * np.pi, 90)
    spiral = np.stack([np.cos(turns) * turns / 36, np.sin(turns) * turns / 36, np.zeros_like(turns)], axis=-1)
    for mode, color, (x, y) in zip((0, 3, 2), (RED, BLUE, GREY), PLACES, strict=False):
        accessor = exhibit.add_accessor(spiral)
        mesh = exhibit.add_mesh({"attributes": {"POSITION": accessor}, "mode": mode,
                                 "material": exhibit.material(pbr(color))})
        exhibit.show(mesh, translation=[x, y, 0])
    return exhibit.finished()


def hierarchy() -> bytes:
    """A branch of nodes: turned, shrunk from level to level, then mirrored, then sheared by a matrix."""
    exhibit = Exhibit()
    exhibit.picture(chart())
    mesh = exhibit.sign(exhibit.material(charted(doubleSided=True)))
    tilt, step = [0, 0, float(np.sin(0.2)), float(np.cos(0.2))], [0.9, 0.1, 0.05]
    sheared = [0.8, 0.3, 0, 0, 0, 0.8, 0, 0, 0, 0, 1, 0, 0.9, 0, 0.05, 1]
    leaf = exhibit.add("nodes", {"mesh": mesh, "matrix": sheared})
    mirrored = exhibit.add("nodes", {"mesh": mesh, "translation": step, "scale": [-0.8, 0.8, 0.8]})
    middle = exhibit.add("nodes", {"mesh": mesh, "translation": step, "rotation": tilt, "scale": [0.8] * 3,
                                   "children": [mirrored]})
    exhibit.show(mesh, children=[middle])
    exhibit.show(mesh, translation=[0, -1.1, 0], scale=[0.9, 0.9, 0.9], children=[leaf])
    return exhibit.finished()


def instances() -> bytes:
    """EXT_mesh_gpu_instancing: a ring of balls, growing and turning, from one ball."""
    exhibit = Exhibit()
    exhibit.picture(chart())
    around = np.linspace(0, 2 * np.pi, 9)[:-1]
    attributes = {
        "TRANSLATION": exhibit.add_accessor(np.stack([np.cos(around), np.sin(around), 0 * around], axis=-1)),
        "ROTATION": exhibit.add_accessor(
            np.stack([0 * around, 0 * around, np.sin(around / 2), np.cos(around / 2)], axis=-1)),
        "SCALE": exhibit.add_accessor(np.repeat(np.linspace(0.3, 0.9, 8)[:, None], 3, axis=1)),
    }
    exhibit.show(exhibit.ball(exhibit.material(charted()), rings=16),
                 extensions={"EXT_mesh_gpu_instancing": {"attributes": attributes}})
    return exhibit.finished()


def hidden_nodes() -> bytes:
    """KHR_node_visibility: four balls, of which the second hides itself and the third is hidden by its parent."""
    exhibit = Exhibit()
    hidden: Json = {"KHR_node_visibility": {"visible": False}}
    meshes = [exhibit.ball(exhibit.material(pbr(color))) for color in (RED, BLUE, GOLD, WHITE)]
    exhibit.show(meshes[0], translation=[*PLACES[0], 0])
    exhibit.show(meshes[1], translation=[*PLACES[1], 0], extensions=hidden)
    child = exhibit.add("nodes", {"mesh": meshes[2], "translation": [*PLACES[2], 0]})
    parent = exhibit.add("nodes", {"children": [child], "extensions": hidden})
    exhibit.document["scenes"][0]["nodes"].append(parent)
    exhibit.show(meshes[3], translation=[*PLACES[3], 0])
    return exhibit.finished()


def quantized() -> bytes:
    """KHR_mesh_quantization: the chart on a ball in 16-bit places, 8-bit normals and 16-bit texture coordinates."""
    exhibit = Exhibit()
    exhibit.picture(chart())
    source = Exhibit()
    source.ball(0)
    attributes: dict[str, int] = {}
    for name, (dtype, scale, width) in {
        "POSITION": ("int16", 32767 * 2, 3), "NORMAL": ("int8", 127, 3), "TEXCOORD_0": ("int16", 4096, 2),
    }.items():
        accessor = source.document["accessors"][source.document["meshes"][0]["primitives"][0]["attributes"][name]]
        view = source.document["bufferViews"][accessor["bufferView"]]
        floats = np.frombuffer(bytes(source.binary), np.float32, accessor["count"] * width, view["byteOffset"])
        values = np.round(floats.reshape(-1, width) * scale)
        attributes[name] = exhibit.add_accessor(values, dtype, **({} if name == "TEXCOORD_0" else {"normalized": True}))
        if name == "NORMAL":  # rows of three bytes are padded to four
            padded = np.pad(values.astype(np.int8), ((0, 0), (0, 1)))
            wide = exhibit.add_view(padded.tobytes(), byteStride=4)
            exhibit.document["accessors"][attributes[name]]["bufferView"] = wide
    transform = {"KHR_texture_transform": {"scale": [1 / 4096, 1 / 4096]}}
    material = exhibit.material({"pbrMetallicRoughness": {
        "baseColorTexture": CHART | {"extensions": transform}, "metallicFactor": 0, "roughnessFactor": 0.4}})
    rows = 25
    mesh = exhibit.add_mesh({"attributes": attributes, "material": material,
                             "indices": exhibit.add_accessor(grid_triangles(rows, 2 * rows - 1), "uint16")})
    exhibit.show(mesh)
    exhibit.document["extensionsRequired"] = ["KHR_mesh_quantization"]
    return exhibit.finished()


def picture_formats() -> bytes:
    """The chart as JPEG, WebP, AVIF and a PNG with a palette."""
    exhibit = Exhibit()
    image = Image.fromarray(chart())
    palette = exhibit.add_image(encoded(image.convert("P", palette=Image.Palette.ADAPTIVE, colors=16)))
    jpeg = exhibit.add_image(encoded(image, "JPEG"), "image/jpeg")
    modern = {kind: exhibit.add_image(encoded(image, kind.upper()), f"image/{kind}") for kind in ("webp", "avif")}
    exhibit.document["textures"] = [{"source": palette}, {"source": jpeg}] + [
        {"extensions": {f"EXT_texture_{kind}": {"source": index}}} for kind, index in modern.items()]
    for index, (x, y) in enumerate(PLACES):
        surface = {"baseColorTexture": {"index": index}, "metallicFactor": 0}
        exhibit.show(exhibit.sign(exhibit.material({"pbrMetallicRoughness": surface})), translation=[x, y, 0])
    return exhibit.finished()


def variants() -> bytes:
    """KHR_materials_variants: the left balls change, one with each variant, the right ones never do."""
    exhibit = Exhibit()
    exhibit.document["extensions"] = {"KHR_materials_variants": {"variants": [{"name": "Warm"}, {"name": "Cold"}]}}
    grey, warm, cold = (exhibit.material(pbr(color)) for color in (GREY, RED, BLUE))
    for (x, y), changes in zip(PLACES, ({warm: [0], cold: [1]}, {}, {cold: [1]}, {}), strict=True):
        mesh = exhibit.ball(grey)
        if changes:
            mappings = [{"material": material, "variants": chosen} for material, chosen in changes.items()]
            exhibit.document["meshes"][mesh]["primitives"][0]["extensions"] = {
                "KHR_materials_variants": {"mappings": mappings}}
        exhibit.show(mesh, translation=[x, y, 0])
    return exhibit.finished()


def skinned() -> bytes:
    """A striped post of two joints, whose upper one bends to the right within a second."""
    exhibit = Exhibit()
    exhibit.picture(chart())
    height, around = np.meshgrid(np.linspace(2, 0, 25), np.linspace(-np.pi, np.pi, 33), indexing="ij")
    normals = np.stack([np.sin(around), 0 * around, np.cos(around)], axis=-1)
    places = normals * 0.3 + np.stack([0 * height, height, 0 * height], axis=-1)
    upper = np.clip(height - 0.5, 0, 1).reshape(-1)
    weights = np.stack([1 - upper, upper, 0 * upper, 0 * upper], axis=-1)
    mesh = exhibit.grid(
        places, normals, np.stack([around / np.pi, height], axis=-1), exhibit.material(charted()),
        JOINTS_0=exhibit.add_accessor(np.tile([0, 1, 0, 0], (upper.size, 1)), "uint8"),
        WEIGHTS_0=exhibit.add_accessor(weights),
    )
    inverse = np.tile(np.eye(4).reshape(-1), (2, 1))
    inverse[1, 13] = -1  # column-major: the upper joint stands at a height of one
    body = exhibit.show(mesh, skin=0)
    tip = exhibit.add("nodes", {"translation": [0, 1, 0]})
    root = exhibit.add("nodes", {"children": [tip]})
    exhibit.document["scenes"][0]["nodes"] = [body, root]
    exhibit.add("skins", {"joints": [root, tip], "inverseBindMatrices": exhibit.add_accessor(inverse)})
    bent = np.array([[0, 0, 0, 1], [0, 0, -np.sin(np.pi / 4), np.cos(np.pi / 4)]])
    exhibit.add_clip("Bend", (tip, "rotation", "LINEAR", [0, 1], bent))
    return exhibit.finished()


def morphed() -> bytes:
    """A ball that becomes a cushion and, more slowly, a pear."""
    exhibit = Exhibit()
    mesh = exhibit.ball(exhibit.material(pbr(GOLD, roughness=0.3)))
    primitive = exhibit.document["meshes"][mesh]["primitives"][0]
    down, across = np.linspace(0, np.pi, 25), np.linspace(-np.pi, np.pi, 49)
    polar, around = np.meshgrid(down, across, indexing="ij")
    outward = np.stack([np.sin(polar) * np.sin(around), 0 * polar, np.sin(polar) * np.cos(around)], axis=-1)
    flat = np.stack([0 * polar, -0.3 * np.cos(polar), 0 * polar], axis=-1)
    thinner = outward * (-0.3 * (1 + np.cos(polar)) / 2)[..., None]
    primitive["targets"] = [{"POSITION": exhibit.add_accessor(moved.reshape(-1, 3))} for moved in (flat, thinner)]
    exhibit.document["meshes"][mesh]["weights"] = [0, 0]
    node = exhibit.show(mesh)
    exhibit.add_clip("Swell", (node, "weights", "LINEAR", [0, 1, 2], np.array([[0], [0], [1], [0.2], [0], [1]])))
    return exhibit.finished()


def interpolations() -> bytes:
    """Three balls on the same keys: the first jumps, the second glides, the third swings over; the fourth shrinks."""
    exhibit = Exhibit()
    nodes = [exhibit.show(exhibit.ball(exhibit.material(pbr(color)), radius=0.2), translation=[-1, y, 0])
             for color, y in ((RED, 0.75), (BLUE, 0.25), (GOLD, -0.25), (WHITE, -0.75))]
    times = [0, 1, 2]
    keys = [np.array([[-1, y, 0], [0, y, 0], [1, y, 0]]) for y in (0.75, 0.25, -0.25)]
    smooth = np.zeros((3, 3, 3))  # in-tangent, value, out-tangent
    smooth[:, 1] = keys[2]
    smooth[1, 0] = smooth[1, 2] = (0, 1.5, 0)
    exhibit.add_clip(
        "Go", (nodes[0], "translation", "STEP", times, keys[0]), (nodes[1], "translation", "LINEAR", times, keys[1]),
        (nodes[2], "translation", "CUBICSPLINE", times, smooth.reshape(-1, 3)),
        (nodes[3], "scale", "LINEAR", times, [[1, 1, 1], [1, 1, 1], [0, 0, 0]]),
    )
    return exhibit.finished()


def lamps() -> bytes:
    """KHR_lights_punctual: a red point before the first ball, a blue spot on the second, a level sun from the right."""
    exhibit = Exhibit()
    exhibit.document["extensions"] = {"KHR_lights_punctual": {"lights": [
        {"type": "point", "color": [1, 0.1, 0.05], "intensity": 4},
        {"type": "spot", "color": [0.1, 0.3, 1], "intensity": 12, "spot": {"outerConeAngle": 0.35}},
        {"type": "directional", "color": [1, 0.9, 0.6], "intensity": 3},
    ]}}
    grey = exhibit.material(pbr(GREY, roughness=0.4))
    for x, y in PLACES:
        exhibit.show(exhibit.ball(grey), translation=[x, y, 0])
    half = float(np.sqrt(0.5))
    for lamp, place, turn in ((0, [-0.56, 0.56, 1], [0, 0, 0, 1]), (1, [0.56, 0.56, 2], [0, 0, 0, 1]),
                              (2, [0, 0, 0], [0, half, 0, half])):
        node = exhibit.add("nodes", {"translation": place, "rotation": turn,
                                     "extensions": {"KHR_lights_punctual": {"light": lamp}}})
        exhibit.document["scenes"][0]["nodes"].append(node)
    return exhibit.finished()


def pointed() -> bytes:
    """KHR_animation_pointer: within a second the balls change their colour, their roughness, their glow, and hide."""
    exhibit = Exhibit()
    for place, color in zip(PLACES, (GREY, GOLD, GREY, BLUE), strict=True):
        material = exhibit.material(pbr(color, float(color == GOLD), 0.1))
        exhibit.show(exhibit.ball(material), translation=[*place, 0])
    exhibit.document["nodes"][3]["extensions"] = {"KHR_node_visibility": {"visible": True}}
    surface = "/materials/{}/pbrMetallicRoughness/{}"
    exhibit.add_clip("Change")
    clip = exhibit.document["animations"][0]
    for pointer, values, interpolation in (
        (surface.format(0, "baseColorFactor"), [list(GREY), [0.1, 0.6, 0.1, 1]], "LINEAR"),
        (surface.format(1, "roughnessFactor"), [0.1, 1.0], "LINEAR"),
        ("/materials/2/emissiveFactor", [[0, 0, 0], [1, 0.4, 0]], "LINEAR"),
        ("/nodes/3/extensions/KHR_node_visibility/visible", [1, 0], "STEP"),
    ):
        target = {"path": "pointer", "extensions": {"KHR_animation_pointer": {"pointer": pointer}}}
        clip["channels"].append({"sampler": len(clip["samplers"]), "target": target})
        kind = "uint8" if interpolation == "STEP" else "float32"
        clip["samplers"].append({"input": exhibit.add_accessor([0, 1]), "interpolation": interpolation,
                                 "output": exhibit.add_accessor(np.array(values), kind)})
    return exhibit.finished()


STRUCTURES: dict[str, Structure] = {
    "vertex-colors": Structure(vertex_colors),
    "second-texcoords": Structure(second_texcoords),
    "points-and-lines": Structure(points_and_lines),
    "hierarchy": Structure(hierarchy),
    "instances": Structure(instances),
    "hidden-nodes": Structure(hidden_nodes),
    "quantized": Structure(quantized, {"zoom": 1.1}),
    "picture-formats": Structure(picture_formats),
    "no-variant": Structure(variants),
    "variant-warm": Structure(variants, {"variant": "Warm"}),
    "variant-cold": Structure(variants, {"variant": "Cold"}),
    "skin-at-rest": Structure(skinned, {"animation": "Bend", "time": 0.0}),
    "skin-bent": Structure(skinned, {"animation": "Bend", "time": 0.9}),
    "morph-cushion": Structure(morphed, {"animation": "Swell", "time": 1.0, "zoom": 1.1}),
    "morph-pear": Structure(morphed, {"animation": "*", "time": 1.9, "zoom": 1.1}),
    "lamps": Structure(lamps),
    "pointers-before": Structure(pointed, {"animation": "Change", "time": 0.0}),
    "pointers-after": Structure(pointed, {"animation": "Change", "time": 1.0}),
    "interpolations": Structure(interpolations, {"animation": "Go", "time": 1.6}),
}

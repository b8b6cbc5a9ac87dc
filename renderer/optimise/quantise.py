"""Vertices in fewer bits (KHR_mesh_quantization), so few less that nobody sees it.

    normals, tangents    8 bits a number: within half a degree
    texture coordinates  16 bits from 0 to 1; those that lie outside stay floats
    colours, weights     16 bits from 0 to 1
    positions            16 bits, in a grid over all of the mesh; a node below the mesh's own puts them in place
"""

import numpy as np

from renderer.arrays import Array, Float64
from renderer.gltf.glb import Json
from renderer.load.instancing import NAME as INSTANCING
from renderer.optimise.draft import ARRAY_BUFFER, Draft

NAME = "KHR_mesh_quantization"
FLOAT, BYTE, UNSIGNED_SHORT = 5126, 5120, 5123

_STEPS = {BYTE: 127, UNSIGNED_SHORT: 65535}
_KINDS = {"NORMAL": BYTE, "TANGENT": BYTE, "TEXCOORD": UNSIGNED_SHORT, "COLOR": UNSIGNED_SHORT,
          "WEIGHTS": UNSIGNED_SHORT}


def quantise(draft: Draft, primitives: list[Json]) -> None:
    """Quantises the vertices of these primitives, which `rewrite` has put into accessors and views of their own.

    Morph targets stay floats, and so do positions that they, joints or instances move: these count in the mesh's units.
    """
    done: set[int] = set()
    for primitive in primitives:
        for semantic, accessor in primitive["attributes"].items():
            kind = _KINDS.get(semantic.rsplit("_", 1)[0] if semantic[-1:].isdigit() else semantic)
            fields = draft.document["accessors"][accessor]
            if kind is not None and accessor not in done and fields["componentType"] == FLOAT:
                done.add(accessor)
                _store(draft, accessor, kind, draft.rows(accessor).astype(np.float64), whole=semantic.startswith("WEI"))
    for mesh in _still_meshes(draft.document, primitives):
        _quantise_positions(draft, mesh)
    draft.require(NAME)


def _store(draft: Draft, accessor: int, kind: int, values: Float64, *, whole: bool) -> None:
    """Stores values from 0 or -1 to 1 in as many steps as the component type has, or leaves others as they are."""
    if values.min() < (-1 if kind == BYTE else 0) or values.max() > 1:
        return
    steps = np.rint(values * _STEPS[kind])
    if whole:  # glTF 2.0, section 3.7.3.3: a vertex's weights sum to 1
        rows, largest = np.arange(len(steps)), values.argmax(axis=1)
        total = np.rint(values.sum(axis=1)) * _STEPS[kind]
        steps[rows, largest] += np.where(np.abs(total - steps.sum(axis=1)) <= 4, total - steps.sum(axis=1), 0)
    _put(draft, accessor, kind, steps, normalized=True)


def _put(draft: Draft, accessor: int, kind: int, steps: Array, *, normalized: bool) -> None:
    fields = draft.document["accessors"][accessor]
    fields |= {"componentType": kind}
    fields.pop("normalized", None)
    if normalized:
        fields["normalized"] = True
    draft.put(accessor, steps, ARRAY_BUFFER, fields["bufferView"])


def _still_meshes(document: Json, primitives: list[Json]) -> list[int]:
    """The meshes whose positions are all in accessors of their own and are moved by nodes alone."""
    ours = {id(primitive) for primitive in primitives}
    users: dict[int, set[int]] = {}
    for number, mesh in enumerate(document["meshes"]):
        for primitive in mesh.get("primitives", ()):
            users.setdefault(primitive["attributes"].get("POSITION"), set()).add(number)
    moved = {node.get("mesh") for node in document["nodes"]
             if "skin" in node or INSTANCING in node.get("extensions", {})}

    def still(primitive: Json) -> bool:
        position = primitive["attributes"].get("POSITION")
        return (
            id(primitive) in ours and not primitive.get("targets") and len(users[position]) == 1
            and document["accessors"][position]["componentType"] == FLOAT and not _has_volume(document, primitive)
        )

    return [number for number, mesh in enumerate(document["meshes"])
            if number not in moved and mesh.get("primitives") and all(map(still, mesh["primitives"]))]


def _has_volume(document: Json, primitive: Json) -> bool:
    """Whether thickness is measured in the mesh's units."""
    materials, index = document["materials"], primitive.get("material")
    known = isinstance(index, int) and 0 <= index < len(materials)  # of what nothing shows, nobody has looked
    return known and "KHR_materials_volume" in materials[index].get("extensions", {})


def _quantise_positions(draft: Draft, mesh: int) -> None:
    document = draft.document
    accessors = {primitive["attributes"]["POSITION"] for primitive in document["meshes"][mesh]["primitives"]}
    positions = {accessor: draft.rows(accessor).astype(np.float64) for accessor in sorted(accessors)}
    low = np.min([rows.min(axis=0) for rows in positions.values()], axis=0)
    high = np.max([rows.max(axis=0) for rows in positions.values()], axis=0)
    step = float((high - low).max()) / _STEPS[UNSIGNED_SHORT]
    if not step > 0:
        return
    for accessor, rows in positions.items():
        _put(draft, accessor, UNSIGNED_SHORT, np.rint((rows - low) / step), normalized=False)
    for node in [node for node in document["nodes"] if node.get("mesh") == mesh]:
        del node["mesh"]
        node["children"] = [*node.get("children", []), len(document["nodes"])]
        document["nodes"].append({"mesh": mesh, "translation": low.tolist(), "scale": [step] * 3})

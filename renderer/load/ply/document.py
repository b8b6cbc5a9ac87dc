"""A PLY file as glTF: one mesh, matt, in the colours of its vertices or grey.

Positions are as in the file, with y up, as scans and the programs that show them have it, and in metres.
"""

import numpy as np

from renderer.arrays import Float64, Int64, UInt16
from renderer.checkpoints import checkpoint
from renderer.errors import EmptyModel, InvalidModel, ModelTooLarge
from renderer.load import limits
from renderer.load.creases import creased_normals
from renderer.load.made import MadeDocument, linear_rgba
from renderer.load.normals import unit
from renderer.load.ply.body import Body, Lists, binary_units, text_units
from renderer.load.ply.header import Element, Header, read_header
from renderer.load.polygons import triangulate
from renderer.load.single_mesh import mesh_document

CREASE_DEGREES = 60.0
"""Scans are noisy, and smooth all over at 60 degrees; the edges of boxes, which turn by 90, stay sharp."""

_PLACE = ("x", "y", "z")
_NORMAL = ("nx", "ny", "nz")
_COLORS = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"), ("r", "g", "b"))
_INDICES = ("vertex_indices", "vertex_index")
_SPLAT = "f_dc_0"
"""A property of Gaussian splats."""

Columns = dict[str, Float64 | Lists]


def read_ply(data: bytes, name: str) -> MadeDocument:
    """Raises InvalidModel for what is broken, ModelTooLarge, and EmptyModel where there are no faces."""
    header = read_header(data, name)
    vertex, face = (_element(header, kind) for kind in ("vertex", "face"))
    if vertex is None or not set(_PLACE) <= {each.name for each in vertex.properties}:
        raise InvalidModel(f"{name} has no vertices with x, y and z")
    if face is None or not face.count:
        raise EmptyModel(f"{name} has no faces: {_faceless(vertex)} can't be rendered")
    if vertex.count > limits.OBJ_ROWS or face.count > limits.INDICES // 3:
        raise ModelTooLarge(
            f"{name} has {vertex.count:,} vertices and {face.count:,} faces, and {limits.OBJ_ROWS:,} and "
            f"{limits.INDICES // 3:,} are allowed"
        )
    columns = _columns(data, header, name)
    warnings = [f"the texture {texture!r} of {name} is left out" for texture in header.textures[: limits.WARNINGS]]
    return _document(vertex, columns["vertex"], _faces(columns["face"], vertex.count, name), name, warnings)


def _element(header: Header, name: str) -> Element | None:
    return next((element for element in header.elements if element.name == name), None)


def _faceless(vertex: Element) -> str:
    return "a Gaussian splat" if any(each.name == _SPLAT for each in vertex.properties) else "a point cloud"


def _columns(data: bytes, header: Header, name: str) -> dict[str, Columns]:
    """By element, those of the vertices and faces."""
    wanted = frozenset((*_PLACE, *_NORMAL, *(each for names in _COLORS for each in names), *_INDICES))
    units = binary_units(data, header.length) if header.binary else text_units(data, header.length, name)
    body = Body(units, name, binary=header.binary)
    found: dict[str, Columns] = {}
    for element in header.elements:
        kept = wanted if element.name in ("vertex", "face") and element.name not in found else frozenset()
        columns = body.read(element, kept)
        found.setdefault(element.name, columns)
        if found.keys() >= {"vertex", "face"}:
            break
    return found


def _faces(columns: Columns, vertices: int, name: str) -> Lists:
    faces = next((found for key in _INDICES if isinstance(found := columns.get(key), Lists)), None)
    if faces is None:
        raise InvalidModel(f"{name} has faces that do not say of which vertices")
    most = int(faces.sizes.max())
    if most > limits.POLYGON_CORNERS:
        raise ModelTooLarge(f"{name} has a face of {most:,} corners, and {limits.POLYGON_CORNERS:,} are allowed")
    if 3 * int(np.maximum(faces.sizes - 2, 0).sum()) > limits.INDICES:
        raise ModelTooLarge(f"{name} has more than {limits.INDICES // 3:,} triangles")
    wrong = ~((faces.items >= 0) & (faces.items < vertices) & (faces.items == np.floor(faces.items)))
    if wrong.any():
        place = int(np.argmax(wrong))
        face = int(np.searchsorted(np.cumsum(faces.sizes), place, "right"))
        raise InvalidModel(
            f"face {face + 1:,} of {name} points at vertex {faces.items[place]:g}, "
            f"and there are {vertices:,}, counted from 0"
        )
    return faces


def _document(vertex: Element, columns: Columns, faces: Lists, name: str, warnings: list[str]) -> MadeDocument:
    points = _triples(columns, _PLACE)
    if points is None:
        raise InvalidModel(f"{name} has vertices whose x, y and z are no numbers")
    wild = ~(np.abs(points) <= limits.COORDINATE).all(axis=1)
    if wild.any():
        raise InvalidModel(f"vertex {int(np.argmax(wild)):,} of {name}, counted from 0, is nowhere")
    triangles = _triangles(points, faces)
    if not len(triangles):
        raise EmptyModel(f"{name} has no faces with an area")
    normals, colors = _triples(columns, _NORMAL), _colors(vertex, columns)
    if normals is not None and np.isfinite(normals).all() and normals.any(axis=1).all():
        used, indices = np.unique(triangles, return_inverse=True)
        rows, smooth = used, unit(normals[used])
    else:
        indices, smooth = creased_normals(points, triangles, CREASE_DEGREES)
        rows = np.empty(len(smooth), np.int64)
        rows[indices] = triangles.ravel()
    return mesh_document(points[rows], smooth, indices, None if colors is None else colors[rows], warnings)


def _triangles(points: Float64, faces: Lists) -> Int64:
    """(t, 3) vertices. Faces of fewer than three corners, and triangles without an area, are left out."""
    whole = faces.sizes >= 3
    vertices = faces.items.astype(np.int64)[np.repeat(whole, faces.sizes)]
    if not len(vertices):
        return np.zeros((0, 3), np.int64)
    triangles = vertices[triangulate(points, vertices, faces.sizes[whole])[0]]
    checkpoint()
    corners = points[triangles]
    has_area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).any(axis=1)
    kept: Int64 = triangles[has_area]
    return kept


def _triples(columns: Columns, names: tuple[str, str, str]) -> Float64 | None:
    """(n, 3); None where a column is missing, or one of lists."""
    found = [column for name in names if isinstance(column := columns.get(name), np.ndarray)]
    return np.stack(found, axis=1) if len(found) == len(names) else None


def _colors(vertex: Element, columns: Columns) -> UInt16 | None:
    """Of the vertices, linear. Whole numbers are shares of the greatest of their type, others of 1 or, where some are
    above that, of 255."""
    found = ((names, colors) for names in _COLORS if (colors := _triples(columns, names)) is not None)
    names, colors = next(found, (_COLORS[0], None))
    if colors is None:
        return None
    kind = np.dtype(next(each.kind for each in vertex.properties if each.name == names[0]))
    most = 255.0 if np.nanmax(colors, initial=0.0) > 1 else 1.0
    if kind.kind in "iu":
        most = float(np.iinfo(kind).max)
    return linear_rgba((colors / most).astype(np.float32))

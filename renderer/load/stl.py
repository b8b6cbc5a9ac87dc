"""STL files, binary and text: triangles, of which three numbers a corner are all that can be trusted.

- Normals come from the corners: programs write zeros or wrong ones for the facets. Between facets that turn by at most
  CREASE_DEGREES they are smooth, since the facets of a product's STL stand for round surfaces; its edges stay sharp.
- STL is what printers take, whose beds are level in x and y: z becomes glTF's y.
- Numbers are taken as metres, as they say nothing of units.
- The two bytes that a binary facet has to spare hold its colour, in either of two forms, where a file fits one.

Why no library: the binary form is one line of NumPy; of text, trimesh takes six times its size in memory, keeps NaN and
drops a facet that is cut off without a word.
"""

import re

import numpy as np

from renderer.arrays import Array, Bools, Float32, Float64, Int64, UInt8, UInt16
from renderer.checkpoints import checkpoint
from renderer.errors import EmptyModel, InvalidModel, ModelTooLarge
from renderer.load import limits
from renderer.load.creases import creased_normals
from renderer.load.made import MadeDocument, linear_rgba
from renderer.load.numbers import BadToken, parse_floats, token_bounds
from renderer.load.rows import packed
from renderer.load.single_mesh import GREY, mesh_document
from renderer.load.source import Source
from renderer.model_types import is_binary_stl

CREASE_DEGREES = 30.0
"""Half of what a hexagonal nut's sides turn by, twice what those of a hole with 24 do."""

MOST_FACETS = limits.INDICES // 3

_HEADER = 84
_FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
_LINES = (b"facet", b"vertex")
_MAGICS = re.compile(rb"COLOR=(....)", re.DOTALL)


def read_stl(data: bytes, name: str) -> MadeDocument:
    """Raises InvalidModel for broken text, and corners that are no place, ModelTooLarge, and EmptyModel."""
    colors = None
    if is_binary_stl(data[: _HEADER], len(data)):
        count = (len(data) - _HEADER) // _FACET.itemsize
        _check_count(count, name)
        facets = np.frombuffer(data, _FACET, count, _HEADER)
        points = facets["corners"].reshape(-1, 3).astype(np.float64)
        colors = _facet_colors(data[:_HEADER], facets["spare"])
    else:
        points = _read_text(data, name)
    wild = ~(np.abs(points) <= limits.COORDINATE).all(axis=1)
    if wild.any():
        raise InvalidModel(f"facet {int(np.argmax(wild)) // 3 + 1:,} of {name} has a corner that is nowhere")
    return _document(points[:, (0, 2, 1)] * (1.0, 1.0, -1.0), colors, name)


def _read_text(data: bytes, name: str) -> Float64:
    """(3t, 3): the corners of t facets."""
    source = Source(data, name)
    corners = [np.zeros((0, 3))]
    owners = [np.zeros(0, np.int64)]  # the number of facets that have begun when a corner comes
    facets = 0
    for start, end in source.blocks():
        checkpoint()
        block = np.frombuffer(source.text, np.uint8, end - start, start)
        try:
            begun, rows = _read_block(block)
        except BadToken as error:
            raise source.wrong(start + error.position, str(error)) from None
        corners.append(rows)
        owners.append(facets + begun[:-1])
        facets += int(begun[-1])
        _check_count(facets, name)
    sizes = np.bincount(np.concatenate(owners), minlength=facets + 1)
    odd = np.flatnonzero(sizes != np.append(0, np.full(facets, 3)))
    if len(odd):
        at_end = " is cut off: its" if odd[0] == facets else " is broken: of its facets,"
        raise InvalidModel(f"{name}{at_end} facet {odd[0]:,} has {sizes[odd[0]]:,} corners")
    return np.concatenate(corners)


def _read_block(block: UInt8) -> tuple[Int64, Float64]:
    """For each corner in the block how many facets begin before it, and at the end how many there are; and the corners
    (c, 3). Raises BadToken."""
    starts, ends = token_bounds(block)
    newlines = np.flatnonzero(block == ord("\n"))
    first = np.unique(np.searchsorted(starts, np.concatenate(([0], newlines))))  # tokens that begin a line
    first = first[first < len(starts)]
    facet, vertex = (_is_word(block, starts[first], ends[first], word) for word in _LINES)
    before = np.cumsum(facet)
    heads = first[vertex]
    whole = np.diff(np.append(first, len(starts)))[vertex] >= 4
    if not whole.all():
        raise BadToken(int(starts[heads[np.argmin(whole)]]), "needs three numbers")
    tokens = (heads[:, None] + (1, 2, 3)).ravel()
    rows = parse_floats(block, starts[tokens], ends[tokens]).reshape(-1, 3)
    return np.append(before[vertex], before[-1] if len(before) else 0), rows


def _is_word(block: UInt8, starts: Int64, ends: Int64, word: bytes) -> Bools:
    """Which of the tokens are the word, in whatever case."""
    same = ends - starts == len(word)
    places = starts[same, None] + np.arange(len(word))
    same[same] = ((block[places] | 0x20) == np.frombuffer(word, np.uint8)).all(axis=1)
    found: Bools = same
    return found


def _check_count(facets: int, name: str) -> None:
    if facets > MOST_FACETS:
        raise ModelTooLarge(f"{name} has {facets:,} facets, and {MOST_FACETS:,} are allowed")


def _facet_colors(header: bytes, spare: UInt16) -> Float32 | None:
    """(t, 3), sRGB in 0..1, NaN where a facet has none; None where no facet has one.

    Magics names its default colour in the header, and sets the highest bit of a facet that has it; red is in the lowest
    five bits. VisCAM and SolidView set that bit for a facet that has a colour; blue is in the lowest.
    """
    own = spare >= 0x8000
    shares = np.stack([spare >> shift & 31 for shift in (0, 5, 10)], axis=1).astype(np.float32) / 31
    magics = _MAGICS.search(header)
    if magics:
        default = np.frombuffer(magics[1][:3], np.uint8).astype(np.float32) / 255
        return np.where(own[:, None], default, shares)
    if not own.any() or (spare[~own] != 0).any():  # the spare bytes mean something else
        return None
    return np.where(own[:, None], shares[:, ::-1], np.float32(np.nan))  # grey


def _document(points: Float64, colors: Float32 | None, name: str) -> MadeDocument:
    if not len(points):
        raise EmptyModel(f"{name} has no facets")
    checkpoint()
    places = packed(tuple(np.unique(axis, return_inverse=True)[1].astype(np.int64) for axis in points.T))
    _, first, vertices = np.unique(places, return_index=True, return_inverse=True)
    points, triangles = points[first], vertices.reshape(-1, 3)
    checkpoint()
    corners = points[triangles]
    has_area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).any(axis=1)
    triangles = triangles[has_area]
    if not len(triangles):
        raise EmptyModel(f"{name} has no facets with an area")
    indices, normals = creased_normals(points, triangles, CREASE_DEGREES)
    rgba = None
    if colors is not None:
        shades, shade = np.unique(linear_rgba(colors[has_area], (GREY, GREY, GREY)), axis=0, return_inverse=True)
        keys = packed((indices, np.repeat(shade.astype(np.int64), 3)))
        _, first, indices_of_keys = np.unique(keys, return_index=True, return_inverse=True)
        rgba = shades[shade[first // 3]]
        normals, indices = normals[indices[first]], indices_of_keys
    rows: Array = np.empty(len(normals), np.int64)
    rows[indices] = triangles.ravel()
    return mesh_document(points[rows], normals, indices, rgba, [])

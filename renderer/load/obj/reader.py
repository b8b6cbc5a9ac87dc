"""The text of an OBJ file as arrays: vertices, faces, and the statements between them.

The text is taken in blocks of some megabytes. In a block the lines are told apart by their keyword, and all numbers of
one kind are parsed at once; only statements (usemtl, g, ...) are looked at one by one.
"""

import dataclasses
from collections import Counter

import numpy as np

from renderer.arrays import Float32, Float64, Int64, UInt8
from renderer.checkpoints import checkpoint
from renderer.errors import EmptyModel, ModelTooLarge
from renderer.load import limits
from renderer.load.numbers import BadToken, parse_corners, parse_floats, token_bounds
from renderer.load.obj.mtl import without_comment
from renderer.load.source import Source, decoded

_OTHER, _FACE = 3, 4  # kinds of lines; those below are columns of a face's corner: v, vt, vn
_KINDS = {b"v": 0, b"vt": 1, b"vn": 2, b"f": _FACE, b"fo": _FACE}
_LEAST_NUMBERS = (3, 1, 3)
_ABSENT = -2  # a row that a corner names and the file doesn't have, where -1 is one that it doesn't name
_NEWLINE, _HASH = b"\n#"
_STATEMENTS = ("usemtl", "o", "g", "s", "mtllib")
_LEFT_OUT = {"l": "lines", "p": "points", "curv": "curves", "curv2": "curves", "surf": "surfaces"}
_ARGUMENT_BYTES = 1000  # of a name; longer ones are cut


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """A line that applies to all faces from number `face` on."""

    face: int
    keyword: str
    argument: str


@dataclasses.dataclass(frozen=True, slots=True)
class ObjData:
    """What an OBJ file says. `corners` (c, 3) are the rows in positions, texcoords and normals, -1 where a face names
    none; `sizes` (f,) says how many corners each face has. `colors` are NaN where a vertex has none."""

    positions: Float64  # (n, 3)
    colors: Float32 | None  # (n, 3), as in the file
    texcoords: Float32  # (m, 2), v upwards
    normals: Float32  # (k, 3), of any length
    corners: Int64
    sizes: Int64
    statements: tuple[Statement, ...]
    warnings: tuple[str, ...]


def read_obj(data: bytes, name: str) -> ObjData:
    """Raises InvalidModel naming the line, ModelTooLarge, and EmptyModel where there are no faces."""
    reader = _Reader(Source(data, name))
    for start, end in reader.source.blocks():
        checkpoint()
        try:
            reader.read_block(start, np.frombuffer(reader.source.text, np.uint8, end - start, start))
        except BadToken as error:
            raise reader.source.wrong(start + error.position, str(error)) from None
    return reader.finish()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self._totals = np.zeros(3, np.int64)
        self._indices = 0
        self._faces = 0
        self._others = 0
        self._positions: list[Float64] = []
        self._colors: list[Float32] = []
        self._colored = False
        self._texcoords: list[Float32] = []
        self._normals: list[Float32] = []
        self._corners: list[Int64] = []
        self._corner_places: list[Int64] = []
        self._sizes: list[Int64] = []
        self._statements: list[Statement] = []
        self._left_out: Counter[str] = Counter()

    def read_block(self, start: int, block: UInt8) -> None:
        newlines = np.flatnonzero(block == _NEWLINE)
        line_starts = np.concatenate(([0], newlines + 1))
        lengths = np.diff(line_starts, append=len(block))
        if lengths.max() > limits.OBJ_LINE_BYTES:
            raise self.source.long_line(start + int(line_starts[np.argmax(lengths)]))
        block = _without_comments(block, line_starts, lengths)

        starts, ends = token_bounds(block)
        first = np.searchsorted(starts, line_starts)
        counts = np.diff(first, append=len(starts))
        first, counts = first[counts > 0], counts[counts > 0]
        if not len(first):
            return
        kinds = _line_kinds(block, starts[first], ends[first])
        places = start + starts[first]

        number = np.repeat(kinds, counts)  # of each token: the kind of number it is
        number[first] = _OTHER
        chosen = number < _OTHER
        rows = parse_floats(block, starts[chosen], ends[chosen])
        for kind in range(3):
            ours = kinds == kind
            self._add_rows(kind, rows[number[chosen] == kind], counts[ours] - 1, places[ours])
        chosen = number == _FACE
        corners = parse_corners(block, starts[chosen], ends[chosen])
        faces = kinds == _FACE
        before = _defined_before(kinds)[faces]
        self._add_faces(corners, start + starts[chosen], counts[faces] - 1, before, places[faces])
        self._add_statements(block, start, kinds, starts[first], ends[first])
        self._totals += np.bincount(kinds, minlength=3)[:3]
        self._faces += int(faces.sum())
        if self._totals.max() > limits.OBJ_ROWS:
            raise ModelTooLarge(f"{self.source.name} has more than {limits.OBJ_ROWS:,} vertices")

    def finish(self) -> ObjData:
        if not self._faces:
            kind = "vertices but no faces: a point cloud can't be rendered" if self._totals[0] else "no faces"
            raise EmptyModel(f"{self.source.name} has {kind}")
        corners = np.concatenate(self._corners)
        self._check_range(corners)
        absent = (corners[:, 1:] == _ABSENT) | (corners[:, 1:] >= self._totals[1:])
        corners[:, 1:][absent] = -1
        warnings = [f"{n:,} {what} of {self.source.name} are left out" for what, n in self._left_out.items()]
        warnings += [
            f"faces of {self.source.name} name {what} that it doesn't have, at {count:,} corners: drawn without"
            for what, count in zip(("texture coordinates", "normals"), absent.sum(axis=0), strict=True) if count
        ]
        return ObjData(
            positions=np.concatenate(self._positions),
            colors=np.concatenate(self._colors) if self._colored else None,
            texcoords=np.concatenate(self._texcoords),
            normals=np.concatenate(self._normals),
            corners=corners,
            sizes=np.concatenate(self._sizes),
            statements=tuple(self._statements),
            warnings=tuple(warnings),
        )

    def _add_rows(self, kind: int, values: Float64, counts: Int64, places: Int64) -> None:
        """`values` are the numbers of all lines in order, `counts` how many of them each line has."""
        if (counts < _LEAST_NUMBERS[kind]).any():
            place = int(places[np.argmax(counts < _LEAST_NUMBERS[kind])])
            raise self.source.wrong(place, f"needs {_LEAST_NUMBERS[kind]} numbers")
        offsets = np.cumsum(counts) - counts
        if kind == 1:
            u, v = values[offsets], np.zeros(len(counts))
            v[counts > 1] = values[offsets[counts > 1] + 1]
            self._texcoords.append(self._narrow(np.stack((u, v), axis=1), places))
            return
        triples = values[offsets[:, None] + np.arange(3)]
        if kind == 2:
            self._normals.append(self._narrow(triples, places))
            return
        self._narrow(triples, places)
        self._positions.append(triples)
        colors = np.full((len(counts), 3), np.nan, np.float32)
        with_color = counts >= 6  # x y z r g b, and perhaps alpha
        colors[with_color] = self._narrow(values[offsets[with_color, None] + np.arange(3, 6)], places[with_color])
        self._colored |= bool(with_color.any())
        self._colors.append(colors)

    def _narrow(self, rows: Float64, places: Int64) -> Float32:
        """The rows as float32. Raises InvalidModel for numbers that no renderer could use."""
        wild = (np.abs(rows) > limits.COORDINATE).any(axis=1)
        if wild.any():
            raise self.source.wrong(int(places[np.argmax(wild)]), f"has a number beyond {limits.COORDINATE:g}")
        return rows.astype(np.float32)

    def _add_faces(
        self, corners: Int64, corner_places: Int64, sizes: Int64, before: Int64, places: Int64
    ) -> None:
        """`corners` (c, 3) as written, `before` (f, 3) how many rows the block defines before each face."""
        if (sizes < 3).any():
            raise self.source.wrong(int(places[np.argmax(sizes < 3)]), "needs at least 3 corners")
        if sizes.max(initial=0) > limits.POLYGON_CORNERS:
            place = int(places[np.argmax(sizes)])
            problem = f"has {sizes.max():,} corners, and {limits.POLYGON_CORNERS:,} are allowed"
            raise ModelTooLarge(str(self.source.wrong(place, problem)))
        self._indices += 3 * int((sizes - 2).sum())
        if self._indices > limits.INDICES:
            raise ModelTooLarge(f"{self.source.name} has more than {limits.INDICES // 3:,} triangles")
        known = self._totals + np.repeat(before, sizes, axis=0)
        rows = np.where(corners < 0, known + corners, corners - 1)
        lost = (corners[:, 0] < 0) & (rows[:, 0] < 0)
        if lost.any():
            raise self.source.wrong(int(corner_places[np.argmax(lost)]), "points back before the first vertex")
        rows[(corners < 0) & (rows < 0)] = _ABSENT
        self._corners.append(rows)
        self._corner_places.append(corner_places)
        self._sizes.append(sizes)

    def _check_range(self, corners: Int64) -> None:
        outside = corners[:, 0] >= self._totals[0]
        if outside.any():
            place = int(np.concatenate(self._corner_places)[np.argmax(outside)])
            raise self.source.wrong(
                place, f"points at a vertex that is not there; the file has {self._totals[0]:,} v lines"
            )

    def _add_statements(self, block: UInt8, start: int, kinds: Int64, heads: Int64, tails: Int64) -> None:
        self._others += int((kinds == _OTHER).sum())
        if self._others > limits.OBJ_STATEMENTS:
            raise ModelTooLarge(
                f"{self.source.name} has more than {limits.OBJ_STATEMENTS:,} lines besides vertices and faces"
            )
        faces = np.cumsum(kinds == _FACE)
        text = self.source.text
        for line in np.flatnonzero(kinds == _OTHER):
            head, tail = start + int(heads[line]), start + int(tails[line])
            if tail - head > 8:
                continue
            keyword = text[head:tail].decode("ascii", "replace")
            if keyword in _LEFT_OUT:
                self._left_out[_LEFT_OUT[keyword]] += 1
            elif keyword in _STATEMENTS:
                argument = decoded(text[tail : tail + _ARGUMENT_BYTES].partition(b"\n")[0]).strip()
                self._statements.append(
                    Statement(self._faces + int(faces[line]), keyword, without_comment(argument))
                )


def _without_comments(block: UInt8, line_starts: Int64, lengths: Int64) -> UInt8:
    """The block with spaces from each # to the end of its line."""
    hashes = block == _HASH
    if not hashes.any():
        return block
    seen = np.concatenate(([0], np.cumsum(hashes, dtype=np.int32)))
    blank = seen[1:] > np.repeat(seen[line_starts], lengths)
    return np.where(blank & (block != _NEWLINE), np.uint8(32), block)


def _line_kinds(block: UInt8, heads: Int64, tails: Int64) -> Int64:
    """What the keywords that start at `heads` and end at `tails` stand for."""
    lengths = tails - heads
    second = block[np.minimum(heads + 1, len(block) - 1)]
    kinds = np.full(len(heads), _OTHER)
    for keyword, kind in _KINDS.items():
        same = (lengths == len(keyword)) & (block[heads] == keyword[0])
        kinds[same & (second == keyword[1]) if len(keyword) > 1 else same] = kind
    return kinds


def _defined_before(kinds: Int64) -> Int64:
    """(lines, 3): how many v, vt and vn lines come before each line."""
    return np.cumsum(kinds[:, None] == np.arange(3), axis=0)

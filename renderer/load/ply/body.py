"""The rows of a PLY file's elements as columns. Nothing is taken into memory because a header or a list says so: each
count is held against the bytes, or the words, that there are.

A row is made of units: bytes in a binary file, numbers in a text.
"""

import dataclasses
import functools
import struct

import numpy as np

from renderer.arrays import Array, Float64, Int64, UInt8
from renderer.checkpoints import checkpoint
from renderer.errors import InvalidModel, ModelTooLarge
from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.numbers import BadToken, parse_floats, token_bounds
from renderer.load.ply.header import Element, Property
from renderer.load.source import Source

_MOST_NUMBERS = 64_000_000
"""Of a text: as many as ten million vertices with six numbers and a few million triangles have."""

_ROWS_BETWEEN_CHECKPOINTS = 100_000
_BATCH_UNITS = 8_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Lists:
    """`sizes` (n,) of a column's lists, and their `items`, one list behind the other."""

    sizes: Int64
    items: Float64


class Body:
    """Reads elements one after the other, in the order of the file."""

    def __init__(self, units: Array, name: str, *, binary: bool) -> None:
        self._units = units
        self._name = name
        self._binary = binary
        self._at = 0

    def read(self, element: Element, wanted: frozenset[str]) -> dict[str, Float64 | Lists]:
        """The columns `wanted` of the element, those that it has. Raises InvalidModel where there are fewer rows."""
        checkpoint()
        least = sum(self._width(each.counted or each.kind) for each in element.properties)
        if not least or not element.count:
            return {}
        if element.count * least > len(self._units) - self._at:
            raise self._ends(element)
        found = self._even_rows(element, wanted)
        return self._uneven_rows(element, wanted) if found is None else found

    def _even_rows(self, element: Element, wanted: frozenset[str]) -> dict[str, Float64 | Lists] | None:
        """None where lists of a column have different lengths: only the first row says then how wide it is."""
        columns: list[tuple[Property, int, int]] = []
        counts: list[tuple[str, int, int]] = []
        at = 0
        for each in element.properties:
            size = 1
            if each.counted is not None:
                size = self._count(self._at + at, each.counted, element)
                counts.append((each.counted, at, size))
                at += self._width(each.counted)
            columns.append((each, at, size))
            at += size * self._width(each.kind)
        end = self._at + element.count * at
        if end > len(self._units):
            return None
        table = self._units[self._at : end].reshape(element.count, at)
        if any((self._column(table, place, 1, kind) != size).any() for kind, place, size in counts):
            return None
        self._at = end
        found: dict[str, Float64 | Lists] = {}
        for each, place, size in columns:
            if each.name in wanted:
                items = self._column(table, place, size, each.kind)
                found[each.name] = items if each.counted is None else Lists(np.full(element.count, size), items)
        return found

    def _column(self, table: Array, place: int, size: int, kind: str) -> Float64:
        return self._numbers(table[:, place : place + size * self._width(kind)], kind)

    def _uneven_rows(self, element: Element, wanted: frozenset[str]) -> dict[str, Float64 | Lists]:
        if element.count > limits.INDICES // 3:
            raise ModelTooLarge(f"{self._name} has {element.count:,} times {element.name[:40]!r}, of different lengths")
        starts = np.empty((len(element.properties), element.count), np.int64)
        sizes = np.ones((len(element.properties), element.count), np.int64)
        steps = [(each.counted, self._width(each.counted or each.kind), self._width(each.kind))
                 for each in element.properties]  # fmt: skip
        at = self._at
        for row in range(element.count):
            if row % _ROWS_BETWEEN_CHECKPOINTS == 0:
                checkpoint()
            for number, (counted, before, width) in enumerate(steps):
                size = 1
                if counted is not None:
                    size = sizes[number, row] = self._count(at, counted, element)
                    at += before
                starts[number, row] = at
                at += size * width
        if at > len(self._units):
            raise self._ends(element)
        self._at = at
        found: dict[str, Float64 | Lists] = {}
        for number, each in enumerate(element.properties):
            if each.name in wanted:
                items = self._gathered(starts[number], sizes[number], each.kind)
                found[each.name] = items if each.counted is None else Lists(sizes[number], items)
        return found

    def _count(self, at: int, kind: str, element: Element) -> int:
        """The length of the list that begins at unit `at`."""
        if at + self._width(kind) > len(self._units):
            raise self._ends(element)
        number: float = _struct_of(kind).unpack_from(self._units.data, at)[0] if self._binary else self._units[at]
        if not 0 <= number <= len(self._units) or number != int(number):
            raise InvalidModel(f"{self._name} is broken: one of its lists should have {number:g} numbers")
        return int(number)

    def _gathered(self, starts: Int64, sizes: Int64, kind: str) -> Float64:
        """The numbers of all lists that begin at units `starts`, one list behind the other."""
        ends = np.cumsum(sizes)
        items = np.empty(int(ends[-1]), np.float64)
        for size in np.unique(sizes):
            rows = np.flatnonzero(sizes == size)
            span = int(size) * self._width(kind)
            for batch in np.array_split(rows, -(-len(rows) * max(span, 1) // _BATCH_UNITS)):
                checkpoint()
                targets = (ends[batch] - size)[:, None] + np.arange(size)
                items[targets.ravel()] = self._numbers(self._units[starts[batch, None] + np.arange(span)], kind)
        return items

    def _numbers(self, units: Array, kind: str) -> Float64:
        """All numbers of the rows, one row behind the other."""
        rows = np.ascontiguousarray(units).ravel()
        numbers: Float64 = (rows.view(kind) if self._binary else rows).astype(np.float64)
        return numbers

    def _width(self, kind: str) -> int:
        return _struct_of(kind).size if self._binary else 1

    def _ends(self, element: Element) -> InvalidModel:
        promised = f"{element.count:,} times {printable(element.name, 40)!r}"
        return InvalidModel(f"{self._name} is truncated: its header promises {promised}, and it ends before")


@functools.cache
def _struct_of(kind: str) -> struct.Struct:
    return struct.Struct(kind[:-2] + np.dtype(kind).char)


def binary_units(data: bytes, start: int) -> UInt8:
    return np.frombuffer(data, np.uint8, offset=start)


def text_units(data: bytes, start: int, name: str) -> Float64:
    """All numbers of a text from byte `start` on. Raises InvalidModel for what is none, and ModelTooLarge."""
    source = Source(data[start:], name)
    found: list[Float64] = []
    count = 0
    for begin, end in source.blocks():
        checkpoint()
        block = np.frombuffer(source.text, np.uint8, end - begin, begin)
        starts, ends = token_bounds(block)
        count += len(starts)
        if count > _MOST_NUMBERS:
            raise ModelTooLarge(f"{name} has more than {_MOST_NUMBERS:,} numbers: save it as a binary PLY")
        try:
            found.append(parse_floats(block, starts, ends))
        except BadToken as error:
            raise source.wrong(begin + error.position, str(error)) from None
    return np.concatenate(found) if found else np.zeros(0)

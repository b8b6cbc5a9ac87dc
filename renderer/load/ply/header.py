"""The header of a PLY file: its elements and their properties, as text, whatever the rest is."""

import dataclasses

from renderer.errors import InvalidModel, ModelTooLarge, UnsupportedModel
from renderer.load import limits
from renderer.load.fields import printable

_MOST_BYTES = limits.MEGABYTE
_MOST_ELEMENTS = 100
_MOST_PROPERTIES = 1000
"""Of an element; a Gaussian splat has 62."""

_FORMATS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Property:
    """`kind` is NumPy's name of a number's type, with its byte order; `counted` is that of the number in front of a
    list, which says how long it is."""

    name: str
    kind: str
    counted: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Element:
    name: str
    count: int
    properties: list[Property] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Header:
    """`length` is in bytes, of all up to the first element; `textures` are the files that comments name."""

    binary: bool
    elements: list[Element]
    length: int
    textures: list[str]


def read_header(data: bytes, name: str) -> Header:
    """Raises ModelError subclasses whose messages begin with `name`."""
    text, length = _header_text(data, name)
    order: str | None = None
    elements: list[Element] = []
    textures: list[str] = []
    for line in text.split("\n")[1:]:
        match line.split():
            case []:
                pass
            case ["format", kind, "1.0"] if kind in _FORMATS:
                order = _FORMATS[kind]
            case ["format", *kind]:
                raise UnsupportedModel(f"{name} is of the format {printable(' '.join(kind))!r}, which is not known")
            case ["comment" | "obj_info", *words]:
                if words[:1] == ["TextureFile"]:
                    textures.append(printable(" ".join(words[1:])))
            case ["element", element, count] if count.isdecimal() and len(count) < 20:
                elements.append(Element(element, int(count)))
            case ["property", *words] if elements and order is not None:
                elements[-1].properties.append(_property(words, order, name, line))
            case _:
                raise _senseless(name, line)
        if sum(len(each.properties) for each in elements[-1:]) > _MOST_PROPERTIES or len(elements) > _MOST_ELEMENTS:
            raise ModelTooLarge(f"{name} has more than {_MOST_ELEMENTS} elements, or {_MOST_PROPERTIES:,} properties")
    if order is None:
        raise InvalidModel(f"{name} has a header that does not say whether it is text or binary")
    return Header(bool(order), elements, length, textures)


def _property(words: list[str], order: str, name: str, line: str) -> Property:
    match words:
        case ["list", counted, kind, what] if {counted, kind} <= _TYPES.keys():
            return Property(what, order + _TYPES[kind], order + _TYPES[counted])
        case [kind, what] if kind in _TYPES:
            return Property(what, order + _TYPES[kind])
    raise _senseless(name, line)


def _senseless(name: str, line: str) -> InvalidModel:
    return InvalidModel(f"{name} has a header with the line {printable(line)!r}, which makes no sense there")


def _header_text(data: bytes, name: str) -> tuple[str, int]:
    """The header's lines, and where the line after it begins."""
    end = data.find(b"end_header", 0, _MOST_BYTES)
    if end < 0:
        raise InvalidModel(f"{name} has a header that does not end")
    text = data[:end].replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("ascii", "replace")
    after = end + len(b"end_header")
    newline = next((each for each in (b"\r\n", b"\n", b"\r") if data.startswith(each, after)), b"")
    return text, after + len(newline)

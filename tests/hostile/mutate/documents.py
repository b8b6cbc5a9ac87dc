"""Changes of glTF's JSON that know what its numbers mean, and changes of its text that no parser should trust."""

import copy
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]

NUMBERS: Sequence[Any] = (
    -1, 0, 1, 2, 3, 4, 5, 255, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**53, 2**63, 2**64, 10**40, -(2**31), 0.5, -0.0,
    1e-45, 1e12, 1e30, 1e308, -1e308, float("nan"), float("inf"), float("-inf"),
    5120, 5121, 5122, 5123, 5124, 5125, 5126, 5130, 9728, 9729, 9984, 9987, 10497, 33071, 33648,
)
OTHERS: Sequence[Any] = (
    None, True, False, "", "0", "POSITION", "VEC3", "MAT4", "BLEND", "translation", [], {}, [[]], [0], [None],
    [0, 0, 0], [1e308] * 3, [float("nan")] * 4, [0] * 16, {"index": 0}, {"node": 0}, ["a"] * 50,
)
TEXTS = (
    "\0", "\ud800", "\u202e\u0627\u0644", "\x1b[31m\r\n", "<script>alert(1)</script>", "'; DROP TABLE models; --",
    "%s%n{}", "../../../etc/passwd", "a" * 70_000, "\U0001f4a9" * 100, "\N{COMBINING ACUTE ACCENT}" * 500,
)
URIS = (
    "", "../x.bin", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/", "data:", "data:,", "data:;base64,",
    "data:;base64,!!!!", "data:application/octet-stream;base64,AAAA", "data:image/png;base64,iVBORw0KGgo=",
    "data:;base64," + "A" * 100_000, "%2e%2e%2fx", "x\0y", "\ud800",
)
INDICES = frozenset({
    "accessor", "buffer", "bufferView", "camera", "children", "index", "indices", "input", "inverseBindMatrices",
    "joints", "light", "material", "mesh", "node", "nodes", "output", "sampler", "scene", "skeleton", "skin", "source",
    "texture", "variants", "POSITION", "NORMAL", "TANGENT", "TEXCOORD_0", "COLOR_0", "JOINTS_0", "WEIGHTS_0",
    "TRANSLATION", "ROTATION", "SCALE",
})  # fmt: skip
"""Keys whose numbers point at an item of a list."""

LISTS = ("accessors", "animations", "bufferViews", "buffers", "cameras", "images", "materials", "meshes", "nodes",
         "samplers", "scenes", "skins", "textures")
EXTENSIONS = (
    "KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression", "EXT_mesh_gpu_instancing",
    "KHR_texture_transform", "KHR_texture_basisu", "EXT_texture_avif", "EXT_texture_webp", "KHR_lights_punctual",
    "KHR_materials_transmission", "KHR_materials_volume", "KHR_materials_clearcoat", "KHR_materials_sheen",
    "KHR_materials_iridescence", "KHR_materials_anisotropy", "KHR_materials_pbrSpecularGlossiness",
    "KHR_materials_unlit", "KHR_materials_variants", "KHR_node_visibility", "KHR_animation_pointer",
    "ACME_unknown", "\0", "",
)  # fmt: skip
POINTERS = ("", "/", "//", "/nodes/0/translation", "/nodes/-1/scale", "/nodes/999/weights", "/materials/0", "/~2",
            "/materials/0/pbrMetallicRoughness/baseColorFactor", "/meshes/0/weights/0", "/" + "a/" * 5000)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every value inside a JSON value."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def mutated(rng: random.Random, document: Json) -> Json:
    """A copy with one to four changes."""
    document = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        rng.choice(CHANGES)(rng, document)
    return document


def _pick(rng: random.Random, document: Json, wanted: Callable[[Path], bool] = lambda path: True) -> tuple[Any, Any]:
    """What holds the value at a random place, and its key there; a new key of the root if there is no such place."""
    found = [path for path in places(document) if wanted(path)]
    if not found:
        return document, "extras"
    *parents, key = rng.choice(found)
    holder: Any = document
    for step in parents:
        holder = holder[step]
    return holder, key


def _items(document: Json, name: str) -> list[Any]:
    """A list of the root, which an earlier change may have made something else."""
    items = document.get(name)
    return items if isinstance(items, list) else []


def _names(path: Path) -> bool:
    return any(step in INDICES for step in path[-2:])


def _number(rng: random.Random, document: Json) -> None:
    holder, key = _pick(rng, document)
    old = holder.get(key) if isinstance(holder, dict) else holder[key]
    near = (old + 1, old - 1, old * 2, -old) if isinstance(old, int | float) and not isinstance(old, bool) else ()
    holder[key] = rng.choice((*NUMBERS, *near))


def _other_type(rng: random.Random, document: Json) -> None:
    holder, key = _pick(rng, document)
    holder[key] = copy.deepcopy(rng.choice(OTHERS))


def _missing(rng: random.Random, document: Json) -> None:
    holder, key = _pick(rng, document)
    if isinstance(holder, list) or key in holder:
        del holder[key]


def _index(rng: random.Random, document: Json) -> None:
    holder, key = _pick(rng, document, _names)
    lengths = [len(_items(document, name)) for name in LISTS]
    holder[key] = rng.choice((-1, 2**31, *range(5), *lengths, *(length - 1 for length in lengths)))


def _swapped(rng: random.Random, document: Json) -> None:
    """One part of the document stands where another does."""
    holder, key = _pick(rng, document)
    other, there = _pick(rng, document)
    if isinstance(other, list) or there in other:
        holder[key] = copy.deepcopy(other[there])


def _repeated(rng: random.Random, document: Json) -> None:
    """An item of a list comes again and again."""
    holder, key = _pick(rng, document, lambda path: isinstance(path[-1], int))
    if isinstance(holder, list):
        most = 3000 if len(str(holder[key])) < 1000 else 10  # an input is to stay small
        holder.extend(holder[key : key + 1] * min(rng.choice((1, 2, 100, 3000)), most))


def _loop(rng: random.Random, document: Json) -> None:
    """Nodes that are their own children, have two parents, or hang in a chain that no recursion survives."""
    nodes = _items(document, "nodes")
    if not nodes:
        return
    last, any_node = len(nodes) - 1, rng.randrange(len(nodes))
    form = rng.choice(("self", "round", "shared", "chain", "doubling"))
    if form == "chain":
        count = rng.choice((100, 5000))
        nodes.extend({"children": [last + 2 + i]} for i in range(count - 1))
        nodes.append({})
        children = [last + 1]
    elif form == "doubling":  # each level twice: 2^n nodes to visit, of a document of n
        levels = rng.choice((20, 60))
        nodes.extend({"children": [last + 2 + i] * 2} for i in range(levels - 1))
        nodes.append({"mesh": 0})
        children = [last + 1] * 2
    else:
        children = {"self": [any_node], "round": [*range(last + 1)], "shared": [last, last]}[form]
    if isinstance(nodes[any_node], dict):
        nodes[any_node]["children"] = children


def _accessor(rng: random.Random, document: Json) -> None:
    """Counts, offsets, lengths and strides that don't fit each other."""
    name = rng.choice(("accessors", "accessors", "bufferViews", "buffers"))
    items = _items(document, name)
    if not items or not isinstance(item := rng.choice(items), dict):
        return
    fields = {
        "accessors": ("count", "byteOffset", "componentType", "type", "normalized", "min", "max", "bufferView"),
        "bufferViews": ("byteOffset", "byteLength", "byteStride", "buffer", "target"),
        "buffers": ("byteLength", "uri"),
    }[name]
    field = rng.choice(fields)
    item[field] = rng.choice({
        "componentType": (5120, 5121, 5122, 5123, 5125, 5126, 5124),
        "type": ("SCALAR", "VEC2", "VEC3", "VEC4", "MAT2", "MAT3", "MAT4", "VEC5"),
        "uri": URIS,
    }.get(field, NUMBERS))


def _sparse(rng: random.Random, document: Json) -> None:
    accessors = _items(document, "accessors")
    if not accessors or not isinstance(accessor := rng.choice(accessors), dict):
        return
    views = len(_items(document, "bufferViews")) or 1
    accessor["sparse"] = {
        "count": rng.choice((0, 1, 2, 1000, 2**31, -1)),
        "indices": {"bufferView": rng.randrange(views), "componentType": rng.choice((5121, 5123, 5125, 5126)),
                    "byteOffset": rng.choice((0, 0, 1, 2**31))},
        "values": {"bufferView": rng.randrange(views), "byteOffset": rng.choice((0, 0, 3, -4))},
    }
    if rng.random() < 0.3:
        accessor.pop("bufferView", None)
        accessor["count"] = rng.choice((1, 1000, 300_000_000))


def _text(rng: random.Random, document: Json) -> None:
    holder, key = _pick(rng, document, lambda path: path[-1] in ("name", "uri", "mimeType", "interpolation", "path"))
    holder[key] = rng.choice(URIS) if key == "uri" else rng.choice(TEXTS)
    if rng.random() < 0.3:
        for item in (item for name in LISTS for item in _items(document, name) if isinstance(item, dict)):
            item["name"] = rng.choice(TEXTS)


def _extension(rng: random.Random, document: Json) -> None:
    """An extension where it has no business, with contents that it doesn't have."""
    name = rng.choice(EXTENSIONS)
    holder, key = _pick(rng, document)
    item = holder[key] if isinstance(holder, list) or key in holder else None
    if isinstance(item, dict):
        extensions = item.setdefault("extensions", {})
        if isinstance(extensions, dict):
            extensions[name] = copy.deepcopy(rng.choice((*OTHERS, *NUMBERS)))
    for listed in rng.choice(((), ("extensionsUsed",), ("extensionsUsed", "extensionsRequired"))):
        document[listed] = [name]


def _animation(rng: random.Random, document: Json) -> None:
    """Channels that point anywhere, and at the same thing many times."""
    animations = document.setdefault("animations", [])
    accessors = len(_items(document, "accessors")) or 1
    if not isinstance(animations, list):
        return
    path = rng.choice(("translation", "rotation", "scale", "weights", "x"))
    target: Json = {"node": rng.choice((0, 0, 1, -1, 10**6)), "path": path}
    if rng.random() < 0.4:
        pointer = {"KHR_animation_pointer": {"pointer": rng.choice(POINTERS)}}
        target = {"path": "pointer", "extensions": pointer}
    channel = {"sampler": rng.choice((0, 0, 1, 99)), "target": target}
    sampler = {"input": rng.randrange(accessors), "output": rng.randrange(accessors),
               "interpolation": rng.choice(("LINEAR", "STEP", "CUBICSPLINE", "X"))}
    animations.append({"name": "a", "samplers": [sampler], "channels": [channel] * rng.choice((1, 2, 500))})


def _transform(rng: random.Random, document: Json) -> None:
    nodes = _items(document, "nodes")
    if nodes and isinstance(node := rng.choice(nodes), dict):
        extreme = rng.choice((0, 1e-30, 1e6, 1e11, 1e13, -1e38, float("nan")))
        node[rng.choice(("translation", "scale"))] = [rng.choice((extreme, 1)) for _ in range(3)]
        if rng.random() < 0.3:
            node["matrix"] = [rng.choice((extreme, 0, 1)) for _ in range(16)]


CHANGES: Sequence[Callable[[random.Random, Json], None]] = (
    _number, _number, _other_type, _missing, _index, _index, _swapped, _repeated, _loop, _accessor, _accessor, _sparse,
    _text, _extension, _animation, _transform,
)


def text_of(document: Json) -> bytes:
    """The document's JSON; NaN and infinities as Python writes them, lone surrogates escaped."""
    return json.dumps(document).encode()


def mutated_text(rng: random.Random, text: bytes) -> bytes:
    """The same JSON, spelled so that parsers differ over it or choke on it."""
    return rng.choice(SPELLINGS)(rng, text)


def _with_member(text: bytes, member: bytes) -> bytes:
    """`member` comes first in the root object."""
    return text.replace(b"{", b"{" + member + b", ", 1)


def _duplicate_key(rng: random.Random, text: bytes) -> bytes:
    name = rng.choice((b"meshes", b"nodes", b"buffers", b"asset", b"scene"))
    value = rng.choice((b"[]", b"{}", b"null", b"0", b'[{"mesh": 99}]'))
    return _with_member(text, b'"%s": %s' % (name, value))


def _deep(rng: random.Random, text: bytes) -> bytes:
    depth = rng.choice((60, 70, 1000, 100_000))
    begin, end = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
    inside = b"0" if begin == b'{"a":' else b""
    closed = end * depth if rng.random() < 0.7 else b""
    return _with_member(text, b'"extras": ' + begin * depth + inside + closed)


def _many(rng: random.Random, text: bytes) -> bytes:
    count = rng.choice((1000, 200_000))
    item = rng.choice((b"0", b"{}", b"[]", b'"a"', b"1e5"))
    return _with_member(text, b'"extras": [' + b",".join([item] * count) + b"]")


def _long_number(rng: random.Random, text: bytes) -> bytes:
    digits = b"9" * rng.choice((400, 5000, 100_000))
    value = rng.choice((digits, b"-" + digits, b"0." + digits, b"1e" + digits[:9], digits + b"e-9", b"1e99999"))
    numbers = [*re.finditer(rb"(?<=[:\[,] )-?\d+(\.\d+)?(?=[,\]}])", text)]
    if not numbers:
        return _with_member(text, b'"extras": ' + value)
    at = rng.choice(numbers)
    return text[: at.start()] + value + text[at.end() :]


def _encoding(rng: random.Random, text: bytes) -> bytes:
    return rng.choice((
        b"\xef\xbb\xbf" + text, text.decode().encode("utf-16"), text.decode().encode("utf-32-le"),
        text.replace(b'"', b"'"), text.replace(b'"asset"', b'"asset\xff"'), text.replace(b"0", b"\\u0030", 3),
        text.replace(b", ", b",,", 1), text + b"\0\0\0", text + text, b"[" + text + b"]", b"", b"null", b"{",
        b"//\n" + text,
    ))  # fmt: skip


SPELLINGS: Sequence[Callable[[random.Random, bytes], bytes]] = (_duplicate_key, _deep, _many, _long_number, _encoding)

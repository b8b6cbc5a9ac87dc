"""MTL files: what of an OBJ's materials glTF's materials can show. Shininess and its colour (Ns, Ks) are not among it.

Colours are taken as sRGB, as the programs show them that write such files. Metalness, roughness and their maps are the
extension that Blender, Substance and Sketchfab write: `Pm`, `Pr`, `map_Pm`, `map_Pr`, `map_Ke`, `norm`.
"""

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Literal, get_args

from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.source import Source, decoded

_MAP_OPTIONS = {
    "-blendu": 1, "-blendv": 1, "-boost": 1, "-cc": 1, "-clamp": 1, "-imfchan": 1, "-bm": 1, "-mm": 2,
    "-texres": 1, "-type": 1, "-colorspace": 1, "-o": 3, "-s": 3, "-t": 3,
}  # fmt: skip
"""How many arguments each option takes; the last three take fewer, too."""
_UP_TO = ("-o", "-s", "-t")
_OPTION_BEHIND = re.compile(r"\s(?=(" + "|".join(_MAP_OPTIONS) + r")(\s|$))", re.IGNORECASE)

Slot = Literal["texture", "opacity map", "metalness map", "roughness map", "normal map", "bump map", "emissive map"]
"""What a map is for, as messages call it."""

_MAPS: dict[str, Slot] = {
    "map_kd": "texture", "map_d": "opacity map", "map_pm": "metalness map", "map_pr": "roughness map",
    "norm": "normal map", "map_kn": "normal map", "map_bump": "bump map", "bump": "bump map", "map_ke": "emissive map",
}  # fmt: skip
_OTHER_MAPS = {"disp": "displacement map", "map_ks": "specular map"}

Channel = Literal["", "r", "g", "b", "m", "l"]
"""Of a map that is one number for each texel: `-imfchan`'s red, green, blue, matte and luminance; "" is not said."""

_COMMENT, _NUMBERED = re.compile(r"\s+#(\s.*)?$"), re.compile(r"\s+#.*$")
"""A # at the beginning of a word may be part of a name, as in 3ds Max's "Material #25"; or begin a comment."""


@dataclasses.dataclass(frozen=True, slots=True)
class TextureMap:
    """A picture by the name that the file gives it. It is read at ``uv * scale + offset``, v upwards; `strength` is how
    far normals lean."""

    name: str
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)
    clamped: bool = False
    channel: Channel = ""
    strength: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class ObjMaterial:
    """`file` is the MTL's name in the archive; colours are linear."""

    name: str
    file: str
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    opacity: float = 1.0
    metallic: float = 0.0
    roughness: float = 1.0
    emission: tuple[float, float, float] = (0.0, 0.0, 0.0)
    maps: Mapping[Slot, TextureMap] = dataclasses.field(default_factory=dict)


def read_mtl(data: bytes, file: str, warnings: list[str]) -> dict[str, ObjMaterial]:
    """The materials by name; of several with the same name, the last. `warnings` gets what is ignored."""
    materials: dict[str, ObjMaterial] = {}
    name, lines = "", dict[str, str]()

    def finish() -> None:
        if name:
            materials[name] = _material(name, file, lines, warnings)

    for line in decoded(Source(data, file).text).split("\n"):
        keyword, _, argument = without_comment(line.strip().replace("\t", " ")).partition(" ")
        keyword = keyword.lower()
        if keyword == "newmtl":
            finish()
            name, lines = material_name(argument), {}
        elif keyword and not keyword.startswith("#"):
            lines[keyword] = argument.strip() if keyword in _MAPS else without_number(argument).strip()
    finish()
    return materials


def without_comment(line: str) -> str:
    return _COMMENT.sub("", line)


def without_number(name: str) -> str:
    """The name, if the # in it begins a comment."""
    return _NUMBERED.sub("", name)


def material_name(argument: str) -> str:
    """The name in a `newmtl` or `usemtl` statement. It may hold spaces; several in a row count as one."""
    return " ".join(argument.split())


def _material(name: str, file: str, lines: dict[str, str], warnings: list[str]) -> ObjMaterial:
    left_out = [what for keyword, what in _OTHER_MAPS.items() if keyword in lines]
    warnings += [f"the {what} of material {printable(name)!r} is left out" for what in left_out]
    maps = {slot: found for key, slot in _MAPS.items() if (found := parse_map(lines.get(key, ""))) is not None}
    emission = (1.0, 1.0, 1.0) if "emissive map" in maps else (0.0, 0.0, 0.0)
    return ObjMaterial(
        name, file, _color(lines.get("kd", ""), (1.0, 1.0, 1.0)), _opacity(lines),
        metallic=_share(lines.get("pm", ""), 0.0), roughness=_share(lines.get("pr", ""), 1.0),
        emission=_color(lines.get("ke", ""), emission), maps=maps,
    )  # fmt: skip


def parse_map(argument: str) -> TextureMap | None:
    """A map's argument: options before or behind a file name that may hold spaces. None without a name."""
    rest, found = _options(argument.strip())
    for start in (match.start() for match in _OPTION_BEHIND.finditer(rest)):
        left, behind = _options(rest[start:].strip())
        if not left:
            rest, found = rest[:start], found | behind
            break
    name = rest.strip().strip('"')
    if not name:
        return None
    channel = "".join(found.get("-imfchan", [])).lower()
    strength = _number("".join(found.get("-bm", [])))
    return TextureMap(
        name, _pair(found.get("-s", []), 1.0), _pair(found.get("-o", []), 0.0),
        clamped="".join(found.get("-clamp", [])).lower() == "on",
        channel=channel if channel in get_args(Channel) else "",  # type: ignore[arg-type]
        strength=1.0 if strength is None else strength,
    )  # fmt: skip


def _options(text: str) -> tuple[str, dict[str, list[str]]]:
    """What follows the options that `text` begins with, and these with their arguments."""
    rest = text
    found: dict[str, list[str]] = {}
    while rest.startswith("-"):
        option, _, after = rest.partition(" ")
        count = _MAP_OPTIONS.get(option.lower())
        if count is None:
            break
        taken: list[str] = []
        rest = after.lstrip()
        while rest and len(taken) < count:
            word, _, after = rest.partition(" ")
            if option.lower() in _UP_TO and _number(word) is None:
                break
            taken.append(word)
            rest = after.lstrip()
        found[option.lower()] = taken
    return rest, found


def _pair(words: list[str], default: float) -> tuple[float, float]:
    """The first two numbers: u and v."""
    numbers = [default if (value := _number(word)) is None else value for word in words[:2]]
    u, v = numbers + [default] * (2 - len(numbers))
    return u, v


def _color(argument: str, default: tuple[float, float, float]) -> tuple[float, float, float]:
    """`r g b`, or one number for all three; `default` for anything else, such as spectral curves."""
    numbers = [_number(word) for word in argument.split()[:3]]
    r, g, b = (numbers if len(numbers) == 3 else numbers[:1] * 3) if numbers else (None, None, None)
    if r is None or g is None or b is None:
        return default
    return linear(r), linear(g), linear(b)


def _share(argument: str, default: float) -> float:
    value = _number(argument)
    return default if value is None else min(max(value, 0.0), 1.0)


def _opacity(lines: dict[str, str]) -> float:
    """`d`, or else 1 - `Tr`. 0 is read as 1: some programs, such as MeshLab, write `Tr 1` for opaque materials."""
    d = _number(lines.get("d", "").replace("-halo", "").strip())
    tr = _number(lines.get("tr", ""))
    opacity = d if d is not None else 1.0 - tr if tr is not None else 1.0
    return min(opacity, 1.0) if opacity > 0 else 1.0


def linear(encoded: float) -> float:
    """The linear value of an sRGB value (IEC 61966-2-1), both in 0..1; what is outside is clamped."""
    value = min(max(encoded, 0.0), 1.0)
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < limits.COORDINATE else None

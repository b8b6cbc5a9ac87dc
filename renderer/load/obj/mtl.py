"""MTL files: the colours, opacities and colour textures of an OBJ's materials; nothing else of them is used.

Colours are taken as sRGB, as the programs show them that write such files.
"""

import dataclasses
import math

from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.source import Source, decoded

_MAP_OPTIONS = {
    "-blendu": 1, "-blendv": 1, "-boost": 1, "-cc": 1, "-clamp": 1, "-imfchan": 1, "-bm": 1, "-mm": 2,
    "-texres": 1, "-type": 1, "-colorspace": 1, "-o": 3, "-s": 3, "-t": 3,
}  # fmt: skip
"""How many arguments each option takes; the last three take fewer, too."""
_UP_TO = ("-o", "-s", "-t")
_OTHER_MAPS = {"map_bump": "bump map", "bump": "bump map", "norm": "normal map", "map_kn": "normal map",
               "disp": "displacement map", "map_ks": "specular map", "map_ke": "emissive map"}


@dataclasses.dataclass(frozen=True, slots=True)
class MapKd:
    """A texture by the name that the file gives it. The texture is read at ``uv * scale + offset``, v upwards."""

    name: str
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)
    clamped: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class ObjMaterial:
    """`file` is the MTL's name in the archive; `color` is linear; `masked` says that the texture's alpha counts."""

    name: str
    file: str
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    opacity: float = 1.0
    texture: MapKd | None = None
    masked: bool = False


def read_mtl(data: bytes, file: str, warnings: list[str]) -> dict[str, ObjMaterial]:
    """The materials by name; of several with the same name, the last. `warnings` gets what is ignored."""
    materials: dict[str, ObjMaterial] = {}
    name, lines = "", dict[str, str]()

    def finish() -> None:
        if name:
            materials[name] = _material(name, file, lines, warnings)

    for line in decoded(Source(data, file).text).split("\n"):
        keyword, _, argument = line.strip().replace("\t", " ").partition(" ")
        if keyword.lower() == "newmtl":
            finish()
            name, lines = material_name(argument), {}
        elif keyword and not keyword.startswith("#"):
            lines[keyword.lower()] = argument.strip()
    finish()
    return materials


def material_name(argument: str) -> str:
    """The name in a `newmtl` or `usemtl` statement. It may hold spaces; several in a row count as one."""
    return " ".join(argument.split())


def _material(name: str, file: str, lines: dict[str, str], warnings: list[str]) -> ObjMaterial:
    texture = parse_map(lines.get("map_kd", ""))
    mask = parse_map(lines.get("map_d", ""))
    left_out = [what for keyword, what in _OTHER_MAPS.items() if keyword in lines]
    masked = mask is not None and texture is not None and mask.name == texture.name
    if mask is not None and not masked:
        left_out.append("opacity map")
    warnings += [f"the {what} of material {printable(name)!r} is left out" for what in left_out]
    return ObjMaterial(name, file, _color(lines.get("kd", "")), _opacity(lines), texture, masked)


def parse_map(argument: str) -> MapKd | None:
    """`map_Kd`'s argument: options, then a file name that may hold spaces. None without a name."""
    rest = argument.strip()
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
    name = rest.strip().strip('"')
    if not name:
        return None
    clamped = found.get("-clamp", ["off"])[0].lower() == "on"
    return MapKd(name, _pair(found.get("-s", []), 1.0), _pair(found.get("-o", []), 0.0), clamped)


def _pair(words: list[str], default: float) -> tuple[float, float]:
    """The first two numbers: u and v."""
    numbers = [default if (value := _number(word)) is None else value for word in words[:2]]
    u, v = numbers + [default] * (2 - len(numbers))
    return u, v


def _color(argument: str) -> tuple[float, float, float]:
    """`r g b`, or one number for all three; white for anything else, such as spectral curves."""
    numbers = [_number(word) for word in argument.split()[:3]]
    r, g, b = (numbers if len(numbers) == 3 else numbers[:1] * 3) if numbers else (1.0, 1.0, 1.0)
    if r is None or g is None or b is None:
        return (1.0, 1.0, 1.0)
    return linear(r), linear(g), linear(b)


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

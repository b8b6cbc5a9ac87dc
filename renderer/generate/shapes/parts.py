"""What a shape is, and what is asked of it: finishes, parts, anchors, looks."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Literal, Self

import numpy as np

from renderer.arrays import Float64
from renderer.samples.mesh import Mesh

Color = tuple[float, float, float]
"""Linear RGB, 0 to 1."""
Pattern = Literal["plain", "stripes", "dots", "checks", "zigzag", "stars", "camouflage"]
Vector = tuple[float, float, float]



def srgb(code: str) -> Color:
    """Linear RGB of "rrggbb"."""
    levels = (int(code[k : k + 2], 16) / 255 for k in (0, 2, 4))
    r, g, b = (level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels)
    return r, g, b


MAIN = ""
"""The key of `Look.finishes` for all roles that make up most of the shape."""


@dataclasses.dataclass(frozen=True, slots=True)
class Finish:
    """What a part's surface looks like. `material` is a name in `finishes.MATERIALS`; without `color` it has its own.

    A pattern is painted in `pattern_color`, or in white or black, whichever stands out. `glowing` surfaces emit their
    colour.
    """

    material: str
    color: Color | None = None
    pattern: Pattern = "plain"
    pattern_color: Color | None = None
    glowing: bool = False

    def changed(self, wanted: "Wanted") -> "Finish":
        """A new material brings its own colour, unless a colour is wanted as well."""
        material = wanted.material or self.material
        kept = self.color if wanted.material in (None, self.material) else None
        return Finish(
            material,
            wanted.color or kept,
            wanted.pattern or self.pattern,
            wanted.pattern_color or self.pattern_color,
            self.glowing if wanted.glowing is None else wanted.glowing,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a finish; None leaves it as the shape has it."""

    material: str | None = None
    color: Color | None = None
    pattern: Pattern | None = None
    pattern_color: Color | None = None
    glowing: bool | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A closed surface of one finish. Its texture coordinates are metres on the surface.

    `role` is a plain noun. `girth` is the circumference of a turned part in metres: the texture repeats a whole number
    of times along it, so that its ends meet; None for parts without such a seam.
    """

    role: str
    mesh: Mesh
    finish: Finish
    girth: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Anchor:
    """A place where another thing can be put: its middle, and how wide a thing fits there, both in metres.

    On "top" and "head" things stand; "eyes" is the point between the eyes, on the surface, and how far apart they are;
    "face" is the middle of the front of the head; "front" and "back" are on the surface, "inside" is on the floor of
    a vessel, "hand" is in the grip of the right hand.
    """

    at: Vector
    width: float


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    """Parts at their places, and where others can be put. Several parts may have the same role."""

    parts: tuple[Part, ...]
    anchors: Mapping[str, Anchor]

    @property
    def triangles(self) -> int:
        return sum(len(part.mesh.triangles) for part in self.parts)

    def scaled(self, x: float, y: float, z: float) -> Self:
        """Stretched along the axes; textures keep their scale where all three are equal."""
        factors = np.array([x, y, z])
        mean = float(np.cbrt(x * y * z))

        def stretched(part: Part) -> Part:
            normals = part.mesh.normals / factors
            mesh = dataclasses.replace(
                part.mesh,
                positions=part.mesh.positions * factors,
                normals=normals / np.linalg.norm(normals, axis=1, keepdims=True),
                uvs=part.mesh.uvs * mean,
            )
            return dataclasses.replace(part, mesh=mesh, girth=part.girth and part.girth * mean)

        anchors = {
            name: Anchor((each.at[0] * x, each.at[1] * y, each.at[2] * z), each.width * x)
            for name, each in self.anchors.items()
        }
        return dataclasses.replace(self, parts=tuple(map(stretched, self.parts)), anchors=anchors)

    def moved(self, x: float, y: float, z: float) -> Self:
        parts = tuple(dataclasses.replace(part, mesh=part.mesh.moved(x, y, z)) for part in self.parts)
        anchors = {
            name: Anchor((each.at[0] + x, each.at[1] + y, each.at[2] + z), each.width)
            for name, each in self.anchors.items()
        }
        return dataclasses.replace(self, parts=parts, anchors=anchors)

    def grounded(self) -> Self:
        """Standing on y = 0, its bounding box centred on x = z = 0."""
        low, high = self.bounds()
        middle = (low + high) / 2
        return self.moved(-float(middle[0]), -float(low[1]), -float(middle[2]))

    def bounds(self) -> tuple[Float64, Float64]:
        """The lowest and the highest corner of the bounding box."""
        lows = [part.mesh.positions.min(axis=0) for part in self.parts]
        highs = [part.mesh.positions.max(axis=0) for part in self.parts]
        return np.min(lows, axis=0), np.max(highs, axis=0)


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """What is asked of a shape. `size`, `height` and `width` multiply its own; features that it lacks change nothing.

    `finishes` are by role, or MAIN; a role's own goes before. `counts` say by feature how many there shall be, for
    shapes that can have any number. `seed` decides what is left to chance.
    """

    size: float = 1.0
    height: float = 1.0
    width: float = 1.0
    features: frozenset[str] = frozenset()
    finishes: Mapping[str, Wanted] = dataclasses.field(default_factory=dict)
    seed: int = 0
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """A row of the library. `words` are English nouns for it, singular, lower case; `main` are the roles that MAIN
    means; `build` makes it in its own size and finishes."""

    name: str
    category: str
    words: tuple[str, ...]
    roles: tuple[str, ...]
    main: tuple[str, ...]
    features: tuple[str, ...]
    build: Callable[[Look], Model]

    def model(self, look: Look) -> Model:
        """Built, finished and sized as `look` asks, standing on the ground and centred."""
        built = self.build(look)

        def finished(part: Part) -> Part:
            finish = part.finish
            if part.role in self.main and MAIN in look.finishes:
                finish = finish.changed(look.finishes[MAIN])
            if part.role in look.finishes:
                finish = finish.changed(look.finishes[part.role])
            return dataclasses.replace(part, finish=finish)

        across = look.size * look.width
        model = dataclasses.replace(built, parts=tuple(map(finished, built.parts)))
        return model.scaled(across, look.size * look.height, across).grounded()

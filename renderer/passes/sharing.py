"""Which program draws which drawable: one that its material is specialised for or, where a model would need too many of
those, one for many materials.

A program takes a compiler 0.1 to 0.3 s and 2 MB. Real models need a handful; a file can hold a material for each of a
thousand combinations of layers.
"""

from collections.abc import Mapping, Sequence

from renderer.errors import ModelTooLarge
from renderer.gl.resources import GpuDrawable
from renderer.passes.surface import surface_defines

MOST_PROGRAMS = 64

MOST_VARIANTS = 256
"""Of those programs, for textures of other sizes and samplers: a software rasteriser compiles each of them when it is
first drawn with. What counts of a size is whether its sides are powers of two."""

NEUTRAL = ("CLEARCOAT", "SHEEN", "IRIDESCENCE", "DIFFUSE_TRANSMISSION", "DOUBLE_SIDED")
"""Defines that only add: with the constants of a material without that layer, the picture stays the same."""

NEUTRAL_BEHIND = ("VOLUME", "DISPERSION")
"""The same of transmissive surfaces."""

Defines = dict[str, str]


def shared_defines(drawables: Sequence[GpuDrawable]) -> dict[GpuDrawable, Defines]:
    """What the shader is specialised by for each of the drawables of a model: their own `surface_defines` or, beyond
    MOST_PROGRAMS, those of programs that have all layers of the model.

    Raises ModelTooLarge where even those are too many.
    """
    own = {drawable: surface_defines(drawable) for drawable in drawables}
    found = own if _count(own) <= MOST_PROGRAMS else _shared(own)
    variants = len({(_key(defines), drawable.samplers, _sizes(drawable)) for drawable, defines in found.items()})
    if variants > MOST_VARIANTS:
        raise ModelTooLarge(
            f"the model's materials read their textures in {variants} ways, and {MOST_VARIANTS} are allowed: use fewer "
            "combinations of samplers, and sizes that are powers of two"
        )
    return found


def _shared(own: Mapping[GpuDrawable, Defines]) -> dict[GpuDrawable, Defines]:
    everywhere = frozenset().union(*own.values())
    shared = {drawable: _with_layers(defines, everywhere) for drawable, defines in own.items()}
    if (count := _count(shared)) > MOST_PROGRAMS:
        raise ModelTooLarge(
            f"the model's materials need {count} different shaders, and {MOST_PROGRAMS} are allowed: use fewer "
            "combinations of textures, alpha modes and vertex attributes"
        )
    return shared


def _with_layers(defines: Defines, everywhere: frozenset[str]) -> Defines:
    names = () if "UNLIT" in defines else NEUTRAL + (NEUTRAL_BEHIND if "TRANSMISSION" in defines else ())
    own = {name: value for name, value in defines.items() if name not in NEUTRAL + NEUTRAL_BEHIND}
    return own | {name: "1" for name in names if name in everywhere} | {"ANY_LAYERS": "1"}


def _count(programs: Mapping[GpuDrawable, Defines]) -> int:
    return len({_key(defines) for defines in programs.values()})


def _key(defines: Defines) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(defines.items()))


def _sizes(drawable: GpuDrawable) -> tuple[bool, ...]:
    """Which sides of its textures are powers of two."""
    return tuple(side & (side - 1) == 0 for texture in drawable.textures for side in texture.size)

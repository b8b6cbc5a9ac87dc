"""How surfaces vary: grain, weave, stone, fur, ... as fields that tile along both axes.

Each function draws a `Detail` of (size, size) fields. u runs with the grain, from left to right.
"""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32
from renderer.generate.shapes.finishes import Structure
from renderer.samples.noise import smoothstep, tiling_noise

Random = np.random.Generator
Field = npt.NDArray[np.floating]


@dataclasses.dataclass(frozen=True, slots=True)
class Detail:
    """`tone` is the share of the material's second colour, 0 to 1; `height` is 0 low to 1 high; `dull` is added to the
    roughness."""

    tone: Float32
    height: Float32
    dull: Float32


def _detail(tone: Field, height: Field, dull: Field | float = 0.0) -> Detail:
    fields = np.clip(tone, 0, 1), height, dull
    return Detail(*(np.broadcast_to(field, tone.shape).astype(np.float32) for field in fields))


def _axes(size: int) -> tuple[Float32, Float32]:
    """u (1, size) and v (size, 1) of the pixels' centres, 0 to 1."""
    steps = ((np.arange(size) + 0.5) / size).astype(np.float32)
    return steps[None, :], steps[:, None]


def _clouds(rng: Random, size: int, cells: int, octaves: int = 3) -> Float32:
    """Fractal noise of about zero mean and unit variance; `cells` are the largest features along a side."""
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        total += tiling_noise(rng, size, (cells << octave, cells << octave)) * 0.55**octave
    return total / np.float32(1.2)


def _smooth(rng: Random, size: int) -> Detail:
    clouds = _clouds(rng, size, 4)
    speck = tiling_noise(rng, size, (size // 4, size // 4))
    return _detail(0.5 + 0.18 * clouds, 0.5 + 0.04 * speck, 0.035 * clouds + 0.012 * speck)


def _grain(rng: Random, size: int) -> Detail:
    """Flat-sawn boards: late-wood lines that wander along u, with pores."""
    _, v = _axes(size)
    bend = tiling_noise(rng, size, (3, 2)) * 0.055 + tiling_noise(rng, size, (9, 3)) * 0.014
    rings = 9.0 * (v + bend) + 0.08 * tiling_noise(rng, size, (60, 4))
    phase = rings - np.floor(rings)
    late = smoothstep(0.2, 0.9, phase) * (1 - smoothstep(0.9, 1.0, phase))
    fibre = tiling_noise(rng, size, (size // 3, 10))
    pores = smoothstep(1.4, 2.2, tiling_noise(rng, size, (size // 3, 40)) + 0.3 * (0.5 - late))
    tone = 0.12 + 0.5 * late + 0.09 * fibre + 0.1 * tiling_noise(rng, size, (12, 2)) + 0.55 * pores
    return _detail(tone, 0.75 - 0.2 * late + 0.06 * fibre - 0.6 * pores, 0.12 * pores - 0.05 * late)


def _brushed(rng: Random, size: int) -> Detail:
    strokes = tiling_noise(rng, size, (size // 2, 5)) + 0.6 * tiling_noise(rng, size, (size // 3, 14))
    return _detail(0.5 + 0.2 * strokes, 0.5 + 0.12 * strokes, 0.035 * strokes)


def _cells(rng: Random, size: int, count: int) -> tuple[Float32, Float32, Float32]:
    """A jittered grid of count x count cells: distances to the nearest and the second nearest middle, in cell widths,
    and a number from 0 to 1 for each cell."""
    middles = rng.random((count, count, 2), np.float32) * 0.8 + 0.1
    shades = rng.random((count, count), np.float32)
    u, v = _axes(size)
    column, row = (np.floor(u * count).astype(np.intp), np.floor(v * count).astype(np.intp))
    nearest = np.full((size, size), 9.0, np.float32)
    second, shade = nearest.copy(), np.zeros_like(nearest)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            i, j = (row + down) % count, (column + right) % count
            middle = middles[i, j]
            dx = u * count - (column + right) - middle[..., 0]
            dy = v * count - (row + down) - middle[..., 1]
            distance = np.sqrt(dx * dx + dy * dy)
            closer = distance < nearest
            second = np.where(closer, nearest, np.minimum(second, distance))
            shade = np.where(closer, shades[i, j], shade)
            nearest = np.minimum(nearest, distance)
    return nearest, second, shade


def _hammered(rng: Random, size: int) -> Detail:
    nearest, _, shade = _cells(rng, size, 14)
    clouds = _clouds(rng, size, 5)
    return _detail(0.5 + 0.2 * clouds + 0.2 * (shade - 0.5), smoothstep(0.0, 0.8, nearest), 0.06 * clouds)


def _speckles(rng: Random, size: int) -> Detail:
    clouds = _clouds(rng, size, 6)
    fine = tiling_noise(rng, size, (size // 5, size // 5))
    flecks = smoothstep(0.8, 1.5, tiling_noise(rng, size, (size // 9, size // 9)))
    return _detail(0.4 + 0.16 * clouds + 0.16 * fine + 0.4 * flecks, 0.5 + 0.12 * clouds + 0.12 * fine, 0.03 * fine)


def _veins(rng: Random, size: int) -> Detail:
    bent = _clouds(rng, size, 3, 5)
    broad = np.exp(-np.abs(bent + 0.15) * 9.0)
    thin = np.exp(-np.abs(_clouds(rng, size, 5, 5)) * 26.0)
    mist = smoothstep(-0.5, 2.0, _clouds(rng, size, 3))
    strength = smoothstep(-0.8, 1.0, tiling_noise(rng, size, (3, 3)))
    tone = 0.9 * broad * strength + 0.45 * thin * (1 - strength) + 0.22 * mist
    return _detail(tone.astype(np.float32), 0.5 - 0.1 * broad, 0.04 * mist)


def _weave(rng: Random, size: int) -> Detail:
    """Plain weave: warp and weft go over each other in turn."""
    u, v = _axes(size)
    threads = 40
    x, y = u * threads, v * threads
    over = (np.floor(x) + np.floor(y)) % 2
    warp = np.sin(np.pi * (x % 1)) * (0.55 + 0.45 * np.sin(np.pi * (y % 1)))
    weft = np.sin(np.pi * (y % 1)) * (0.55 + 0.45 * np.sin(np.pi * (x % 1)))
    height = np.where(over > 0, warp, weft).astype(np.float32)
    fuzz = tiling_noise(rng, size, (size // 4, size // 4))
    worn = _clouds(rng, size, 5)
    tone = 0.75 - 0.6 * height + 0.06 * fuzz + 0.06 * worn + 0.12 * (over - 0.5)
    return _detail(tone.astype(np.float32), height + 0.05 * fuzz)


def _knit(rng: Random, size: int) -> Detail:
    """Stockinette: columns of V-shaped stitches."""
    u, v = _axes(size)
    columns, rows = 12, 14
    x = u * columns
    side = np.abs(x % 1 - 0.5) * 2
    y = v * rows + 0.55 * (1 - side)
    stitch = np.sin(np.pi * (y % 1)) ** 0.7 * np.sin(np.pi * np.clip(side * 0.94 + 0.03, 0, 1)) ** 0.6
    fuzz = tiling_noise(rng, size, (size // 4, size // 4))
    height = np.nan_to_num(stitch).astype(np.float32)
    return _detail(0.85 - 0.8 * height + 0.07 * fuzz, height + 0.08 * fuzz)


def _hide(rng: Random, size: int) -> Detail:
    nearest, second, shade = _cells(rng, size, 30)
    crease = 1 - smoothstep(0.02, 0.3, second - nearest)
    worn = _clouds(rng, size, 4)
    tone = 0.3 + 0.15 * worn + 0.4 * crease + 0.1 * (shade - 0.5)
    return _detail(tone, 0.8 - 0.6 * crease, 0.1 * crease + 0.04 * worn)


def _fur(rng: Random, size: int) -> Detail:
    """Strands along u, in locks that lean a little to either side."""
    lean = tiling_noise(rng, size, (7, 7)) * 7.0 + tiling_noise(rng, size, (20, 20)) * 2.5
    strands = tiling_noise(rng, size, (size // 2, 26))
    rows = (np.arange(size)[:, None] + np.round(lean * size / 512).astype(np.intp)) % size
    strands = np.take_along_axis(strands, rows, axis=0)
    locks = tiling_noise(rng, size, (36, 12))
    return _detail(0.45 + 0.2 * strands + 0.14 * locks, 0.5 + 0.2 * strands + 0.1 * locks)


def _plush(rng: Random, size: int) -> Detail:
    """Short curls."""
    nearest, second, shade = _cells(rng, size, 34)
    curls = np.sin(9.0 * nearest + 6.0 * shade)
    fine = tiling_noise(rng, size, (size // 3, size // 3))
    height = 0.55 + 0.2 * curls + 0.12 * fine - 0.3 * smoothstep(0.2, 0.0, second - nearest)
    return _detail(1.0 - height + 0.15 * (shade - 0.5), height)


def _fibres(rng: Random, size: int) -> Detail:
    across = tiling_noise(rng, size, (size // 3, 24)) + tiling_noise(rng, size, (24, size // 3))
    clouds = _clouds(rng, size, 8)
    return _detail(0.45 + 0.14 * across + 0.1 * clouds, 0.5 + 0.15 * across + 0.05 * clouds)


def _crumb(rng: Random, size: int) -> Detail:
    clouds = _clouds(rng, size, 12, 4)
    holes = smoothstep(0.9, 1.9, tiling_noise(rng, size, (size // 12, size // 12)))
    return _detail(0.4 + 0.2 * clouds + 0.4 * holes, 0.6 + 0.16 * clouds - 0.4 * holes, 0.05 * clouds)


def _courses(size: int, rows: int, columns: int) -> tuple[Field, Field, Field]:
    """Bricks in running bond: places inside the brick, 0 to 1, and a different number for each brick."""
    u, v = _axes(size)
    row = np.floor(v * rows)
    x = (u * columns + 0.5 * (row % 2)) % columns
    return x % 1, np.broadcast_to((v * rows) % 1, (size, size)), row * columns + np.floor(x)


def _bricks(rng: Random, size: int) -> Detail:
    x, y, number = _courses(size, 10, 5)
    edge = np.minimum(np.minimum(x, 1 - x) * 2, np.minimum(y, 1 - y))
    mortar = 1 - smoothstep(0.04, 0.11, edge)
    shades = rng.random(50, np.float32)[number.astype(np.intp) % 50]
    rough = _clouds(rng, size, 12)
    tone = (1 - mortar) * (0.22 * shades + 0.07 * rough + 0.05) + 0.9 * mortar
    return _detail(tone, (0.8 + 0.05 * rough + 0.08 * shades) * (1 - mortar), 0.0)


def _planks(rng: Random, size: int) -> Detail:
    _, v = _axes(size)
    boards = 8
    grain = _grain(rng, size)
    board = np.floor(v * boards).astype(np.intp)
    gap = 1 - smoothstep(0.02, 0.06, np.minimum((v * boards) % 1, 1 - (v * boards) % 1))
    shades = rng.random(boards, np.float32)[board % boards]
    tone = np.maximum(0.7 * grain.tone + 0.35 * (shades - 0.4), gap)
    return _detail(tone, grain.height * 0.25 + 0.6 - 0.6 * gap, grain.dull)


def _leaves(rng: Random, size: int) -> Detail:
    """Veins of a leaf: side veins leave midribs that run along v."""
    u, v = _axes(size)
    ribs = 3
    side = np.abs((u * ribs) % 1 - 0.5) * 2
    slanted = (v * 9 + side * 1.2 + 0.05 * tiling_noise(rng, size, (6, 6))) % 1
    vein = np.maximum(np.exp(-((slanted - 0.5) ** 2) * 500), np.exp(-(side**2) * 400))
    clouds = _clouds(rng, size, 8)
    tone = (0.35 + 0.2 * clouds + 0.3 * vein).astype(np.float32)
    return _detail(tone, 0.6 - 0.4 * vein + 0.08 * clouds, 0.05 * clouds)


def _waves(rng: Random, size: int) -> Detail:
    swell = _clouds(rng, size, 5, 2)
    return _detail(0.5 + 0.15 * swell, 0.5 + 0.5 * swell)


def _pores(rng: Random, size: int) -> Detail:
    clouds = _clouds(rng, size, 6)
    pits = smoothstep(1.5, 2.4, tiling_noise(rng, size, (size // 8, size // 8)))
    fine = tiling_noise(rng, size, (size // 3, size // 3))
    return _detail(0.4 + 0.2 * clouds + 0.06 * fine + 0.3 * pits, 0.7 + 0.08 * fine - 0.6 * pits, 0.04 * clouds)


def _carbon(rng: Random, size: int) -> Detail:
    """2x2 twill."""
    u, v = _axes(size)
    tows = 16
    x, y = u * tows, v * tows
    warp = (np.floor(x) + np.floor(y)) % 4 < 2
    along = np.where(warp, y % 1, x % 1)
    height = np.sin(np.pi * np.where(warp, x % 1, y % 1)).astype(np.float32) ** 0.5
    strands = tiling_noise(rng, size, (size // 3, size // 3))
    tone = np.where(warp, 0.75, 0.15) * (0.6 + 0.4 * np.sin(np.pi * along)) + 0.05 * strands
    return _detail(tone.astype(np.float32), height, np.where(warp, 0.08, 0.0).astype(np.float32))


def _rust(rng: Random, size: int) -> Detail:
    patches = _clouds(rng, size, 5, 5)
    fine = _clouds(rng, size, 24, 3)
    bare = smoothstep(-0.1, 0.7, patches)
    return _detail(bare + 0.12 * fine, 0.5 + 0.16 * fine + 0.1 * bare, -0.2 * bare)


def _tiles(rng: Random, size: int) -> Detail:
    """Rows of rounded scales, each row over the one below it."""
    rows = 12
    u, v = _axes(size)
    line = v * rows
    best = np.zeros((size, size), np.float32)
    shade = np.zeros_like(best)
    shades = rng.random((rows, rows), np.float32)
    for above in (1, 0):  # the row above overlaps
        row = np.floor(line) - above
        x = u * rows + 0.5 * (row % 2)
        down = (line - row) / 2
        across = (x % 1 - 0.5) * 2
        inside = down < 0.55 + 0.43 * np.sqrt(np.clip(1 - across * across, 0, 1))
        height = 0.35 + 0.65 * down * (1 - 0.25 * across * across)
        number = shades[row.astype(np.intp) % rows, np.floor(x).astype(np.intp) % rows]
        shade = np.where(inside & (best == 0), number, shade)
        best = np.where(inside & (best == 0), height, best)
    rough = _clouds(rng, size, 10)
    return _detail(0.85 - 0.9 * best + 0.3 * (shade - 0.5) + 0.05 * rough, best + 0.02 * rough, 0.0)


def _squares(rng: Random, size: int) -> Detail:
    """Ridges that cross, with square dents between."""
    u, v = _axes(size)
    ridge = np.maximum(np.abs((u * 8) % 1 - 0.5), np.abs((v * 8) % 1 - 0.5)) * 2
    height = smoothstep(0.45, 0.85, ridge)
    rough = _clouds(rng, size, 10)
    return _detail(0.75 - 0.6 * height + 0.12 * rough, height + 0.03 * rough)


DRAW: Mapping[Structure, Callable[[Random, int], Detail]] = {
    "smooth": _smooth, "grain": _grain, "brushed": _brushed, "hammered": _hammered, "speckles": _speckles,
    "veins": _veins, "weave": _weave, "knit": _knit, "hide": _hide, "fur": _fur, "fibres": _fibres, "crumb": _crumb,
    "bricks": _bricks, "planks": _planks, "leaves": _leaves, "waves": _waves, "pores": _pores, "carbon": _carbon,
    "rust": _rust, "tiles": _tiles,
    "squares": _squares, "plush": _plush,
}  # fmt: skip

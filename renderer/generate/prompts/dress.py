"""A thing of a prompt -> here -> one finished model: its shape, sized and finished as the prompt says."""

import dataclasses
import functools

import numpy as np

from renderer.generate.prompts.colours import VIVID, color_named, linear, shaded
from renderer.generate.prompts.facets import faceted
from renderer.generate.prompts.grammar import Said, Thing
from renderer.generate.prompts.roles import matching
from renderer.generate.prompts.vocabulary import GLOSS, MATERIALS, SIZES, STYLES, Style
from renderer.generate.shapes import finishes
from renderer.generate.shapes.library import SHAPES
from renderer.generate.shapes.parts import MAIN, Color, Finish, Look, Model, Part, Shape, Wanted

PAINTED = frozenset(("vehicles",))
"""Categories whose things have the colour of what else would be a material: a silver car is painted."""

UNTOUCHED = frozenset((
    "glass", "dark glass", "frosted glass", "rubber", "light",
    "drink", "filling", "soil", "ground", "eyes", "pupils", "shines",
))  # fmt: skip
"""Materials and roles that a second colour isn't meant for."""

LEAST_SEEN = 0.06
"""Share of the surface that parts have which can be seen to have another colour."""

LARGEST_SIZE, SMALLEST_SIZE = 4.0, 0.2
"""Of what the words of size together multiply a shape by: "tiny tiny little" things are no smaller."""


def dressed(thing: Thing, shape: Shape, seed: int) -> Model:
    """The model of one such thing, on the ground and centred. `shape` is what was chosen for it."""
    said = _by_role(thing, shape)
    counts = {feature: said.count for part, said in thing.parts.items() for feature in matching(shape.name, part)[1]}
    features = set(counts)
    features |= {word for word in (*thing.said.styles, *thing.said.sizes) if word in shape.features}
    lacking = {role for part in thing.lacking for role in matching(shape.name, part)[0]}
    size, height, width = _proportions(thing.said)
    wanted = {role: _wanted(each, shape) for role, each in said.items()}
    model = shape.model(Look(size, height, width, frozenset(features), wanted, seed, counts))
    main = said.get(MAIN, Said())
    parts = tuple(
        _styled(part, said.get(part.role) or (main if part.role in shape.main else Said()), main,
                VIVID[(seed + place) % len(VIVID)])
        for place, part in enumerate(model.parts) if part.role not in lacking
    )
    return dataclasses.replace(model, parts=parts or model.parts).grounded()


def _by_role(thing: Thing, shape: Shape) -> dict[str, Said]:
    """What is said of each of the shape's roles. Of two colours of a thing without a pattern the second is for its
    lesser roles."""
    found = {MAIN: thing.said}
    if len(thing.said.colors) > 1 and thing.said.pattern is None:
        found |= {role: Said(thing.said.colors[1:]) for role in _lesser_roles(shape.name)}
    for part, said in thing.parts.items():
        for role in matching(shape.name, part)[0]:
            found[role] = said
    return found


@functools.cache
def _lesser_roles(name: str) -> tuple[str, ...]:
    """Those that aren't main, if they can be seen, or else the later half of the main ones; none of a ball."""
    shape, areas = SHAPES[name], dict[str, float]()
    for part in shape.build(Look()).parts:
        if part.role in UNTOUCHED or part.finish.material in UNTOUCHED:
            continue
        corners = part.mesh.positions[part.mesh.triangles]
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        areas[part.role] = areas.get(part.role, 0.0) + float(np.linalg.norm(across, axis=1).sum())
    others = tuple(role for role in areas if role not in shape.main)
    if sum(areas[role] for role in others) > LEAST_SEEN * sum(areas.values()):
        return others
    return tuple(role for role in shape.main if role in areas)[(len(shape.main) + 1) // 2 :]


def _wanted(said: Said, shape: Shape) -> Wanted:
    """Of several materials the last counts, and what else the others may mean: "gold velvet" is velvet."""
    words, colors = said.materials, list(said.colors)
    colors += [color for word in words[:-1] if (color := color_named(word)) is not None]
    material = MATERIALS[words[-1]] if words else None
    own = color_named(words[-1]) if words else None
    if own is not None and shape.category in PAINTED:
        material, colors = None, [*colors, own]
    elif own is not None and material in ("marble", "crystal"):  # such as jade: it comes in that colour
        colors.append(own)
    color = colors[0] if colors else None
    pattern = said.pattern or ("stripes" if len(colors) > 1 and not _lesser_roles(shape.name) else None)
    pattern_color = said.pattern_color or (colors[1] if pattern and len(colors) > 1 else None)
    return Wanted(material, color, pattern, pattern_color, said.glowing or None)


def _styled(part: Part, said: Said, main: Said, vivid: str) -> Part:
    """With the gloss and the shade that are said of it, and the styles of the whole thing where nothing else is. Of
    what is colourful each part has another of the `vivid` colours."""
    finish = part.finish
    if said.vivid and not said.colors:
        finish = dataclasses.replace(finish, color=linear(vivid))
    if said.gloss is not None:
        finish = dataclasses.replace(finish, material=GLOSS[said.gloss].get(finish.material, finish.material))
    if said.shade is not None:
        finish = dataclasses.replace(finish, color=shaded(_color(finish), said.shade))
    for name in main.styles:
        finish = _in_style(finish, STYLES[name], said)
    mesh = faceted(part.mesh) if any(STYLES[name].faceted for name in main.styles) else part.mesh
    return dataclasses.replace(part, mesh=mesh, finish=finish)


def _in_style(finish: Finish, style: Style, said: Said) -> Finish:
    if not said.materials and finish.material in style.materials:
        color = finish.color if said.colors else None
        finish = dataclasses.replace(finish, material=style.materials[finish.material], color=color)
    if style.shade is not None and not said.colors:
        finish = dataclasses.replace(finish, color=shaded(_color(finish), style.shade))
    return finish


def _color(finish: Finish) -> Color:
    return finish.color or finishes.MATERIALS[finish.material].color


def _proportions(said: Said) -> tuple[float, float, float]:
    """Size, height and width by all words for them."""
    rows = [SIZES[word] for word in said.sizes]
    rows += [(1.0, STYLES[word].height, STYLES[word].width) for word in said.styles]
    size = height = width = 1.0
    for row in rows:
        size, height, width = size * row[0], height * row[1], width * row[2]
    return min(max(size, SMALLEST_SIZE), LARGEST_SIZE), min(max(height, 0.5), 1.8), min(max(width, 0.6), 1.6)

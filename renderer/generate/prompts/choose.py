"""A prompt -> here -> a model of it from the library, and what was understood."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from renderer.checkpoints import checkpoint
from renderer.generate.prompts import nearest
from renderer.generate.prompts.arrange import arranged, heaped, side_by_side
from renderer.generate.prompts.colours import hex_code
from renderer.generate.prompts.dress import dressed
from renderer.generate.prompts.grammar import Said, Thing, understand
from renderer.generate.prompts.kinds import looking_like
from renderer.generate.prompts.roles import matching
from renderer.generate.prompts.words import singular
from renderer.generate.shapes.library import SHAPES
from renderer.generate.shapes.parts import Model

FALLBACK = "sculpture"
"""The shape of what isn't in the library: an abstract form."""

MOST_COPIES = 6
MOST_OTHERS = 3
"""Of one thing, and of things with it: more would be too small to recognise, and too many triangles."""


OUTSIDE = {"flower": ("leaf", "ground")}
"""Parts that things in a vessel lack."""

ALIKE_CONFIDENCE = 0.7
"""In what looks most alike, by our own table."""


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """`metadata` is JSON: what was matched, how surely, and what was understood."""

    model: Model
    metadata: dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class _Match:
    """`how` a shape was found: "word", "nearest" or "none"; `confidence` is 0 to 1."""

    shape: str
    how: str
    confidence: float


def chosen(prompt: str, seed: int) -> Choice:
    """Passes checkpoints. Equal prompts and seeds give equal models."""
    able = nearest.installed()
    understood = understand(prompt, nearest.is_word if able else None)
    thing = understood.thing or Thing("", None)
    match = _match(thing, able)
    known = [other for _, other in thing.others if other.shape is not None]
    if match.how == "none" and known:  # better what stands beside the unknown than nothing known
        understood.unknown.append(thing.noun)
        thing, match = known[0], _match(known[0], able)
    matched = [(thing, match)]
    model = _model(thing, match.shape, seed)
    for relation, other in thing.others[:MOST_OTHERS]:
        match = _match(other, able)
        if match.how != "none":
            matched.append((other, match))
            if relation == "with" and SHAPES[match.shape].category == "worn" and "head" in model.anchors:
                relation = "wearing"
            inside = relation == "containing" or (relation == "with" and "inside" in model.anchors)
            other.lacking += OUTSIDE.get(match.shape, ()) if inside else ()
            several = other.said.count > 1 or singular(other.noun) != other.noun
            added = heaped(_one(other, match.shape, seed)) if inside and several else _model(other, match.shape, seed)
            model = arranged(model, relation, added, match.shape)
    return Choice(model, _metadata(matched, understood.unknown))


def _match(thing: Thing, able: bool) -> _Match:
    if thing.shape is not None:
        return _Match(thing.shape, "nearest", ALIKE_CONFIDENCE) if thing.alike else _Match(thing.shape, "word", 1.0)
    if able and thing.noun:
        shape, similarity = nearest.nearest_shape(thing.noun)
        if similarity >= nearest.LEAST_SIMILARITY:
            return _Match(shape, "nearest", similarity)
    known = [kind for kind in thing.kinds if kind in SHAPES]
    return _Match(known[-1], "word", 0.5) if known else _Match(FALLBACK, "none", 0.0)


def _model(thing: Thing, shape: str, seed: int) -> Model:
    """As many of the thing as are asked for."""
    said = thing.said
    one = _one(thing, shape, seed)
    is_pair = thing.noun.endswith("s") and singular(thing.noun) == thing.noun  # "a pair of headphones" is one thing
    copies = range(1, 1 if is_pair else min(said.count, MOST_COPIES))
    return side_by_side([one, *(_one(thing, shape, seed + copy) if said.vivid else one for copy in copies)])


def _one(thing: Thing, shape: str, seed: int) -> Model:
    checkpoint()
    model = dressed(thing, SHAPES[shape], seed)
    for kind in dict.fromkeys(thing.kinds):
        if kind != shape and kind not in SHAPES[shape].features:  # a feature is there already
            checkpoint()
            model = looking_like(model, SHAPES[shape], SHAPES[kind], thing, seed)
    return model


def _metadata(matched: Sequence[tuple[Thing, _Match]], unknown: Sequence[str]) -> dict[str, Any]:
    said = [each for thing, _ in matched for each in (thing.said, *thing.parts.values())]
    missing = [
        part for thing, match in matched for part in (*thing.parts, *thing.lacking)
        if not any(matching(match.shape, part))
    ]
    first = matched[0][1]
    return {
        "match": [match.shape for _, match in matched],
        "how": first.how,
        "confidence": round(first.confidence, 3),
        "understood": {name: found for name in NOTED if (found := _noted(name, said))},
        "notUnderstood": list(dict.fromkeys([*unknown, *missing])),
    }


NOTED = ("colors", "materials", "pattern", "sizes", "styles", "gloss")
"""What of `Said` the metadata tell."""


def _noted(name: str, said: Sequence[Said]) -> list[str]:
    """All that was said of it, once each."""
    if name == "colors":
        return list(dict.fromkeys(hex_code(color) for each in said for color in each.colors))
    values = [getattr(each, name) for each in said]
    flat = [word for value in values if value for word in (value if isinstance(value, list) else [value])]
    return list(dict.fromkeys(flat))

"""A prompt -> here -> a model of it from the library, and what was understood."""

import dataclasses
from typing import Any

from renderer.checkpoints import checkpoint
from renderer.generate.prompts import nearest
from renderer.generate.prompts.arrange import arranged, side_by_side
from renderer.generate.prompts.colours import hex_code
from renderer.generate.prompts.dress import dressed
from renderer.generate.prompts.grammar import Said, Thing, Understood, understand
from renderer.generate.prompts.kinds import looking_like
from renderer.generate.shapes.library import SHAPES
from renderer.generate.shapes.parts import Model

FALLBACK = "sculpture"
"""The shape of what isn't in the library: an abstract form."""

MOST_COPIES = 6
MOST_OTHERS = 3
"""Of one thing, and of things with it: more would be too small to recognise, and too many triangles."""


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
    matches = [_match(thing, able)]
    if matches[0].how == "none" and thing.others:  # better what stands beside the unknown than nothing known
        known = [other for _, other in thing.others if other.shape is not None]
        if known:
            understood.unknown.append(thing.noun)
            thing = known[0]
            matches = [_match(thing, able)]
    model = _model(thing, matches[0].shape, seed)
    for relation, other in thing.others[:MOST_OTHERS]:
        match = _match(other, able)
        if match.how != "none":
            matches.append(match)
            model = arranged(model, relation, _model(other, match.shape, seed), match.shape)
    return Choice(model, _metadata(thing, understood, matches))


def _match(thing: Thing, able: bool) -> _Match:
    if thing.shape is not None:
        return _Match(thing.shape, "word", 1.0)
    if able and thing.noun:
        shape, similarity = nearest.nearest_shape(thing.noun)
        if similarity >= nearest.LEAST_SIMILARITY:
            return _Match(shape, "nearest", similarity)
    known = [kind for kind in thing.kinds if kind in SHAPES]
    return _Match(known[-1], "word", 0.5) if known else _Match(FALLBACK, "none", 0.0)


def _model(thing: Thing, shape: str, seed: int) -> Model:
    checkpoint()
    model = dressed(thing, SHAPES[shape], seed)
    for kind in dict.fromkeys(thing.kinds):
        if kind != shape and kind in SHAPES:
            checkpoint()
            model = looking_like(model, SHAPES[shape], SHAPES[kind], thing, seed)
    return side_by_side(model, min(thing.said.count, MOST_COPIES)) if thing.said.count > 1 else model


def _metadata(thing: Thing, understood: Understood, matches: list[_Match]) -> dict[str, Any]:
    things = (thing, *(other for _, other in thing.others))
    said = [each for one in things for each in (one.said, *one.parts.values())]
    return {
        "match": [match.shape for match in matches],
        "how": matches[0].how,
        "confidence": round(matches[0].confidence, 3),
        "understood": {name: found for name in NOTED if (found := _noted(name, said))},
        "notUnderstood": list(dict.fromkeys(understood.unknown)),
    }


NOTED = ("colors", "materials", "pattern", "sizes", "styles", "gloss")
"""What of `Said` the metadata tell."""


def _noted(name: str, said: list[Said]) -> list[str]:
    """All that was said of it, once each."""
    if name == "colors":
        return list(dict.fromkeys(hex_code(color) for each in said for color in each.colors))
    values = [getattr(each, name) for each in said]
    flat = [word for value in values if value for word in (value if isinstance(value, list) else [value])]
    return list(dict.fromkeys(flat))

"""What a prompt's words for parts are called in the library's shapes."""

import functools

from renderer.generate.prompts.vocabulary import MEANT, PARTS
from renderer.generate.prompts.words import ACCENT, singular
from renderer.generate.shapes.library import SHAPES


@functools.cache
def matching(shape: str, part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The roles and the features of the shape that `part` (singular) may mean: of its own name, or else of the first of
    its synonyms that it has any of."""
    row = SHAPES[shape]
    if part == ACCENT:
        return tuple(role for role in row.roles if role not in row.main), ()
    groups = [group for group in PARTS if part in group]
    for name in (*MEANT.get(part, ()), part, *(word for group in groups for word in group)):
        roles = tuple(role for role in row.roles if singular(role) == name)
        features = tuple(feature for feature in row.features if singular(feature) == name)
        if roles or features:
            return roles, features
    return (), ()

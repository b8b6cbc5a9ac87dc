"""The farm's own templates, which every account may use. They have no rows: their ids never change."""

import dataclasses
from typing import Any

from api.domain.projects.content import Content, parse_content

_BOOKMARKS = (
    {"name": "Front View", "azimuth": 0, "elevation": 8, "zoom": 1.15},
    {"name": "Three-Quarter View", "azimuth": 35, "elevation": 18, "zoom": 1.15},
    {"name": "Side View", "azimuth": 90, "elevation": 8, "zoom": 1.15},
    {"name": "Top View", "azimuth": 0, "elevation": 90, "zoom": 1.15},
)

_SPIN = {"name": "360 Spin", "effect": "turntable", "length": 6}


@dataclasses.dataclass(frozen=True, slots=True)
class BuiltIn:
    """A template of the farm's own. `id` is spelt as other templates' are."""

    id: str
    name: str
    description: str
    tags: tuple[str, ...]
    content: Content


def _built_in(id: str, name: str, description: str, tags: tuple[str, ...], look: dict[str, Any]) -> BuiltIn:
    return BuiltIn(
        id, name, description, tags,
        parse_content({"look": look, "bookmarks": list(_BOOKMARKS), "shots": [_SPIN]}),
    )


BUILT_IN: tuple[BuiltIn, ...] = (
    _built_in(
        "StudioLight1", "Studio Light", "Softboxes on light grey: the look of a shop's catalogue.",
        ("studio", "light", "catalogue"), {"lighting": "studio", "bgColor": "#eeeff1", "vignette": 0.1},
    ),
    _built_in(
        "DarkStudio01", "Dark Studio", "Rims of light in a black room, on charcoal: the look of a launch.",
        ("studio", "dark", "dramatic"), {"lighting": "dark", "bgColor": "#2e3036", "vignette": 0.75, "reflector": True},
    ),
    _built_in(
        "OutdoorScene", "Outdoor Scene", "The sun in a clear sky, on the colour of pale stone.",
        ("outdoor", "daylight", "natural"), {"lighting": "outdoor", "bgColor": "#e6e1d7", "vignette": 0.15},
    ),
)
"""In the order in which lists show them."""

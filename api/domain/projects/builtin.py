"""The farm's own templates, which every account has. They have no rows, and their ids never change."""

import dataclasses

from api.domain.projects.content import Content, parse_content


@dataclasses.dataclass(frozen=True, slots=True)
class BuiltinTemplate:
    id: str
    name: str
    description: str
    tags: tuple[str, ...]
    content: Content


BOOKMARKS = [
    {"name": "Front View", "azimuth": 0, "elevation": 8, "zoom": 1.15},
    {"name": "Three-Quarter View", "azimuth": 35, "elevation": 18, "zoom": 1.15},
    {"name": "Side View", "azimuth": 90, "elevation": 8, "zoom": 1.15},
    {"name": "Top View", "azimuth": 0, "elevation": 90, "zoom": 1.15},
]
"""Somewhat above eye level, so that the ground shows; the zoom leaves room for the shadow. From straight above, no side
is seen that would make a box look crooked."""

SHOTS = [{"name": "360 Spin", "effect": "turntable", "length": 6}]

STUDIO = BuiltinTemplate(
    "studioLight1", "Studio Light", "Softboxes in front of pale grey paper, for catalogues and shops.",
    ("studio", "light", "catalogue"),
    # paper a little darker than white things: their outline would be lost on #ffffff
    parse_content({
        "look": {"lighting": "studio", "bgColor": "#eeeff1", "vignette": 0.1}, "bookmarks": BOOKMARKS, "shots": SHOTS,
    }),
)  # fmt: skip

DARK = BuiltinTemplate(
    "darkStudio01", "Dark Studio", "Rims of light in a black room, above a polished floor, for launches and posters.",
    ("studio", "dark", "dramatic"),
    # charcoal that fades to black: black things keep their outline; the floor shows where they stand, as no shadow does
    parse_content({
        "look": {"lighting": "dark", "bgColor": "#2e3036", "vignette": 0.75, "reflector": True},
        "bookmarks": BOOKMARKS, "shots": SHOTS,
    }),
)  # fmt: skip

OUTDOOR = BuiltinTemplate(
    "outdoorScene", "Outdoor Scene", "The sun in a clear sky, on pale stone: natural light with clear shadows.",
    ("outdoor", "daylight", "natural"),
    # the warm stone that the preset's light is reflected by: on grey, what the sky lights would look blue
    parse_content({
        "look": {"lighting": "outdoor", "bgColor": "#e6e1d7", "vignette": 0.15},
        "bookmarks": BOOKMARKS, "shots": SHOTS,
    }),
)  # fmt: skip

BUILTIN = (STUDIO, DARK, OUTDOOR)
"""In the order of lists. The first is taken where none is named."""

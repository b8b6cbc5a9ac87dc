"""The farm's own templates, which every account has."""

import dataclasses

from api.domain.projects.content import Content, parse_content


@dataclasses.dataclass(frozen=True, slots=True)
class BuiltinTemplate:
    id: str
    name: str
    description: str
    tags: tuple[str, ...]
    content: Content


CAMERAS = [
    {"name": "Front View", "azimuth": 0, "elevation": 12, "zoom": 1},
    {"name": "Three-Quarter View", "azimuth": 45, "elevation": 25, "zoom": 1},
    {"name": "Side View", "azimuth": 90, "elevation": 12, "zoom": 1},
    {"name": "Top View", "azimuth": 0, "elevation": 90, "zoom": 1},
]
SHOTS = [{"name": "360 Spin", "effect": "turntable", "length": 6}]

STUDIO = BuiltinTemplate(
    "studioLight1", "Studio Light", "Clean studio lighting setup", ("studio",),
    parse_content({"look": {"lighting": "studio"}, "bookmarks": CAMERAS, "shots": SHOTS}),
)
BUILTIN = (STUDIO,)

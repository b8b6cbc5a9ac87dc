"""Of every engine: what it makes, whether the settings lead to it, and whether it can work on this machine."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Literal

from api.engines.chosen import PROCEDURAL, choose, found_weights, weights_folders
from api.engines.services import NotConfigured, mesh_service, picture_service
from api.settings import Settings
from renderer.generate.available import LOCAL

Makes = Literal["pictures", "models"]

MADE_BY: Mapping[Makes, tuple[str, ...]] = {
    "pictures": (PROCEDURAL, "diffusers", "xai", "openai"),
    "models": (PROCEDURAL, "triposr", "hosted"),
}
"""Pictures out of words, models out of pictures. The first also makes models out of words."""


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """`reason`: why it isn't available and what to do, or "". It names no folder, host or key."""

    name: str
    makes: Makes
    chosen: bool
    available: bool
    reason: str


def standings(settings: Settings) -> tuple[Standing, ...]:
    """Quick: no service is asked, and nothing is loaded."""
    chosen = choose(settings, found_weights(settings))
    leads = {"pictures": chosen.image, "models": chosen.mesh}
    return tuple(
        Standing(name, makes, name == leads[makes], *_available(settings, name))
        for makes, names in MADE_BY.items()
        for name in names
    )


def _available(settings: Settings, name: str) -> tuple[bool, str]:
    if name in LOCAL:
        return LOCAL[name](weights_folders(settings)[name])
    asked: dict[str, Callable[[], object]] = {
        "xai": lambda: picture_service(settings, "xai"),
        "openai": lambda: picture_service(settings, "openai"),
        "hosted": lambda: mesh_service(settings),
    }
    try:
        if name in asked:
            asked[name]()
    except NotConfigured as error:
        return False, str(error)
    return True, ""

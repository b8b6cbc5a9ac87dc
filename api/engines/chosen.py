"""Which engine does what, by the settings alone: nothing here draws or loads anything.

A real engine that was chosen, or found, and then fails fails the work: nothing else is made in its place unasked.
"""

import dataclasses
from collections.abc import Collection
from pathlib import Path

from api.settings import Settings

PROCEDURAL = "procedural"
"""Shapes of our own for words, and outlines for pictures: it is always there."""

XAI_KEY = "xai-"
"""How xAI's keys begin."""


@dataclasses.dataclass(frozen=True, slots=True)
class Chosen:
    """The names of the engines for pictures out of words, and for meshes out of pictures."""

    image: str
    mesh: str


def choose(settings: Settings, weights: Collection[str]) -> Chosen:
    """`weights` are the names of the local engines whose weights are here, as `found_weights` gives them."""
    image, mesh = settings.image_engine, settings.mesh_engine
    return Chosen(
        image=_auto_image(settings, weights) if image == "auto" else image,
        mesh=_auto_mesh(settings, weights) if mesh == "auto" else mesh,
    )


def _auto_image(settings: Settings, weights: Collection[str]) -> str:
    key = settings.image_key.get_secret_value()
    if settings.image_url or (key and not key.startswith(XAI_KEY)):
        return "openai"
    if key:
        return "xai"
    return "diffusers" if "diffusers" in weights else PROCEDURAL


def _auto_mesh(settings: Settings, weights: Collection[str]) -> str:
    if settings.mesh_url:
        return "hosted"
    return "triposr" if "triposr" in weights else PROCEDURAL


def weights_folders(settings: Settings) -> dict[str, Path]:
    """Where the weights of local engines are looked for, by the engines' names."""
    return {"triposr": settings.triposr_weights, "diffusers": settings.diffusers_weights}


def found_weights(settings: Settings) -> dict[str, Path]:
    """Those of them that are there: a worker's child reads them."""
    return {name: folder for name, folder in weights_folders(settings).items() if folder.is_dir()}

"""The engines that work on this machine, by what they do and by name. An engine is imported when it is asked for.

Those that speak to services are not the renderer's: it opens no socket.
"""

import importlib
from collections.abc import Mapping
from typing import Any

from renderer.errors import EngineUnavailable
from renderer.generate.protocols import ImageToMesh, TextToImage, TextToMesh

TEXT_TO_IMAGE: Mapping[str, str] = {
    "procedural": "renderer.generate.procedural.ProceduralEngine",
    "diffusers": "renderer.generate.diffusion.Diffusers",
}
IMAGE_TO_MESH: Mapping[str, str] = {
    "procedural": "renderer.generate.pictures.engine.PictureEngine",
    "triposr": "renderer.generate.triposr.TripoSR",
}
TEXT_TO_MESH: Mapping[str, str] = {"procedural": "renderer.generate.procedural.ProceduralEngine"}
"""Classes by the engines' names. They are called with the `options` that the caller of these functions gives: those
with local weights with their `folder`."""


def text_to_image(name: str, **options: Any) -> TextToImage:
    """Raises EngineUnavailable for a name that isn't in the table."""
    engine: TextToImage = _made(TEXT_TO_IMAGE, name, "pictures of text", options)
    return engine


def image_to_mesh(name: str, **options: Any) -> ImageToMesh:
    """Raises EngineUnavailable for a name that isn't in the table."""
    engine: ImageToMesh = _made(IMAGE_TO_MESH, name, "models of pictures", options)
    return engine


def text_to_mesh(name: str, **options: Any) -> TextToMesh:
    """Raises EngineUnavailable for a name that isn't in the table."""
    engine: TextToMesh = _made(TEXT_TO_MESH, name, "models of text", options)
    return engine


def _made(table: Mapping[str, str], name: str, what: str, options: Mapping[str, Any]) -> Any:
    if name not in table:
        raise EngineUnavailable(f'No engine "{name}" makes {what}; there are {", ".join(table) or "none"}')
    module, _, cls = table[name].rpartition(".")
    return getattr(importlib.import_module(module), cls)(**options)

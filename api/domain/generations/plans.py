"""Which steps make an output of an input, in their order; each needs the one before it.

    from_prompt    text -> [image ->] mesh           an image only where a generator of images is set up: the farm's own
                                                     engine makes the mesh of the text, and images of the mesh
    from_picture   picture -> mesh
    optimised      model -> optimise
    pipeline       text -> image -> mesh -> usdz
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from api.domain.work.tasks import Work
from renderer.spec.generation import MeshSpec, PictureSpec
from renderer.spec.wanted import Wanted

PROCEDURAL = "procedural"
"""The engine that is always there, for all of it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Engines:
    """The names of those that make pictures of texts, and meshes of pictures."""

    image: str = PROCEDURAL
    mesh: str = PROCEDURAL


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """What a step is called, its main file, and by which name the next step's task finds that among its inputs."""

    name: str
    file: str
    gives: str


PICTURE, MODEL = "picture", "model"
"""What tasks call their inputs: the second is `catalog.inspection.INPUT`."""

STEPS: dict[str, Step] = {
    "generate-image": Step("image", "image", PICTURE),
    "generate-mesh": Step("mesh", "glb", MODEL),
    "optimise": Step("optimise", "glb", MODEL),
    "generated-usdz": Step("usdz", "usdz", "usdz"),
}
"""By the kind of the task."""

Plan = Callable[[Mapping[str, Any], str, Engines], list[Work]]
"""The steps by a template's complete parameters and the input's text, which is empty where the input is a file."""


def from_prompt(parameters: Mapping[str, Any], text: str, engines: Engines) -> list[Work]:
    if engines.image == PROCEDURAL:
        return [_mesh(parameters, PROCEDURAL, text)]
    return [_image(parameters, engines.image, text), _mesh(parameters, engines.mesh, None, text)]


def from_picture(parameters: Mapping[str, Any], text: str, engines: Engines) -> list[Work]:
    return [_mesh(parameters, engines.mesh, None)]


def optimised(parameters: Mapping[str, Any], text: str, engines: Engines) -> list[Work]:
    return [_work("optimise", Wanted(**parameters).to_json())]


def pipeline(parameters: Mapping[str, Any], text: str, engines: Engines) -> list[Work]:
    made = from_prompt(parameters, text, engines)
    image = [_image(parameters, PROCEDURAL, text)] if engines.image == PROCEDURAL else []
    return [*image, *made, _work("generated-usdz", {"version": 1})]


def _image(parameters: Mapping[str, Any], engine: str, text: str) -> Work:
    return _work("generate-image", PictureSpec(engine, text, parameters["seed"]).to_json())


def _mesh(parameters: Mapping[str, Any], engine: str, text: str | None, caption: str = "") -> Work:
    seed, quality, texture = (parameters[name] for name in ("seed", "quality", "texture"))
    return _work("generate-mesh", MeshSpec(engine, text, seed, quality, texture, caption).to_json())


def _work(kind: str, spec: Mapping[str, Any]) -> Work:
    return Work(kind, spec, {}, frame_count=1)

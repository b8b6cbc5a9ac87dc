"""Orders for engines that are services. A child opens no connections, so the parent has them called, by processes of
their own (`api.engines.calls`), which decode what comes in confined ones. The child rests meanwhile.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.domain.generations.plans import PICTURE
from api.domain.work.claims import Claim
from api.engines import calls
from api.settings import Settings
from api.worker.messages import Failed, Made, Order
from api.worker.parent.orders import GivenUp
from renderer.errors import EngineError, EngineRejected, UnknownSpecVersion
from renderer.spec.generation import MeshSpec, PictureSpec

ENGINES: Mapping[str, tuple[str, ...]] = {"generate-image": ("xai", "openai"), "generate-mesh": ("hosted",)}
"""By the kind of work."""


def is_hosted(claim: Claim) -> bool:
    """Whether the claim's engine is a service."""
    return claim.spec.get("engine") in ENGINES.get(claim.kind, ())


def call(settings: Settings, order: Order) -> tuple[list[Made], Mapping[str, Any]]:
    """What was made for each of the owners, in the order's folder, and what there is to say of it.

    Passes checkpoints. Raises GivenUp, and what a checkpoint raises.
    """
    folder = Path(order.folder, "call")
    folder.mkdir()
    try:
        if order.kind == "generate-image":
            picture = PictureSpec.from_json(order.spec)
            told = calls.picture(settings, picture.engine, picture.prompt, picture.seed, picture.size, folder)
            name, path = "image", folder / "picture.jpg"
        else:
            mesh = MeshSpec.from_json(order.spec)
            given = Path(order.inputs[PICTURE])
            told = calls.mesh(settings, given, mesh.seed, folder, quality=mesh.quality, texture=mesh.texture)
            name, path = "glb", folder / "model.glb"
    except (EngineError, UnknownSpecVersion) as error:
        final = isinstance(error, EngineRejected | UnknownSpecVersion)
        raise GivenUp(Failed(code=error.code, message=str(error), retry=not final)) from error
    return [_for_owner(owner, name, path, folder) for owner in order.variants], told


def _for_owner(owner: str, name: str, path: Path, folder: Path) -> Made:
    """The file once more, as storing it may move it."""
    own = folder / owner / path.name
    own.parent.mkdir()
    os.link(path, own)
    return Made(owner=owner, name=name, path=str(own.relative_to(folder.parent)))

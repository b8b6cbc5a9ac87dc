"""What bombs are put together of."""

from typing import Any

import numpy.typing as npt

from tests.hostile.bases import LAYERS
from tests.renderer.load.glb_builder import GlbBuilder

Json = dict[str, Any]
Alpha = str  # OPAQUE, MASK or BLEND

LARGE_TRIANGLE = ((-3.0, -3.0, 0.0), (3.0, -3.0, 0.0), (0.0, 3.0, 0.0))
SMALL_TRIANGLE = ((-0.02, 0.0, 0.0), (0.02, 0.0, 0.0), (0.0, 0.02, 0.0))


def material(builder: GlbBuilder, alpha: Alpha, *extensions: str) -> int:
    factor = [0.5, 0.5, 0.5, 0.01 if alpha == "BLEND" else 1]
    return builder.add("materials", {
        "alphaMode": alpha, "doubleSided": True, "pbrMetallicRoughness": {"baseColorFactor": factor},
        "extensions": {name: {**LAYERS[name]} for name in extensions},
    })  # fmt: skip


def triangle(builder: GlbBuilder, points: npt.ArrayLike = LARGE_TRIANGLE, **primitive: Any) -> Json:
    attributes = {"POSITION": builder.add_accessor(points), "NORMAL": builder.add_accessor([(0, 0, 1)] * 3)}
    return {"attributes": attributes, **primitive}

"""A scene and a spec -> here -> where the model, the cameras and the planes of a training set are.

All of it follows from the model and the spec, so that all parts of a set agree, wherever they are drawn.
"""

import dataclasses
import math
from typing import Any, Self

import numpy as np

from renderer.arrays import Float64
from renderer.camera.framing import View
from renderer.camera.sphere import FIELD_OF_VIEW, dataset_placement, placed, sphere_view
from renderer.dataset.surface import depth_range, placed_surface
from renderer.scene.bounds import Bounds, scene_bounds
from renderer.scene.nodes import Scene
from renderer.spec.dataset import DatasetSpec


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """`placement` (4x4) transforms the model's world to the set's, in which the model has these `bounds`. All surfaces
    in all views have depths between `near` and `far`."""

    spec: DatasetSpec
    placement: Float64
    bounds: Bounds
    near: float
    far: float

    @classmethod
    def of(cls, scene: Scene, spec: DatasetSpec) -> Self:
        """Raises EmptyModel for a scene without a surface."""
        at_rest = scene_bounds(scene, None)
        placement = dataset_placement(at_rest)
        bounds = placed(at_rest, placement)
        views = (sphere_view(spec, bounds, index) for index in range(spec.views))
        near, far = depth_range(placed_surface(scene, placement), views, slack=pixel_width(spec))
        return cls(spec, placement, bounds, near, far)

    def view(self, index: int) -> View:
        """The camera of view `index`, 0 to spec.views - 1."""
        return sphere_view(self.spec, self.bounds, index)

    def to_json(self) -> dict[str, Any]:
        """Numbers in full precision."""
        bounds = self.bounds
        return {
            "spec": self.spec.to_json(), "placement": self.placement.tolist(), "near": self.near, "far": self.far,
            "center": bounds.center.tolist(), "radius": bounds.radius,
            "low": bounds.low.tolist(), "high": bounds.high.tolist(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        center, low, high = (np.array(data[name]) for name in ("center", "low", "high"))
        bounds = Bounds(center, data["radius"], low, high)
        spec = DatasetSpec.from_json(data["spec"])
        return cls(spec, np.array(data["placement"]), bounds, data["near"], data["far"])


def pixel_width(spec: DatasetSpec) -> float:
    """The width of a pixel at distance 1, in units of the set's world."""
    return 2 * math.tan(FIELD_OF_VIEW / 2) / spec.size

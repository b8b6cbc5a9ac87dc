"""A training set's spec: the tiers' views and sizes, and from which sides the model is seen."""

import dataclasses
from typing import Any, Literal

from renderer.spec.versions import stamped, unstamped

Coverage = Literal["hemisphere", "sphere"]
DatasetFormat = Literal["nerfstudio", "colmap", "blender"]
DatasetDepth = Literal["coded", "metric"]

DATASET_TIERS: dict[str, tuple[int, int]] = {"100x800": (100, 800), "196x1024": (196, 1024), "400x2048": (400, 2048)}
"""Views, and the pixels of a view's side, by the setting `dataset_quality`. Source: dx.gl's API reference."""


@dataclasses.dataclass(frozen=True, slots=True)
class DatasetSpec:
    """What a training set's pixels and poses depend on, apart from the model's bytes.

    `views` square pictures of `size` x `size` pixels. `format` adds files for other readers: transforms.json is always
    there. So is depth coded between the nearest and the farthest; "metric" adds it in thousandths of the world's unit.
    `material_variant` names one of the model's, None means its default materials.
    """

    views: int
    size: int
    coverage: Coverage = "hemisphere"
    format: DatasetFormat = "nerfstudio"
    depth: DatasetDepth = "coded"
    material_variant: str | None = None

    def to_json(self) -> dict[str, Any]:
        return stamped(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "DatasetSpec":
        """Raises UnknownSpecVersion."""
        return cls(**unstamped(data))

"""From settings to a training set's spec: the tiers' views and sizes, and which side of the model is seen."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, get_args

from renderer.errors import SettingsError

Coverage = Literal["hemisphere", "sphere"]
DatasetFormat = Literal["nerfstudio", "colmap", "blender"]

DATASET_TIERS: dict[str, tuple[int, int]] = {"100x800": (100, 800), "196x1024": (196, 1024), "400x2048": (400, 2048)}
"""Views, and the pixels of a view's side, by the setting `datasetQuality`. Source: dx.gl's API reference."""


@dataclasses.dataclass(frozen=True, slots=True)
class DatasetSpec:
    """What a training set's pixels and poses depend on, apart from the model's bytes.

    `views` square pictures of `size` x `size` pixels. `format` adds files for other readers: transforms.json is always
    there.
    """

    views: int
    size: int
    coverage: Coverage = "hemisphere"
    format: DatasetFormat = "nerfstudio"

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "DatasetSpec":
        return cls(**data)


_CHOICES: dict[str, tuple[str, ...]] = {
    "datasetQuality": tuple(DATASET_TIERS),
    "coverage": get_args(Coverage),
    "datasetFormat": get_args(DatasetFormat),
}
"""The values of each setting; the first is the default."""


def plan_dataset(settings: object) -> DatasetSpec:
    """The spec that `settings` (decoded JSON) ask for. Settings of videos are ignored, null means the default.

    Raises SettingsError naming the field.
    """
    if not isinstance(settings, Mapping):
        raise SettingsError("renderSettings", "renderSettings must be a JSON object")
    chosen: dict[str, Any] = {}
    for name, choices in _CHOICES.items():
        value = settings.get(name)
        chosen[name] = choices[0] if value is None else value
        if chosen[name] not in choices:
            raise SettingsError(name, f"{name} must be one of " + ", ".join(f'"{choice}"' for choice in choices))
    views, size = DATASET_TIERS[chosen["datasetQuality"]]
    return DatasetSpec(views, size, chosen["coverage"], chosen["datasetFormat"])

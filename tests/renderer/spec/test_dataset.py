"""Settings of training sets become specs, or are refused by name."""

import json
from typing import Any

import pytest

from renderer.errors import SettingsError
from renderer.spec.dataset import DatasetSpec, plan_dataset


@pytest.mark.parametrize(
    ("settings", "spec"),
    [
        ({}, DatasetSpec(100, 800, "hemisphere", "nerfstudio")),
        ({"datasetQuality": None, "quality": "4k"}, DatasetSpec(100, 800)),
        ({"datasetQuality": "196x1024", "coverage": "sphere"}, DatasetSpec(196, 1024, "sphere")),
        ({"datasetQuality": "400x2048", "datasetFormat": "colmap"}, DatasetSpec(400, 2048, format="colmap")),
    ],
)
def test_settings_choose_views_size_and_coverage(settings: dict[str, Any], spec: DatasetSpec) -> None:
    assert plan_dataset(settings) == spec


@pytest.mark.parametrize("field", ["datasetQuality", "coverage", "datasetFormat"])
@pytest.mark.parametrize("value", ["100x801", "", 100, ["sphere"], False])
def test_unknown_values_are_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(SettingsError, match=f"{field} must be one of") as refused:
        plan_dataset({field: value})
    assert refused.value.field == field


def test_settings_must_be_an_object() -> None:
    with pytest.raises(SettingsError, match="JSON object"):
        plan_dataset(["sphere"])


def test_specs_survive_json() -> None:
    spec = DatasetSpec(196, 1024, "sphere", "blender")
    assert DatasetSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec

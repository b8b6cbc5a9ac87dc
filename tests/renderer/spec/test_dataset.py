"""Settings of training sets become specs."""

import json
from typing import Any

import pytest

from renderer.spec import DatasetSpec, parse_settings, plan_dataset


@pytest.mark.parametrize(
    ("settings", "spec"),
    [
        ({}, DatasetSpec(100, 800, "hemisphere", "nerfstudio")),
        ({"datasetQuality": None, "quality": "4k"}, DatasetSpec(100, 800)),
        ({"datasetQuality": "196x1024", "coverage": "sphere"}, DatasetSpec(196, 1024, "sphere")),
        ({"datasetQuality": "400x2048", "datasetFormat": "colmap"}, DatasetSpec(400, 2048, format="colmap")),
        ({"datasetDepth": "metric"}, DatasetSpec(100, 800, depth="metric")),
        ({"materialVariant": "Red", "animation": "Walk"}, DatasetSpec(100, 800, material_variant="Red")),
    ],
)
def test_settings_choose_views_size_and_coverage(settings: dict[str, Any], spec: DatasetSpec) -> None:
    assert plan_dataset(parse_settings(settings)) == spec


def test_specs_survive_json() -> None:
    spec = DatasetSpec(196, 1024, "sphere", "blender", "metric")
    assert DatasetSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec

"""Settings of training sets become specs."""

import json
from typing import Any

import pytest

from renderer.spec import DatasetSpec, parse_settings, plan_dataset


@pytest.mark.parametrize(
    ("settings", "spec"),
    [
        ({}, DatasetSpec(100, 800, "hemisphere", "nerfstudio")),
        ({"dataset_quality": None, "quality": "4k"}, DatasetSpec(100, 800)),
        ({"dataset_quality": "196x1024", "coverage": "sphere"}, DatasetSpec(196, 1024, "sphere")),
        ({"dataset_quality": "400x2048", "dataset_format": "colmap"}, DatasetSpec(400, 2048, format="colmap")),
        ({"dataset_depth": "metric"}, DatasetSpec(100, 800, depth="metric")),
        ({"material_variant": "Red", "animation": "Walk"}, DatasetSpec(100, 800, material_variant="Red")),
    ],
)
def test_settings_choose_views_size_and_coverage(settings: dict[str, Any], spec: DatasetSpec) -> None:
    assert plan_dataset(parse_settings({"output": "dataset", **settings})) == spec


def test_specs_survive_json() -> None:
    spec = DatasetSpec(196, 1024, "sphere", "blender", "metric")
    assert DatasetSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec

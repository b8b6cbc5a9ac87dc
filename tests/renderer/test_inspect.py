"""What is in a model, counted by hand where the model is made here, and by their makers' word for real ones."""

import json
from pathlib import Path

import pytest

from renderer.inspect import Inspection, TextureSize, inspect_model
from renderer.load import load_model
from tests.renderer.load.glb_builder import GlbBuilder, triangle_builder
from tests.support.models import shared_model


def inspected(builder: GlbBuilder, folder: Path) -> Inspection:
    return inspect_model(load_model(builder.save(folder)))


def test_a_triangle(tmp_path: Path) -> None:
    found = inspected(triangle_builder(), tmp_path)
    assert (found.low, found.high) == ((0.0, 0.0, 0.0), (1.0, 1.0, 0.0))
    assert (found.vertices, found.triangles, found.draw_calls, found.lights) == (3, 1, 1, 0)
    assert (found.textures, found.animations, found.variants, found.cameras, found.extensions) == ((), (), (), (), ())


def test_what_is_shown_twice_counts_twice_and_bounds_are_those_of_the_world(tmp_path: Path) -> None:
    builder = triangle_builder()
    builder.document["nodes"].append({"mesh": 0, "translation": [5, 0, -2]})
    builder.document["scenes"][0]["nodes"].append(1)
    found = inspected(builder, tmp_path)
    assert (found.vertices, found.triangles, found.draw_calls) == (6, 2, 2)
    assert (found.low, found.high) == ((0.0, 0.0, -2.0), (6.0, 1.0, 0.0))


def test_names_of_cameras_extensions_and_what_is_ignored(tmp_path: Path) -> None:
    builder = triangle_builder()
    builder.add("cameras", {"name": "Front", "type": "perspective", "perspective": {"yfov": 1, "znear": 0.1}})
    builder.document["extensionsUsed"] = ["KHR_materials_unlit", "ACME_sparkle"]
    found = inspected(builder, tmp_path)
    assert found.cameras == ("Front",)
    assert found.extensions == ("KHR_materials_unlit", "ACME_sparkle")
    assert found.warnings == ("the glTF extension ACME_sparkle is ignored",)


def test_it_survives_json(tmp_path: Path) -> None:
    found = inspected(triangle_builder(), tmp_path).to_json()
    assert json.loads(json.dumps(found, allow_nan=False))["high"] == [1.0, 1.0, 0.0]


def test_an_animated_model_of_somebody_else() -> None:
    found = inspect_model(load_model(shared_model("Fox.glb")))
    assert (found.vertices, found.triangles, found.draw_calls) == (1728, 576, 1)
    assert found.materials == ("fox_material",)
    assert found.textures == (TextureSize("", 1024, 1024),)
    assert [animation.name for animation in found.animations] == ["Survey", "Walk", "Run"]
    assert found.animations[0].duration == pytest.approx(3.4167, abs=1e-4)


def test_variants_instances_and_textures_of_somebody_else() -> None:
    assert inspect_model(load_model(shared_model("MaterialVariants.glb"))).variants == ("Variant_Red", "Variant_Blue")
    instanced = inspect_model(load_model(shared_model("simple-instancing.glb")))
    assert (instanced.draw_calls, instanced.triangles) == (1, 125 * 12)
    helmet = inspect_model(load_model(shared_model("DamagedHelmet.glb")))
    assert [(texture.width, texture.height) for texture in helmet.textures] == [(2048, 2048)] * 5

"""Every shape of the library: closed, smooth, grounded, as large as in life; and its file: valid, repeatable."""

import dataclasses
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderer.frames import ShotRenderer
from renderer.generate.shapes.finishes import MATERIALS
from renderer.generate.shapes.glb import write_parts
from renderer.generate.shapes.library import SHAPES
from renderer.generate.shapes.parts import MAIN, Look, Model, Part, Wanted
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.spec import parse_settings, plan_video
from tests.support import gltf_validator

_VALIDATED = ("wine glass", "cat", "ring")
"""Glass, a blended body, facets: each in a file of its own, as the validator takes half a second."""
_FEATURED = ("chair", "table", "cabinet", "vase", "cat", "duck", "robot", "glasses", "flower", "cake")
"""One of each way in which features change a shape; a nightly test has all."""


def _volume(part: Part) -> float:
    corners = part.mesh.positions[part.mesh.triangles]
    return float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))) / 6


def _open_edges(part: Part) -> int:
    """Edges, vertices at one place taken as one, that aren't used once in each direction."""
    low, size = part.mesh.positions.min(axis=0), np.ptp(part.mesh.positions, axis=0).max()
    x, y, z = np.round((part.mesh.positions - low) / size * 1e6).astype(np.int64).T
    _, welded = np.unique((x << 42) | (y << 21) | z, return_inverse=True)
    triangles = welded[part.mesh.triangles]
    triangles = triangles[np.all(triangles != np.roll(triangles, 1, axis=1), axis=1)]
    starts, ends = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    count = len(welded)
    there, back = np.sort(starts * count + ends), np.sort(ends * count + starts)
    return int((there != back).sum()) + int((np.diff(there) == 0).sum())


def _document(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    document: dict[str, Any] = json.loads(data[20 : 20 + length])
    return document


def _checked(model: Model) -> None:
    for part in model.parts:
        mesh = part.mesh
        assert _open_edges(part) == 0, part.role
        assert _volume(part) > 0, part.role
        assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1.0, abs=1e-6), part.role
        assert np.isfinite(mesh.uvs).all(), part.role
        a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
        outward = np.einsum("ij,ij->i", np.cross(b - a, c - a), mesh.normals[mesh.triangles].mean(axis=1)) > 0
        assert outward.mean() > 0.95, part.role  # the rest are rims of thin sheets, where normals turn round


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_closed_grounded_and_life_size(name: str) -> None:
    shape = SHAPES[name]
    model = shape.model(Look())
    _checked(model)
    low, high = model.bounds()
    assert 2_000 <= sum(len(part.mesh.triangles) for part in model.parts) <= 60_000
    assert low[1] == pytest.approx(0.0, abs=1e-9)
    assert (low + high)[[0, 2]] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert 0.01 < (high - low).max() < 70
    for place, anchor in model.anchors.items():
        assert np.all(anchor.at > low - 0.2 * (high - low)), place
        assert np.all(anchor.at < high + 0.2 * (high - low)), place
        assert 0 < anchor.width < 1.2 * (high - low).max(), place
    assert {part.role for part in model.parts} <= set(shape.roles)
    assert {part.role for part in model.parts} & set(shape.main)
    assert {part.finish.material for part in model.parts} <= set(MATERIALS)


@pytest.mark.parametrize("name", _FEATURED)
def test_features_keep_a_shape_closed(name: str) -> None:
    shape = SHAPES[name]
    featured = shape.model(Look(features=frozenset(shape.features)))
    _checked(featured)
    assert {part.role for part in featured.parts} <= set(shape.roles)


@pytest.mark.nightly
@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.features])
def test_every_feature_changes_its_shape_and_keeps_it_closed(name: str) -> None:
    plain = _outline(SHAPES[name].model(Look()))
    for feature in SHAPES[name].features:
        featured = SHAPES[name].model(Look(features=frozenset({feature})))
        _checked(featured)
        assert _outline(featured) != plain, feature


@pytest.mark.nightly
@pytest.mark.parametrize("name", SHAPES)
def test_every_file_is_valid_and_drawn(name: str, tmp_path: Path, device: Device) -> None:
    write_parts(tmp_path / "model.glb", SHAPES[name].model(Look()).parts, {}, texture_size=256, seed=1)
    assert gltf_validator.issues(tmp_path / "model.glb")["messages"] == []
    plan = plan_video(parse_settings({"aspect": "1:1"}))
    frames = dataclasses.replace(plan.frames, width=128, height=128)
    with ShotRenderer(device, load_model(tmp_path / "model.glb"), frames, cache_dir=None) as shot:
        shot.draw(0)
        pixels = shot.read_rgb(plan.variant.backdrop)
    assert 0.02 < (pixels.min(axis=2) < 235).mean() < 0.9
    assert pixels.std() > 10


def _outline(model: Model) -> list[tuple[str, str, float]]:
    return [(part.role, str(part.finish), float(part.mesh.positions.sum())) for part in model.parts]


def test_names_and_words_belong_to_one_shape() -> None:
    words = [word for shape in SHAPES.values() for word in shape.words]
    assert len(SHAPES) >= 48
    assert sorted(set(words)) == sorted(words)
    assert all(shape.name in shape.words or shape.name in ("chess pawn", "potted plant") for shape in SHAPES.values())


def test_a_look_sets_size_and_finishes() -> None:
    plain = SHAPES["chair"].model(Look())
    wanted = {MAIN: Wanted(color=(0.5, 0.0, 0.0)), "legs": Wanted(material="gold")}
    model = SHAPES["chair"].model(Look(size=2.0, height=1.5, width=0.5, finishes=wanted))
    before, after = (each.bounds()[1] - each.bounds()[0] for each in (plain, model))
    assert after / before == pytest.approx([1.0, 3.0, 1.0])
    finishes = {part.role: part.finish for part in model.parts}
    assert finishes["seat"].color == (0.5, 0.0, 0.0)
    assert finishes["seat"].material == "oak"
    assert (finishes["legs"].material, finishes["legs"].color) == ("gold", None)


@pytest.mark.parametrize("name", _VALIDATED)
def test_files_are_valid_and_repeatable(name: str, tmp_path: Path) -> None:
    written = []
    for take in ("one", "two"):
        path = tmp_path / f"{take}.glb"
        parts = SHAPES[name].model(Look(seed=7)).parts
        write_parts(path, parts, {"engine": "procedural"}, texture_size=64, seed=7)
        written.append(path.read_bytes())
    assert written[0] == written[1]
    report = gltf_validator.issues(path)
    assert report["messages"] == []
    document = _document(path)
    assert document["asset"]["extras"] == {"engine": "procedural"}
    assert [node["name"] for node in document["nodes"]] == list(dict.fromkeys(part.role for part in parts))


def test_without_textures_a_file_has_factors_only(tmp_path: Path) -> None:
    write_parts(tmp_path / "ball.glb", SHAPES["ball"].model(Look()).parts, {}, texture_size=None, seed=0)
    document = _document(tmp_path / "ball.glb")
    assert "textures" not in document
    assert document["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"] != [1, 1, 1, 1]
    assert gltf_validator.issues(tmp_path / "ball.glb")["messages"] == []

"""TripoSR's own code, run with a small network of random weights whose names and shapes are the real one's."""

import importlib.util
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from renderer.checkpoints import at_checkpoints
from renderer.errors import Cancelled, EngineFailed, EngineRejected, EngineUnavailable
from renderer.generate.protocols import Context, MeshOptions
from renderer.generate.triposr import TripoSR
from renderer.generate.triposr import engine as engine_module
from renderer.generate.triposr.engine import GRAY, SHARE, prepared
from renderer.gl.context import Device
from renderer.load import load_model
from tests.support.gltf_validator import issues
from tests.support.triposr import CONFIG, drawn_picture, needs_packages, tensors, write_weights


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("triposr") / "weights"
    write_weights(folder)
    return folder


@pytest.fixture(autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random weights fill the whole cube with surface: 1,100,000 triangles at the usual size."""
    monkeypatch.setattr(engine_module, "GRID", {"low": 32, "high": 48})


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(drawn_picture())
    return path


def context(folder: Path) -> Context:
    def no_device() -> Device:
        raise AssertionError("it draws nothing")

    return Context(folder, no_device)


@needs_packages
def test_a_picture_becomes_a_closed_coloured_model_on_the_ground(weights: Path, picture: Path, tmp_path: Path) -> None:
    engine = TripoSR(weights)
    assert engine.available() == (True, "")
    options = MeshOptions(seed=5, quality="low")
    result = engine.mesh_of_picture(picture, options, context(tmp_path))
    assert TripoSR(weights).mesh_of_picture(picture, options, context(tmp_path)).glb == result.glb
    assert (result.metadata["engine"], result.metadata["seed"]) == ("triposr", 5)
    [mesh] = trimesh.load_scene(io.BytesIO(result.glb), file_type="glb", process=False).geometry.values()
    assert mesh.is_watertight
    assert mesh.volume > 0
    low, high = mesh.bounds
    assert np.allclose([low[1], low[0] + high[0], low[2] + high[2]], 0, atol=1e-6)
    assert max((high - low)[:2]) == pytest.approx(0.3)
    (tmp_path / "made.glb").write_bytes(result.glb)
    assert issues(tmp_path / "made.glb")["messages"] == []
    colors = load_model(tmp_path / "made.glb").meshes[0].primitives[0].colors
    assert colors is not None
    assert len(np.unique(colors, axis=0)) > 100
    assert len(mesh.faces) == result.metadata["triangles"]


@needs_packages
def test_what_faces_the_camera_faces_forward() -> None:
    """TripoSR's camera looks from +x, with z up; glTF's front is +z, with y up."""
    from renderer.generate.triposr.engine import _turned
    from renderer.generate.triposr.surface import find_surface

    x, y, z = np.meshgrid(*[np.linspace(-1, 1, 24)] * 3, indexing="ij")
    ball = np.sqrt(x * x + y * y + z * z) - 0.4
    nose = np.sqrt((x - 0.4) ** 2 + (y - 0.1) ** 2 + (z - 0.2) ** 2) - 0.2
    surface = find_surface((25 - 100 * np.minimum(ball, nose)).astype(np.float32))
    tip = _turned(surface.points)[np.argmax(surface.points[:, 0])]
    assert np.allclose(tip, [0.1, 0.2, 0.6], atol=0.05)
    outward = np.einsum("ij,ij->i", surface.normals, surface.points)
    assert (outward > 0).mean() > 0.95


@needs_packages
def test_without_a_surface_there_is_no_model() -> None:
    from renderer.generate.triposr.surface import find_surface

    with pytest.raises(EngineRejected, match="sees no object"):
        find_surface(np.zeros((8, 8, 8), np.float32))


@needs_packages
def test_it_can_be_stopped_at_each_layer_and_each_slice(weights: Path, picture: Path, tmp_path: Path) -> None:
    passed = 0

    def count() -> None:
        nonlocal passed
        passed += 1
        if passed == 30:
            raise Cancelled

    with at_checkpoints(count), pytest.raises(Cancelled):
        TripoSR(weights).mesh_of_picture(picture, MeshOptions(seed=0, quality="low"), context(tmp_path))


class Trap:
    def __reduce__(self) -> Any:
        return open, ("trapped", "w")


@needs_packages
@pytest.mark.parametrize(("content", "said"), [
    ({"tokenizer.embeddings": Trap()}, "holds more than tensors"),
    ({}, "has no image_tokenizer.model.embeddings.patch_embeddings.projection.weight"),
    (b"no checkpoint", "can't be read|holds more"),
])  # fmt: skip
def test_what_is_no_checkpoint_is_told_and_not_run(
    content: Any, said: str, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    if isinstance(content, bytes):
        (tmp_path / "model.ckpt").write_bytes(content)
    else:
        torch.save(content, tmp_path / "model.ckpt")
    with pytest.raises(EngineUnavailable, match=said):
        TripoSR(tmp_path).mesh_of_picture(picture, MeshOptions(seed=0), context(tmp_path))
    assert not Path("trapped").exists()


@needs_packages
@pytest.mark.parametrize("text", ["", "[", "cond_image_size: 64", CONFIG.replace("concat", "mean")])
def test_another_networks_configuration_is_told(text: str, weights: Path, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(text)
    (tmp_path / "model.ckpt").hardlink_to(weights / "model.ckpt")
    with pytest.raises(EngineUnavailable, match=r"config\.yaml is not TripoSR's"):
        TripoSR(tmp_path).mesh_of_picture(picture, MeshOptions(seed=0), context(tmp_path))


@needs_packages
def test_shapes_that_dont_fit_are_a_failure(picture: Path, tmp_path: Path) -> None:
    import torch

    (tmp_path / "config.yaml").write_text(CONFIG.replace("num_attention_heads: 2", "num_attention_heads: 3"))
    torch.save(tensors(), tmp_path / "model.ckpt")
    with pytest.raises(EngineFailed, match="TripoSR broke off"):
        TripoSR(tmp_path).mesh_of_picture(picture, MeshOptions(seed=0), context(tmp_path))


def test_what_is_missing_is_told_with_what_to_do(
    tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TripoSR(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert engine.available() == (False, "it needs packages that are not installed (pip install 'pirouette[triposr]')")
    with pytest.raises(EngineUnavailable, match="pirouette"):
        engine.mesh_of_picture(picture, MeshOptions(seed=0), context(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert engine.available() == (False, "its weights are not installed (pirouette engines install triposr)")


def test_the_object_is_centred_on_gray() -> None:
    pixels = np.full((200, 300, 4), 255, np.uint8)
    pixels[40:140, 200:250, :3] = (255, 0, 0)
    mask = np.zeros((200, 300), np.float32)
    mask[40:140, 200:250] = 1
    shown = prepared(pixels, mask, 64)
    assert shown.shape == (64, 64, 3)
    assert np.allclose(shown[0, 0], GRAY)
    red = shown[..., 0] > 0.9
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert len(rows) == pytest.approx(64 * SHARE, abs=2)
    assert rows[0] + rows[-1] == pytest.approx(63, abs=2)
    assert columns[0] + columns[-1] == pytest.approx(63, abs=2)

"""Real files by other people load."""

import numpy as np
import pytest

from renderer.load import load_model
from renderer.scene.animation import find_clip
from renderer.scene.bounds import scene_bounds
from tests.support.models import shared_model

LOADED = {  # triangles, images in use, clips
    "AlphaBlendModeTest.glb": (61, 9, 0),
    "AnisotropyRotationTest.glb": (7476, 6, 0),
    "AttenuationTest.glb": (232, 3, 0),
    "BoxMeshopt.glb": (12, 0, 0),
    "CesiumMilkTruck.glb": (2856, 1, 1),
    "ClearCoatTest.glb": (37116, 6, 0),
    "DamagedHelmet.glb": (15452, 5, 0),
    "Duck.glb": (4212, 1, 0),
    "Fox.glb": (576, 1, 3),
    "MaterialVariants.glb": (12, 0, 0),
    "NormalTangentTest.glb": (7774, 3, 0),
    "SpecularTest.glb": (44828, 4, 0),
    "TransmissionRoughnessTest.glb": (77792, 5, 0),
    "cat.glb": (4622, 3, 0),
    "chess-board.glb": (178848, 8, 0),
    "fuze-obj-scan.zip": (1000, 1, 0),
    "jet-fighter.glb": (36446, 3, 0),
    "morph-stress-test.glb": (2412, 3, 3),
    "simple-instancing.glb": (12, 0, 0),
}

@pytest.mark.parametrize("name", LOADED)
def test_a_real_model_loads_whole(name: str) -> None:
    scene = load_model(shared_model(name))
    primitives = [primitive for mesh in scene.meshes for primitive in mesh.primitives]
    triangles = sum(len(primitive.indices) for primitive in primitives) // 3
    assert (triangles, len(scene.images), len(scene.clips)) == LOADED[name]
    for primitive in primitives:
        assert int(primitive.indices.max()) == len(primitive.positions) - 1
        assert primitive.normals is not None
        np.testing.assert_allclose(np.linalg.norm(primitive.normals, axis=1), 1, atol=1e-3)
    bounds = scene_bounds(scene, find_clip(scene, "*"))
    assert 0 < bounds.radius <= np.linalg.norm(bounds.high - bounds.low) / 2 * 1.0001

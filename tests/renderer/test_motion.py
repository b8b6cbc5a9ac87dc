"""Animations from file to frame: what moves is where its keyframes say, in pixels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from renderer.arrays import UInt8
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.spec import FrameSpec
from tests.renderer.load.glb_builder import GlbBuilder, encoded, float32, triangle_builder

SIZE = 64
FPS = 4
CARD = np.array([[-0.2, -0.2, 0], [0.2, -0.2, 0], [0.2, 0.2, 0], [-0.2, -0.2, 0], [0.2, 0.2, 0], [-0.2, 0.2, 0]])
"""Two triangles that face the camera."""

Frames = Callable[[GlbBuilder], list[UInt8]]


@pytest.fixture
def frames(device: Device, light_cache: Path, tmp_path: Path) -> Frames:
    """The frames at 0, 0.25, 0.5, ... seconds of a model's only clip, which lasts a second: colour with alpha."""

    def drawn(builder: GlbBuilder) -> list[UInt8]:
        scene = load_model(builder.save(tmp_path))
        spec = FrameSpec(width=SIZE, height=SIZE, frame_count=FPS, fps=FPS, sweep_angle=0, animation="*", easing=False,
                         shadows=False)  # fmt: skip
        with ShotRenderer(device, scene, spec, cache_dir=light_cache) as shot:
            found = []
            for index in range(FPS):
                shot.draw(index)
                found.append(shot.read_rgba())
        return found

    return drawn


def card(**attributes: Any) -> GlbBuilder:
    """A white, unlit card at node 0; two small ones at (-1, -1) and (1, 1) hold the camera in place."""
    builder = triangle_builder()
    builder.document["materials"] = [{"extensions": {"KHR_materials_unlit": {}}, "doubleSided": True}]
    shape = {"POSITION": builder.add_accessor(CARD), **{
        name: builder.add_accessor(*value) for name, value in attributes.items()
    }}
    builder.document["meshes"][0]["primitives"] = [{"attributes": shape, "material": 0}]
    corner = builder.add_mesh({"attributes": {"POSITION": builder.add_accessor(CARD / 20)}, "material": 0})
    for place in ([-1, -1, 0], [1, 1, 0]):
        builder.document["scenes"][0]["nodes"].append(builder.add("nodes", {"mesh": corner, "translation": place}))
    return builder


def animate(builder: GlbBuilder, target: dict[str, Any], times: list[float], values: Any, interpolation: str = "LINEAR",
            dtype: str = "float32") -> GlbBuilder:
    sampler = {"input": builder.add_accessor([[time] for time in times]), "interpolation": interpolation,
               "output": builder.add_accessor(values, dtype)}
    builder.add("animations", {"samplers": [sampler], "channels": [{"sampler": 0, "target": target}]})
    return builder


def pointer(name: str) -> dict[str, Any]:
    return {"path": "pointer", "extensions": {"KHR_animation_pointer": {"pointer": name}}}


def places(pictures: list[UInt8]) -> list[float]:
    """How far to the right of the picture's middle the card is in each frame, metres; it is 0.4 wide."""
    found = []
    for pixels in pictures:
        row = pixels[SIZE // 2, :, 3] / 255
        middle = float(row @ (np.arange(SIZE) + 0.5 - SIZE / 2) / row.sum())
        found.append(middle * 0.4 / float(row.sum()))
    return found


def test_a_cubic_spline_eases_from_key_to_key(frames: Frames) -> None:
    rest, there, still = [0, 0, 0], [0.8, 0, 0], [0, 0, 0]
    clip = animate(card(), {"node": 0, "path": "translation"}, [0, 1], [still, rest, still, still, there, still],
                   "CUBICSPLINE")
    assert places(frames(clip)) == pytest.approx([0.8 * t * t * (3 - 2 * t) for t in (0, 0.25, 0.5, 0.75)], abs=0.05)


def test_eight_joints_pull_together(frames: Frames) -> None:
    """Each of eight joints has an eighth of the card; the last one alone moves it by an eighth of its way."""
    eighth = ([[1 / 8] * 4] * 6,)
    builder = card(JOINTS_0=([[0, 1, 2, 3]] * 6, "uint8"), JOINTS_1=([[4, 5, 6, 7]] * 6, "uint8"), WEIGHTS_0=eighth,
                   WEIGHTS_1=eighth)
    joints = [builder.add("nodes", {}) for _ in range(8)]
    builder.document["scenes"][0]["nodes"] += joints
    builder.document["nodes"][0]["skin"] = builder.add("skins", {"joints": joints})
    clip = animate(builder, {"node": joints[7], "path": "translation"}, [0, 1], [[0, 0, 0], [6.4, 0, 0]])
    assert places(frames(clip)) == pytest.approx([0, 0.2, 0.4, 0.6], abs=0.05)


def test_a_sparse_morph_target_moves_what_it_names(frames: Frames) -> None:
    builder = card()
    shift = builder.add_accessor(np.zeros((6, 3)), sparse={
        "count": 6, "indices": {"bufferView": builder.add_view(bytes(range(6))), "componentType": 5121},
        "values": {"bufferView": builder.add_view(np.tile(float32([0.8, 0, 0]), (6, 1)).tobytes())},
    })
    builder.document["meshes"][0]["primitives"][0]["targets"] = [{"POSITION": shift}]
    clip = animate(builder, {"node": 0, "path": "weights"}, [0, 1], [[0.0], [1.0]])
    assert places(frames(clip)) == pytest.approx([0, 0.2, 0.4, 0.6], abs=0.05)


def _covered(pictures: list[UInt8]) -> list[bool]:
    return [bool(pixels[SIZE // 2, SIZE // 2, 3]) for pixels in pictures]


def test_scaling_to_nothing_hides_and_steps_do_not_blend(frames: Frames) -> None:
    clip = animate(card(), {"node": 0, "path": "scale"}, [0, 0.5, 1], [[1, 1, 1], [0, 0, 0], [0, 0, 0]], "STEP")
    assert _covered(frames(clip)) == [True, True, False, False]


def test_visibility_is_animated(frames: Frames) -> None:
    visible = pointer("/nodes/0/extensions/KHR_node_visibility/visible")
    clip = animate(card(), visible, [0, 0.5, 1], [[0], [1], [1]], "STEP", "uint8")
    assert _covered(frames(clip)) == [False, False, True, True]


def test_a_materials_colour_is_animated(frames: Frames) -> None:
    colour = pointer("/materials/0/pbrMetallicRoughness/baseColorFactor")
    clip = animate(card(), colour, [0, 0.5, 1], [[1, 0, 0, 1], [0, 0, 1, 1], [0, 0, 1, 1]])
    seen = [pixels[SIZE // 2, SIZE // 2, :3].tolist() for pixels in frames(clip)]
    assert seen[0] == [255, 0, 0]
    assert seen[1] == pytest.approx([188, 0, 188], abs=2)  # half of each, as light
    assert seen[2] == seen[3] == [0, 0, 255]


def test_a_texture_slides_over_its_surface_and_begins_again(frames: Frames) -> None:
    corners = np.array([[0, 1], [1, 1], [1, 0], [0, 1], [1, 0], [0, 0]])
    builder = card(TEXCOORD_0=(corners,))
    colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]]
    nearest = builder.add("samplers", {"magFilter": 9728, "minFilter": 9728})
    stripes = Image.fromarray(np.array([colours], np.uint8))
    source = builder.add_image(encoded(stripes, "PNG"))
    texture = {"index": builder.add("textures", {"source": source, "sampler": nearest})}
    builder.document["materials"][0]["pbrMetallicRoughness"] = {"baseColorTexture": texture}
    offset = pointer("/materials/0/pbrMetallicRoughness/baseColorTexture/extensions/KHR_texture_transform/offset")
    clip = animate(builder, offset, [0, 1], [[0.125, 0.0], [1.125, 0.0]])
    seen = [pixels[SIZE // 2, SIZE // 2, :3].tolist() for pixels in frames(clip)]
    assert seen == [colours[2], colours[3], colours[0], colours[1]]

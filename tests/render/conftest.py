"""`draw` turns a model's bytes into a small picture, through the same loader and passes as every render."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.arrays import UInt8
from renderer.camera.effects import shot_view
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.gl.targets import SampleTarget
from renderer.lighting.environment import Environment, load_environment
from renderer.lighting.presets import STUDIO
from renderer.load import load_model
from renderer.passes.geometry import GeometryPass
from renderer.passes.resolve import ResolvePass
from renderer.scene.animation import find_clip, pose_scene
from renderer.scene.bounds import scene_bounds
from renderer.spec import Backdrop, FrameSpec
from tests.renderer.passes.stage import no_shadows

SIZE = 160
Draw = Callable[..., UInt8]


@functools.cache
def _studio(device: Device, cache: Path) -> Environment:
    return load_environment(device, STUDIO, cache)


@pytest.fixture
def draw(device: Device, light_cache: Path, tmp_path: Path) -> Draw:
    """draw(glb, tone_mapping=..., animation=..., time=..., variant=..., zoom=...) -> (SIZE, SIZE, 3).

    Lit by the studio, on grey; without shadows, which take longer than all the rest.
    """

    def draw(
        glb: bytes, *, tone_mapping: str = "neutral", animation: str | None = None,
        time: float = 0.0, variant: str | None = None, zoom: float = 0.8,
    ) -> UInt8:
        path = tmp_path / "model.glb"
        path.write_bytes(glb)
        scene = load_model(path, variant)
        clip = find_clip(scene, animation)
        environment = _studio(device, light_cache)
        target = SampleTarget(device, SIZE, SIZE)
        gpu_scene = GpuScene(device, scene)
        gpu_scene.update(pose_scene(scene, clip, time))
        shadows = no_shadows(device, environment)
        geometry = GeometryPass(gpu_scene, environment, shadows, tone_mapping=tone_mapping)
        resolve = ResolvePass(device, target)
        target.begin()
        view = shot_view(FrameSpec(SIZE, SIZE, frame_count=1, zoom=zoom), scene_bounds(scene, clip), 0)
        assert view is not None
        geometry.draw(view, target.framebuffer)
        pixels = resolve.start_rgb(Backdrop("#b4bac2")).read()
        for owner in (resolve, geometry, gpu_scene, target):
            owner.release()
        return pixels

    return draw

"""From a model's bytes to the picture of this renderer: no ground, no shadows, the light of a panorama alone."""

import dataclasses
import tempfile
from pathlib import Path

import numpy as np

from renderer.arrays import Float64, UInt8
from renderer.camera.effects import shot_view
from renderer.camera.framing import View
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.gl.targets import SampleTarget
from renderer.lighting.environment import Environment
from renderer.lighting.photograph import photographed_lamps
from renderer.lighting.shadow import Shadows
from renderer.load import load_model
from renderer.passes.geometry import GeometryPass
from renderer.passes.resolve import ResolvePass
from renderer.scene.animation import find_clip, pose_scene
from renderer.scene.bounds import Bounds, scene_bounds
from renderer.scene.nodes import Scene
from renderer.spec import Backdrop, FrameSpec
from tests.renderer.passes.stage import BOUNDS, NoCaster

SIDE = 400
"""Pixels of a picture's side."""

SAMPLES = 2
"""Per pixel's side, in both renderers."""

BACKGROUND = "#a0a0a0"
TURN = 25.0


@dataclasses.dataclass(frozen=True, slots=True)
class Shot:
    """What both draw. `view` looks at the model as if `center` (world space) were the origin; `intensity` multiplies
    the panorama; `time` is in seconds of the model's first animation, None for its rest pose."""

    glb: bytes
    scene: Scene
    center: Float64
    view: View
    intensity: float
    time: float | None = None


def shot_of(glb: bytes, intensity: float, time: float | None = None) -> Shot:
    """The model, seen from a little to the right and from above, as a turntable shows it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.glb"
        path.write_bytes(glb)
        scene = load_model(path)
    bounds = scene_bounds(scene, None if time is None else find_clip(scene, "*"))
    centred = Bounds(np.zeros(3), bounds.radius, bounds.low - bounds.center, bounds.high - bounds.center)
    view = shot_view(FrameSpec(SIDE, SIDE, frame_count=1, rotate_y=TURN), centred, 0)
    assert view is not None
    return Shot(glb, scene, bounds.center, view, intensity, time)


def our_picture(device: Device, environment: Environment, shot: Shot) -> tuple[UInt8, UInt8]:
    """(SIDE, SIDE, 3) on BACKGROUND, and its coverage (SIDE, SIDE)."""
    gpu_scene = GpuScene(device, shot.scene)
    placement = np.eye(4)
    placement[:3, 3] = -shot.center
    clip = None if shot.time is None else find_clip(shot.scene, "*")
    gpu_scene.update(pose_scene(shot.scene, clip, shot.time or 0.0), placement)
    target = SampleTarget(device, SIDE, SIDE)
    shadows = Shadows(device, photographed_lamps(environment.tables), environment, BOUNDS, -1.0)
    shadows.cast(NoCaster())
    geometry = GeometryPass(gpu_scene, environment, shadows)
    resolve = ResolvePass(device, target)
    target.begin()
    geometry.draw(shot.view, target.framebuffer)
    rgb, alpha = resolve.start_rgb(Backdrop(BACKGROUND)).read(), resolve.start_rgba().read()[..., 3]
    for owner in (resolve, geometry, shadows, gpu_scene, target):
        owner.release()
    return rgb, alpha

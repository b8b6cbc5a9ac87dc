"""A scene and a spec -> views on the device -> planes of pixels: colour, normals and depth from one draw of the model.

There is no shadow on a ground: the pictures stand on plain white, as masks and depth say, and a radiance field would
have to explain a shadow by a surface that is not the model's. The model's shadows on itself are there.
"""

import contextlib
import math
from pathlib import Path
from types import TracebackType
from typing import Self

from renderer.camera.framing import View
from renderer.camera.sphere import FIELD_OF_VIEW, dataset_placement, placed, sphere_view
from renderer.dataset.planes import Planes
from renderer.dataset.surface import depth_range, placed_surface
from renderer.dataset.targets import BufferTarget, SelectPass
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.gl.waiting import finish
from renderer.lighting.environment import preset_environment
from renderer.lighting.presets import PRESETS
from renderer.lighting.shadow import Shadows
from renderer.passes.geometry import GeometryPass
from renderer.scene.animation import pose_scene
from renderer.scene.bounds import scene_bounds
from renderer.scene.nodes import Scene
from renderer.spec.dataset import DatasetSpec

LIGHTING = PRESETS["studio"]


class DatasetRenderer:
    """Draws the views of `spec`. Use it as a context manager: it owns everything it put on the device.

    `placement` (4x4) takes the model's world to the set's. `near` and `far` hold the depths of all views and depend on
    the model and the spec alone, so that any view can be made anywhere. Equal inputs give equal bytes.
    Raises EmptyModel for a model without a surface, DeviceError when a view is too large for the device.
    """

    def __init__(self, device: Device, scene: Scene, spec: DatasetSpec, *, cache_dir: Path | None) -> None:
        self._device = device
        self._spec = spec
        at_rest = scene_bounds(scene, None)
        self.placement = dataset_placement(at_rest)
        self._bounds = placed(at_rest, self.placement)
        pixel = 2 * math.tan(FIELD_OF_VIEW / 2) / spec.size  # wide, at distance 1
        views = (self.view(index) for index in range(spec.views))
        self.near, self.far = depth_range(placed_surface(scene, self.placement), views, slack=pixel)
        with contextlib.ExitStack() as owned:
            self._target = BufferTarget(device, spec.size)
            owned.callback(self._target.release)
            gpu_scene = GpuScene(device, scene)
            owned.callback(gpu_scene.release)
            gpu_scene.update(pose_scene(scene, None, 0.0), self.placement)
            environment = preset_environment(device, LIGHTING, cache_dir)
            shadows = Shadows(
                device, LIGHTING, environment, self._bounds, float(self._bounds.low[1]),
                triangles=sum(len(drawable.primitive.indices) // 3 for drawable in gpu_scene.drawables),
            )
            owned.callback(shadows.release)
            shadows.cast(gpu_scene)
            self._geometry = GeometryPass(gpu_scene, environment, shadows, {"BUFFERS": "1", "PIXEL": f"{pixel:.9f}"})
            owned.callback(self._geometry.release)
            self._select = SelectPass(device, self._target, spec.size, self.near, self.far)
            owned.callback(self._select.release)
            self._owned = owned.pop_all()

    def view(self, index: int) -> View:
        """The camera of view `index`, 0 to spec.views - 1."""
        return sphere_view(self._spec, self._bounds, index)

    def render(self, index: int) -> Planes:
        """Draws and reads view `index`; other threads run while the device draws. Raises DeviceError on a GL error."""
        self._target.begin()
        self._geometry.draw(self.view(index), self._target.framebuffer)
        self._select.draw()
        finish(self._device)
        planes = self._select.read()
        self._device.check_errors(f"drawing view {index}")
        return planes

    def close(self) -> None:
        """Gives everything on the device back."""
        self._owned.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

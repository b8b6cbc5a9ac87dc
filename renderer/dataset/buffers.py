"""A scene and a spec -> views on the device -> planes of pixels: colour, normals and depth from one draw of the model.

There is no ground and no shadow on it: a radiance field would have to explain such a shadow by a surface that the model
doesn't have, and masks and depth show the model alone. The background is white. The model casts shadows on itself, and
is lit from below by what the floor of the studio lighting reflects.
"""

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from renderer.dataset.layout import Layout, pixel_width
from renderer.dataset.planes import Planes
from renderer.dataset.surface import outline, placed_surface
from renderer.dataset.targets import BufferTarget, SelectPass, covered_rectangle
from renderer.gl.context import Device
from renderer.gl.cost import require_affordable
from renderer.gl.resources import GpuScene
from renderer.gl.sampling import SUPERSAMPLING
from renderer.gl.waiting import finish
from renderer.lighting.environment import preset_environment
from renderer.lighting.presets import PRESETS
from renderer.lighting.shadow import SelfShadows
from renderer.passes.geometry import GeometryPass, picture_of
from renderer.scene.animation import pose_scene
from renderer.scene.nodes import Scene
from renderer.spec.dataset import DatasetSpec

LIGHTING = PRESETS["studio"]

VIEWS_LOOKED_AT = 16
"""Of a set, evenly picked: from these it is worked out what drawing the model costs."""


class DatasetRenderer:
    """Draws the views of `spec`, from where `layout` has them. A context manager: it owns GL objects.

    The layout is the scene's own, or given: that of a model whose pictures these are to be compared with.

    Equal inputs give equal bytes. Raises EmptyModel for a model without a surface, ModelTooLarge for one that would
    take too long to draw (`renderer.gl.cost`), DeviceError when a view is too large for the device.
    """

    def __init__(
        self, device: Device, scene: Scene, spec: DatasetSpec, *, cache_dir: Path | None, layout: Layout | None = None
    ) -> None:
        self._device = device
        self.layout = layout = layout or Layout.of(scene, spec)
        self._outline = outline(placed_surface(scene, layout.placement))
        with contextlib.ExitStack() as owned:
            self._target = BufferTarget(device, spec.size)
            owned.callback(self._target.release)
            gpu_scene = GpuScene(device, scene)
            owned.callback(gpu_scene.release)
            gpu_scene.update(pose_scene(scene, None, 0.0), layout.placement)
            picked = np.unique(np.linspace(0, spec.views - 1, VIEWS_LOOKED_AT).astype(int)).tolist()
            pictures = [picture_of(layout.view(index), (spec.size * SUPERSAMPLING,) * 2) for index in picked]
            require_affordable(gpu_scene.drawables, pictures, "a view")
            environment = preset_environment(device, LIGHTING, cache_dir)
            shadows = SelfShadows(device, LIGHTING, environment, layout.bounds)
            owned.callback(shadows.release)
            shadows.cast(gpu_scene)
            defines = {"BUFFERS": "1", "PIXEL": f"{pixel_width(spec):.9f}"}
            self._geometry = GeometryPass(gpu_scene, environment, shadows, defines)
            owned.callback(self._geometry.release)
            self._select = SelectPass(device, self._target, spec.size, layout.near, layout.far)
            owned.callback(self._select.release)
            self._owned = owned.pop_all()

    def render(self, index: int) -> Planes:
        """Draws and reads view `index`; other threads run while the device draws. Raises DeviceError on a GL error."""
        self._target.begin()
        view = self.layout.view(index)
        self._geometry.draw(view, self._target.framebuffer)
        self._select.draw(covered_rectangle(view, self._outline, self.layout.spec.size))
        finish(self._device)
        planes = self._select.read()
        self._device.check_errors(f"drawing view {index}")
        return planes

    def close(self) -> None:
        """Releases everything on the device."""
        self._owned.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

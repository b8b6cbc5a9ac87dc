"""The frames of one shot: a `ShotRenderer` poses, lights and draws them, and reads them as pixels or video planes."""

import contextlib
import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import moderngl
import numpy as np

from renderer.arrays import Float16, Float64, UInt8
from renderer.camera.effects import path_fit, shot_view
from renderer.camera.framing import Fit, View, closest_zoom, model_placement
from renderer.checks.seen import small_size
from renderer.checks.shape import Shape, shape_of
from renderer.errors import SettingsError
from renderer.gl.context import Device
from renderer.gl.cost import require_affordable
from renderer.gl.joining import joined
from renderer.gl.readback import Pending
from renderer.gl.resources import GpuScene
from renderer.gl.sampling import SUPERSAMPLING
from renderer.gl.targets import frame_target
from renderer.gl.tiles import Tile, TiledTarget
from renderer.gl.waiting import flush
from renderer.lighting.environment import Environment, preset_environment
from renderer.lighting.photograph import load_photograph, photographed_lamps
from renderer.lighting.presets import PRESETS
from renderer.lighting.shadow import SelfShadows, Shadows, lights_for
from renderer.lighting.sources import Lamps
from renderer.panoramas import PanoramaError
from renderer.passes.deferred import g_buffer_for
from renderer.passes.geometry import GeometryPass, picture_of
from renderer.passes.ground import GroundPass
from renderer.passes.overlays import OverlayImages
from renderer.passes.reflection import ReflectionPass, mirrored_view
from renderer.passes.resolve import ResolvePass
from renderer.passes.yuv import YuvPass
from renderer.passes.yuva import YuvaPass
from renderer.scene.animation import clip_time, find_clip, pose_scene, still_time
from renderer.scene.bounds import Bounds, clouds_at, enclosing, scene_bounds
from renderer.scene.nodes import Scene
from renderer.scene.outline import visible_parts
from renderer.spec import Backdrop, Foreground, FrameSpec

POSES_MEASURED = 24
"""Moments of an animation at which the model's extent above the ground is measured by all of its vertices."""

FRAMES_LOOKED_AT = 16
"""Of the path around a model that stands still, evenly picked: from these it is worked out what drawing it costs."""

SHADOW_MOMENTS = 8
"""Moments of an animation whose mean a shadow shows that isn't cast again for every frame."""


class ShotRenderer:
    """Draws the frames of `spec` and reads them in the format that is wanted. Equal inputs give equal bytes.

    `draw(i)` issues a frame; the `read_...` calls give the frame drawn last, as often as wanted, on any backdrop and
    behind any foreground. The `start_...` calls do so without waiting for it. `draw(i, camera)` takes another camera
    than `spec`'s for that frame, and gives the same bytes as a ShotRenderer of the spec `camera`.
    Use it as a context manager: it owns everything it put on the device. Raises DeviceError when the frame is too
    large for the device, SettingsError for an unknown animation or a panorama that is missing or broken, ModelTooLarge
    where the model would take too long to draw (`renderer.gl.cost`).

    Surfaces that are transparent all over show nothing, cast nothing and take no room in the picture.

    A model that is seen from below has no ground, so no shadow and no reflection under it. A single frame of an
    animation has the shadows of that moment.

    `images` are the files of the panorama that `spec` names and of the images that backdrops and foregrounds name.
    Reading raises SettingsError for one of these that is missing or broken.
    """

    def __init__(
        self,
        device: Device,
        scene: Scene,
        spec: FrameSpec,
        *,
        cache_dir: Path | None,
        images: Mapping[str, Path] = {},
    ) -> None:
        self._device = device
        self._spec = spec
        self._clip = find_clip(scene, spec.animation)
        self._duration = self._clip.duration if self._clip is not None and spec.frame_count > 1 else 0.0
        scene = joined(visible_parts(scene))
        bounds = self._measure(scene)
        # The world is moved to the bounds' centre, so that models far from their origin lose no float precision.
        to_center = np.eye(4)
        to_center[:3, 3] = -bounds.center
        self._placement: Float64 = to_center @ model_placement(spec, bounds)
        with contextlib.ExitStack() as owned:
            self._target = frame_target(device, spec.width, spec.height)
            owned.callback(self._target.release)
            self._gpu_scene = GpuScene(device, scene)
            self._scene = self._gpu_scene.scene
            owned.callback(self._gpu_scene.release)
            environment, lamps = self._light(owned, cache_dir, images)
            self._bounds = self._placed_bounds(bounds.radius)
            self._fit = functools.cache(self._path_fit)
            if self._clip is None:
                count = spec.frame_count
                picked = np.unique(np.linspace(0, count - 1, min(count, FRAMES_LOOKED_AT)).astype(int))
                self._require_affordable([self._view(spec, index) for index in picked.tolist()])
            self._floor: Shadows | None = None
            self._shadows: SelfShadows
            first = self._view(spec, 0)
            if first is not None and first.eye[1] <= self._bounds.low[1]:  # else the model's underside would be black
                self._shadows = SelfShadows(device, lamps, environment, self._bounds)
            else:
                self._shadows = self._floor = Shadows(
                    device, lamps, environment, self._bounds, float(self._bounds.low[1]),
                    triangles=sum(len(drawable.primitive.indices) // 3 for drawable in self._gpu_scene.drawables),
                    lights=lights_for(self._gpu_scene.drawables), animated=self._duration > 0, cache_dir=cache_dir,
                )
            owned.callback(self._shadows.release)
            g_buffer = g_buffer_for(device, self._target)
            if g_buffer is not None:
                owned.callback(g_buffer.release)
            self._geometry = GeometryPass(
                self._gpu_scene, environment, self._shadows, tone_mapping=spec.tone_mapping, g_buffer=g_buffer
            )
            owned.callback(self._geometry.release)
            self._ground = GroundPass(device)
            owned.callback(self._ground.release)
            self._reflection: ReflectionPass | None = None
            if spec.reflector and self._floor is not None:
                self._reflection = ReflectionPass(device, (spec.width, spec.height))
                owned.callback(self._reflection.release)
            self._resolve = ResolvePass(device, self._target)
            owned.callback(self._resolve.release)
            self._images = OverlayImages(device, (spec.width, spec.height), images)
            owned.callback(self._images.release)
            self._yuv: YuvPass | None = None
            self._yuva: YuvaPass | None = None
            self._cast_shadows()
            self._owned = owned.pop_all()

    def draw(self, index: int, camera: FrameSpec | None = None) -> None:
        """Draws frame `index`, 0 to frame_count - 1, replacing the one before, and doesn't wait until it is drawn.

        `camera` is the shot's spec but for `rotate_y`, `elevation` and `zoom`, and on the same side of the ground.
        Raises DeviceError on a GL error, and ModelTooLarge where an animation or the camera makes the frame too costly.
        """
        view = self._view(camera or self._spec, index)
        if self._clip is not None:
            self._pose(self._times[index])
        if self._clip is not None or camera is not None:
            self._require_affordable([view])
        if self._clip is not None and self._floor is not None and self._floor.live:
            self._floor.cast(self._gpu_scene)
        behind: list[moderngl.Texture] | None = None
        if view is not None:
            if self._reflection is not None:
                self._reflection.prepare(view, self._bounds, float(self._bounds.low[1]), self._geometry)
            if isinstance(self._target, TiledTarget):
                behind = []
                for layer in range(self._geometry.layers):
                    for tile in self._target.all_behind(layer):
                        ground = functools.partial(self._draw_ground, view, tile)
                        self._geometry.draw_behind(view, self._target.framebuffer, tile, behind, ground)
                    behind.append(self._target.behind(layer))
        for tile in self._target.tiles:
            self._target.begin()
            if view is not None:
                ground = functools.partial(self._draw_ground, view, tile)
                self._geometry.draw(view, self._target.framebuffer, tile, behind, ground)
            self._target.keep(tile)
        flush(self._device)
        self._device.check_errors(f"drawing frame {index}")

    def closer(self, camera: FrameSpec) -> FrameSpec:
        """`camera`, for frame 0, with a zoom that counts from the distance at which the model itself fits the picture
        (`closest_zoom`), and no longer a sphere around it."""
        view = shot_view(dataclasses.replace(camera, zoom=1.0), self._bounds, 0)
        if view is None:
            return camera
        self._pose(self._times[0])
        zoom = closest_zoom(camera, view, self._bounds.radius, self._gpu_scene.clouds())
        return dataclasses.replace(camera, zoom=camera.zoom * zoom)

    def read_rgba(self) -> UInt8:
        """(height, width, 4) uint8: premultiplied, sRGB-encoded, top row first; the ground shadow is in alpha."""
        return self._resolve.start_rgba().read()

    def read_small(self) -> UInt8:
        """(height, width, 4) uint8: the frame as `read_rgba` gives it, at `small_size`."""
        return self.start_small().read()

    def shape(self) -> Shape:
        """The model's in the pose that it has: at rest, or as it was drawn last. As it is placed."""
        shown = [one for one in self._gpu_scene.drawables if one.world[:3, :3].any()] or self._gpu_scene.drawables
        placed = (
            (one.positions @ one.world[:3, :3].T + one.world[:3, 3],
             np.zeros(0, np.uint32) if one.casting is None else one.casting)
            for one in shown
        )
        return shape_of(placed, self._scene.missing)

    def read_straight(self, foreground: Foreground | None = None) -> UInt8:
        """(height, width, 4) uint8: with straight alpha, the ground shadow in it; sRGB-encoded, top row first."""
        return self.start_straight(foreground).read()

    def read_deep(self, foreground: Foreground | None = None) -> Float16:
        """(height, width, 4), 0 to 1: like `read_straight`, in steps of 10 bits."""
        return self._resolve.start_deep(self._images.before(foreground)).read()

    def read_rgb(self, backdrop: Backdrop, foreground: Foreground | None = None) -> UInt8:
        """(height, width, 3) uint8: composited, sRGB-encoded, top row first."""
        return self.start_rgb(backdrop, foreground).read()

    def read_yuv420(self, backdrop: Backdrop, foreground: Foreground | None = None) -> bytes:
        """Composited, as planar I420: BT.709 limited range, top row first, width * height * 3 / 2 bytes."""
        return self.start_yuv420(backdrop, foreground).read()

    def read_yuva444(self, foreground: Foreground | None = None) -> bytes:
        """With straight alpha, the ground shadow in it: planar 4:4:4:4 of 10 bits in 16, as `YuvaPass` says.

        width * height * 8 bytes.
        """
        return self.start_yuva444(foreground).read()

    def start_small(self) -> Pending[UInt8]:
        """Like `read_small`, but waits for nothing: the next frame may be drawn before this one is read."""
        return self._resolve.start_rgba(small_size(self._spec.width, self._spec.height))

    def start_straight(self, foreground: Foreground | None = None) -> Pending[UInt8]:
        """Like `read_straight`, but waits for nothing."""
        return self._resolve.start_straight(self._images.before(foreground))

    def start_rgb(self, backdrop: Backdrop, foreground: Foreground | None = None) -> Pending[UInt8]:
        """Like `read_rgb`, but waits for nothing."""
        return self._resolve.start_rgb(backdrop, self._images.behind(backdrop), self._images.before(foreground))

    def start_yuv420(self, backdrop: Backdrop, foreground: Foreground | None = None) -> Pending[bytes]:
        """Like `read_yuv420`, but waits for nothing."""
        if self._yuv is None:  # which sides of a picture may not suit
            self._yuv = YuvPass(self._device, self._target)
            self._owned.callback(self._yuv.release)
        return self._yuv.convert(backdrop, self._images.behind(backdrop), self._images.before(foreground))

    def start_yuva444(self, foreground: Foreground | None = None) -> Pending[bytes]:
        """Like `read_yuva444`, but waits for nothing."""
        if self._yuva is None:  # large, and few shots need it
            self._yuva = YuvaPass(self._device, self._target)
            self._owned.callback(self._yuva.release)
        return self._yuva.convert(self._images.before(foreground))

    def close(self) -> None:
        """Releases everything on the device."""
        self._owned.close()

    def __enter__(self) -> "ShotRenderer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _light(
        self, owned: contextlib.ExitStack, cache_dir: Path | None, images: Mapping[str, Path]
    ) -> tuple[Environment, Lamps]:
        """The light of the spec's panorama or else of its preset, and its lamps."""
        name = self._spec.environment
        if name is None:
            lighting = PRESETS[self._spec.lighting]
            return preset_environment(self._device, lighting, cache_dir), lighting
        if name not in images:
            raise SettingsError("environment_id", f"There is no panorama {name}")
        try:
            environment = load_photograph(self._device, images[name], cache_dir)
        except PanoramaError as error:
            raise SettingsError("environment_id", f"The panorama {name} {error}") from error
        owned.callback(environment.release)
        return environment, photographed_lamps(environment.tables)

    def _draw_ground(self, view: View, tile: Tile) -> None:
        """Draws the shadow and the reflection below the model into the current framebuffer."""
        if self._spec.shadows and self._floor is not None:
            self._ground.draw(view, self._floor.ground, tile)
        if self._reflection is not None:
            self._reflection.show(tile)

    def _require_affordable(self, views: Sequence[View | None]) -> None:
        """Raises ModelTooLarge where the model, in the pose that it has, is too costly to draw in one of the views."""
        size = (self._spec.width * SUPERSAMPLING, self._spec.height * SUPERSAMPLING)
        seen = [view for view in views if view is not None]
        pictures = [picture_of(view, size) for view in seen]
        if self._spec.reflector:
            ground = float(self._bounds.low[1])
            pictures += [picture_of(mirrored_view(view, ground), size) for view in seen if view.eye[1] > ground]
        require_affordable(self._gpu_scene.drawables, pictures, "the frame")

    def _view(self, camera: FrameSpec, index: int) -> View | None:
        """The view of frame `index` by a spec that has the shot's effect."""
        return shot_view(camera, self._bounds, index, self._fit(camera) if camera.framing == "model" else None)

    def _path_fit(self, camera: FrameSpec) -> Fit:
        return path_fit(camera, self._bounds, [self._clouds[time] for time in self._times])

    def _measure(self, scene: Scene) -> Bounds:
        """The bounds of the model, as it is loaded, in all frames; sets their times and its outermost points then.

        A single frame stands where it would in a video of its whole clip, so the ground is where that has it.
        """
        spec, clip = self._spec, self._clip
        if clip is None:
            self._times = [0.0] * spec.frame_count
        elif spec.frame_count == 1:
            self._times = [still_time(scene, clip, spec.time)]
        else:
            self._times = [clip_time(clip, index, spec.fps, spec.animation_speed) for index in range(spec.frame_count)]
        whole = np.linspace(0.0, clip.duration, POSES_MEASURED).tolist() if clip and spec.frame_count == 1 else []
        moments = sorted({*self._times, *whole})
        self._clouds = dict(zip(moments, clouds_at(scene, clip, moments), strict=True))
        return scene_bounds(scene, None) if clip is None else enclosing(self._clouds.values)

    def _pose(self, time: float) -> None:
        """Moves the model to its pose at `time` seconds of the clip."""
        self._gpu_scene.update(pose_scene(self._scene, self._clip, time), self._placement)

    def _cast_shadows(self) -> None:
        """Casts the shadows that hold for the whole shot; live ones are cast again for every frame."""
        times = _picked(self._times, SHADOW_MOMENTS)
        self._shadows.cast(self._gpu_scene, [functools.partial(self._pose, time) for time in times])
        self._pose(self._times[0])
        if self._floor is not None and not self._floor.live:
            self._ground.outline(self._floor.ground)

    def _placed_bounds(self, radius: float) -> Bounds:
        """The bounds of the placed model in all frames. Placing it keeps the sphere's `radius`, but not the box.

        Its outermost points are placed too.
        """
        turn, move = self._placement[:3, :3], self._placement[:3, 3]
        self._clouds = {time: cloud @ turn.T + move for time, cloud in self._clouds.items()}
        boxes = [(cloud.min(axis=0), cloud.max(axis=0)) for cloud in self._clouds.values() if len(cloud)]
        for time in _picked(self._clouds, POSES_MEASURED):  # all vertices, as the ground is at the lowest of them
            self._pose(time)
            boxes.append(self._gpu_scene.box())
        low = np.min([box[0] for box in boxes], axis=0)
        high = np.max([box[1] for box in boxes], axis=0)
        return Bounds(center=np.zeros(3), radius=radius, low=low, high=high)


def _picked(times: Iterable[float], count: int) -> list[float]:
    """At most `count` of the different `times`, evenly picked from the first on, as if they went around."""
    ordered = sorted(set(times))
    indices = np.linspace(0, len(ordered), min(count, len(ordered)), endpoint=False).astype(int)
    return [ordered[index] for index in indices.tolist()]

"""A model file and specs -> here -> finished files: videos. Stills are made by `renderer.stills`.

    load -> ShotRenderer (upload, light, shadow) -> each frame: draw once, composite and encode per variant -> check

Needs a device (`renderer.gl.context.open_device`), a folder to write to, and nothing else.
"""

import contextlib
import dataclasses
import logging
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from renderer.encode import prores
from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import h264_arguments, variant_files
from renderer.encode.poster import write_posters
from renderer.encode.probe import check_h264, check_prores
from renderer.encode.prores import ProResFile, prores_arguments
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.scene.nodes import Contents
from renderer.spec import Backdrop, Foreground, FrameSpec, VideoVariant

log = logging.getLogger(__name__)

Layers = tuple[Backdrop | None, Foreground | None]
"""What frames lie on, None for nothing, and what lies over them."""

STAGES = ("loading", "lighting", "drawing", "encoding", "checking")


@dataclasses.dataclass(frozen=True, slots=True)
class VideoFiles:
    """One variant's files. `poster` is a quarter of `poster_full`'s width and height."""

    video: Path
    thumb: Path
    poster: Path
    poster_full: Path
    web: Path | None


class Listener(Protocol):
    """Hears how a render goes on, in the render's own thread. Any method may raise Cancelled to stop it."""

    def on_stage(self, stage: str) -> None:
        """`stage`, one of STAGES, begins."""

    def on_model(self, contents: Contents) -> None:
        """The model is read, and this is in it."""

    def on_frame(self, done: int, total: int) -> None:
        """`done` of `total` frames are drawn; called after every frame."""

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        """The posters are there, long before the video. They stay where they are if the render succeeds."""


def render_video(
    model: Path,
    frames: FrameSpec,
    variants: Mapping[str, VideoVariant],
    out: Path,
    *,
    device: Device,
    cache_dir: Path | None,
    listener: Listener,
    images: Mapping[str, Path] = {},
    frame_limit: int | None = None,
) -> dict[str, VideoFiles]:
    """Draws the shot once and encodes it for each of `variants`, into `out`/<variant name>/ (which must not exist yet).

    `images` are the files of the images that `variants` name. `frame_limit` stops after that many frames of
    the path that `frames` describes. Nothing is left in `out` by a render that ends in an exception. Raises ModelError,
    SettingsError (an unknown clip, a broken image), DeviceError, EncodeError, and whatever the listener raises.
    """
    total = frames.frame_count if frame_limit is None else min(frame_limit, frames.frame_count)
    stage = _StageClock(listener)
    with contextlib.ExitStack() as undo, contextlib.ExitStack() as running:
        stage.begin("loading")
        scene = load_model(model, frames.material_variant)
        listener.on_model(scene.contents)
        stage.begin("lighting")
        shot = running.enter_context(ShotRenderer(device, scene, frames, cache_dir=cache_dir, images=images))
        stage.begin("drawing")
        encodings = []
        for name, variant in variants.items():
            folder = out / name
            folder.mkdir(parents=True)
            undo.callback(shutil.rmtree, folder, ignore_errors=True)
            encodings.append(running.enter_context(_Encoding(name, variant, folder, frames)))
        shot.draw(drawn := frames.poster_frame)
        for encoding in encodings:
            encoding.write_posters(shot, listener)
        for index in range(total):
            if index != drawn:
                shot.draw(drawn := index)
            wanted = {layers for encoding in encodings for layers in encoding.processes}
            planes = {layers: _read(shot, layers) for layers in wanted}
            for encoding in encodings:
                for layers, process in encoding.processes.items():
                    process.write(planes[layers])
            listener.on_frame(index + 1, total)
        stage.begin("encoding")
        for encoding in encodings:
            for process in encoding.processes.values():
                process.finish()
        stage.begin("checking")
        for encoding in encodings:
            encoding.check(frames.fps, total)
        undo.pop_all()
    log.info("%s: %d frames of %dx%d; %s", model.name, total, frames.width, frames.height, stage.seconds())
    return {encoding.name: encoding.files for encoding in encodings}


def _read(shot: ShotRenderer, layers: Layers) -> bytes:
    """The frame drawn last as its encoder wants it: composited, or with straight alpha where it lies on nothing."""
    backdrop, foreground = layers
    return shot.read_yuva444(foreground) if backdrop is None else shot.read_yuv420(backdrop, foreground)


class _Encoding:
    """One variant on its way to its files: their names, and the ffmpegs that write them.

    `processes` are by the layers around their frames.
    """

    def __init__(self, name: str, variant: VideoVariant, folder: Path, frames: FrameSpec) -> None:
        self.name = name
        self.variant = variant
        self.processes: dict[Layers, EncoderProcess] = {}
        self._frames = frames
        self._h264 = variant_files(folder, frames, variant)
        self._prores = None
        if variant.codec == "prores4444":
            self._prores = ProResFile(folder / "video.mov", frames.width, frames.height)
        self._running = contextlib.ExitStack()
        self.files = VideoFiles(
            video=(self._prores or self._h264["video"]).path,
            thumb=self._h264["thumb"].path,
            poster=folder / "poster.png",
            poster_full=folder / "poster_full.png",
            web=self._h264["web"].path if "web" in self._h264 else None,
        )

    def __enter__(self) -> Self:
        size, fps, front = (self._frames.width, self._frames.height), self._frames.fps, self.variant.foreground
        with contextlib.ExitStack() as starting:
            composited = EncoderProcess(h264_arguments(*size, fps, self._h264.values()))
            self.processes[self.variant.backdrop, front] = starting.enter_context(composited)
            if self._prores is not None:
                transparent = EncoderProcess(prores_arguments(self._prores, fps), queued_frames=prores.QUEUED_FRAMES)
                self.processes[None, front] = starting.enter_context(transparent)
            self._running = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.close()

    def check(self, fps: int, frame_count: int) -> None:
        for file in self._h264.values():
            check_h264(file, fps, frame_count)
        if self._prores is not None:
            check_prores(self._prores, fps, frame_count)

    def write_posters(self, shot: ShotRenderer, listener: Listener) -> None:
        picture = shot.read_rgb(self.variant.backdrop, self.variant.foreground)
        write_posters(picture, self.files.poster, self.files.poster_full)
        listener.on_poster(self.name, self.files.poster, self.files.poster_full)


class _StageClock:
    """Tells the listener of each stage and remembers when it began."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._began: list[tuple[str, float]] = []

    def begin(self, stage: str) -> None:
        self._began.append((stage, time.perf_counter()))
        self._listener.on_stage(stage)

    def seconds(self) -> str:
        """Each stage with its seconds, the last one up to now."""
        ends = [start for _, start in self._began[1:]] + [time.perf_counter()]
        return ", ".join(f"{stage} {end - start:.2f} s" for (stage, start), end in zip(self._began, ends, strict=True))

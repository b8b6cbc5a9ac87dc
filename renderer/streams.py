"""A shot's frames -> here -> every file that its variants ask for; one that several ask for is encoded once."""

import contextlib
import dataclasses
import hashlib
import itertools
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from renderer.encode import prores
from renderer.encode.browser import BrowserCodec, BrowserFile, browser_arguments
from renderer.encode.ffmpeg import QUEUED_FRAMES, EncoderProcess
from renderer.encode.h264 import H264File, h264_arguments, variant_files
from renderer.encode.probe import check_browser, check_h264, check_prores
from renderer.encode.prores import ProResFile, prores_arguments
from renderer.frames import ShotRenderer
from renderer.gl.readback import Pending
from renderer.spec import Backdrop, Foreground, FrameSpec, H264Encoder, VideoVariant
from renderer.spec.formats import VideoFormat

Layers = tuple[Backdrop | None, Foreground | None]
"""What is put behind the frames, None for nothing (they keep their alpha), and before them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stream:
    """One way to encode a shot's frames; equal streams give equal bytes. `file` has a name without a folder as path."""

    layers: Layers
    file: H264File | ProResFile | BrowserFile

    @property
    def unique_name(self) -> str:
        """A file name that no other stream of any variant has."""
        digest = hashlib.sha256(repr(self).encode()).hexdigest()[:16]
        return f"{self.file.path.stem}-{digest}{self.file.path.suffix}"


def variant_streams(frames: FrameSpec, variant: VideoVariant, encoder: H264Encoder = "x264") -> dict[str, Stream]:
    """The streams of one variant by name: "video", "thumb", and "web", "webm" and "hevc" where they are asked for."""
    layers = variant.backdrop, variant.foreground
    files = variant_files(Path(), frames, variant, encoder)
    streams = {name: Stream(layers, file) for name, file in files.items()}
    if variant.codec == "prores4444":
        file = ProResFile(Path("video.mov"), frames.width, frames.height)
        streams["video"] = Stream((None, variant.foreground), file)
    behind = None if variant.transparent else variant.backdrop
    for name, (path, codec) in BROWSER_FILES.items():
        if name in variant.formats:
            other = BrowserFile(Path(path), frames.width, frames.height, codec, variant.transparent)
            streams[name] = Stream((behind, variant.foreground), other)
    return streams


BROWSER_FILES: dict[VideoFormat, tuple[str, BrowserCodec]] = {
    "webm": ("video.webm", "vp9"), "hevc": ("hevc.mov", "hevc"),
}
"""The formats of videos for browsers: their files' names and codecs."""


def check_stream(stream: Stream, path: Path, fps: int, frame_count: int) -> None:
    """Raises EncodeError naming the first property of the file at `path` that isn't the stream's."""
    file = dataclasses.replace(stream.file, path=path)
    if isinstance(file, H264File):
        check_h264(file, fps, frame_count)
    elif isinstance(file, ProResFile):
        check_prores(file, fps, frame_count)
    else:
        check_browser(file, fps, frame_count)


class Encoders:
    """The ffmpegs that encode frames into `files`: one for all MP4s whose frames have the same layers, and for each
    other file one.

    Leaving the `with` block without `finish()` kills them. Raises EncodeError.
    """

    def __init__(self, frames: FrameSpec, files: Mapping[Stream, Path]) -> None:
        self._frames = frames
        self._files = files
        self._processes: dict[Layers, list[EncoderProcess]] = {}
        self._running = contextlib.ExitStack()
        self._drawn: list[tuple[list[EncoderProcess], Pending[bytes]]] = []

    def __enter__(self) -> Self:
        size, fps = (self._frames.width, self._frames.height), self._frames.fps
        with contextlib.ExitStack() as starting:
            for layers in dict.fromkeys(stream.layers for stream in self._files):
                files = [dataclasses.replace(stream.file, path=path)
                         for stream, path in self._files.items() if stream.layers == layers]
                commands = [prores_arguments(file, fps) for file in files if isinstance(file, ProResFile)]
                commands += [browser_arguments(file, fps) for file in files if isinstance(file, BrowserFile)]
                if mp4s := [file for file in files if isinstance(file, H264File)]:
                    commands.append(h264_arguments(*size, fps, mp4s))
                queued = prores.QUEUED_FRAMES if layers[0] is None else QUEUED_FRAMES
                self._processes[layers] = [
                    starting.enter_context(EncoderProcess(command, queued_frames=queued)) for command in commands
                ]
            self._running = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.close()

    def write(self, shot: ShotRenderer) -> None:
        """Begins to read the frame that `shot` has drawn last, and hands the one before it over to the encoders.

        So the device draws one frame while the next one is prepared.
        """
        drawn = [
            (encoders, shot.start_yuva444(foreground) if backdrop is None else shot.start_yuv420(backdrop, foreground))
            for (backdrop, foreground), encoders in self._processes.items()
        ]
        self._hand_over()
        self._drawn = drawn

    def finish(self) -> None:
        """Waits until the files are written."""
        self._hand_over()
        for process in itertools.chain(*self._processes.values()):
            process.finish()

    def _hand_over(self) -> None:
        """Waits for the frame that was begun last, and queues it for ffmpeg."""
        for encoders, pending in self._drawn:
            frame = pending.read()
            for process in encoders:
                process.write(frame)
        self._drawn = []

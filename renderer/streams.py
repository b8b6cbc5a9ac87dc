"""A shot's frames -> here -> every file that its variants ask for; one that several ask for is encoded once."""

import contextlib
import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from renderer.encode import prores
from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import H264File, h264_arguments, variant_files
from renderer.encode.probe import check_h264, check_prores
from renderer.encode.prores import ProResFile, prores_arguments
from renderer.frames import ShotRenderer
from renderer.gl.readback import Pending
from renderer.spec import Backdrop, Foreground, FrameSpec, H264Encoder, VideoVariant

Layers = tuple[Backdrop | None, Foreground | None]
"""What is put behind the frames, None for nothing (they keep their alpha), and before them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stream:
    """One way to encode a shot's frames; equal streams give equal bytes. `file` has a name without a folder as path."""

    layers: Layers
    file: H264File | ProResFile

    @property
    def unique_name(self) -> str:
        """A file name that no other stream of any variant has."""
        digest = hashlib.sha256(repr(self).encode()).hexdigest()[:16]
        return f"{self.file.path.stem}-{digest}{self.file.path.suffix}"


def variant_streams(frames: FrameSpec, variant: VideoVariant, encoder: H264Encoder = "x264") -> dict[str, Stream]:
    """The streams of one variant by name: "video", "thumb", and "web" where it is asked for."""
    layers = variant.backdrop, variant.foreground
    files = variant_files(Path(), frames, variant, encoder)
    streams = {name: Stream(layers, file) for name, file in files.items()}
    if variant.codec == "prores4444":
        file = ProResFile(Path("video.mov"), frames.width, frames.height)
        streams["video"] = Stream((None, variant.foreground), file)
    return streams


def check_stream(stream: Stream, path: Path, fps: int, frame_count: int) -> None:
    """Raises EncodeError naming the first property of the file at `path` that isn't the stream's."""
    file = dataclasses.replace(stream.file, path=path)
    if isinstance(file, H264File):
        check_h264(file, fps, frame_count)
    else:
        check_prores(file, fps, frame_count)


class Encoders:
    """The ffmpegs that encode frames into `files`: one for all files whose frames have the same layers.

    Leaving the `with` block without `finish()` kills them. Raises EncodeError.
    """

    def __init__(self, frames: FrameSpec, files: Mapping[Stream, Path]) -> None:
        self._frames = frames
        self._files = files
        self._processes: dict[Layers, EncoderProcess] = {}
        self._running = contextlib.ExitStack()
        self._drawn: list[tuple[EncoderProcess, Pending]] = []

    def __enter__(self) -> Self:
        size, fps = (self._frames.width, self._frames.height), self._frames.fps
        with contextlib.ExitStack() as starting:
            for layers in dict.fromkeys(stream.layers for stream in self._files):
                files = [dataclasses.replace(stream.file, path=path)
                         for stream, path in self._files.items() if stream.layers == layers]
                movs = [file for file in files if isinstance(file, ProResFile)]
                mp4s = [file for file in files if isinstance(file, H264File)]
                process = (
                    EncoderProcess(prores_arguments(movs[0], fps), queued_frames=prores.QUEUED_FRAMES)
                    if movs else EncoderProcess(h264_arguments(*size, fps, mp4s))
                )
                self._processes[layers] = starting.enter_context(process)
            self._running = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.close()

    def write(self, shot: ShotRenderer) -> None:
        """Begins to read the frame that `shot` has drawn last, and hands the one before it over to the encoders.

        So the device draws one frame while the next one is prepared.
        """
        drawn = [
            (process, shot.start_yuva444(foreground) if backdrop is None else shot.start_yuv420(backdrop, foreground))
            for (backdrop, foreground), process in self._processes.items()
        ]
        self._hand_over()
        self._drawn = drawn

    def finish(self) -> None:
        """Waits until the files are written."""
        self._hand_over()
        for process in self._processes.values():
            process.finish()

    def _hand_over(self) -> None:
        """Waits for the frame that was begun last, and queues it for ffmpeg."""
        for process, frame in self._drawn:
            process.write(frame.read())
        self._drawn = []

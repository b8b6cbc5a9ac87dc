"""Before any work: checks that this machine has the encoder that it is told to use, by using it."""

import functools
import tempfile
from pathlib import Path

from renderer.encode.browser import BrowserFile, browser_arguments
from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import LIGHT_CRF, H264File, h264_arguments
from renderer.encode.probe import check_browser, check_h264
from renderer.errors import EncodeError, SettingsError
from renderer.spec import H264Encoder

WIDTH, HEIGHT, FPS = 320, 180, 30
FRAMES = 8

NEEDS: dict[H264Encoder, str] = {
    "x264": "an ffmpeg with libx264",
    "nvenc": "an NVIDIA graphics card with an encoder (not all have one), its driver with the video libraries "
             "(in a container NVIDIA_DRIVER_CAPABILITIES must name video), and an ffmpeg with h264_nvenc",
}  # fmt: skip


NO_ALPHA = (
    "formats: hevc with alpha needs an ffmpeg of 7.1 or newer on the farm's workers, with a libx265 of 4.0 or newer "
    "that was built with alpha; order webm, or hevc without transparent"
)


def require_codec(file: BrowserFile) -> None:
    """Raises SettingsError where this machine can't make such a file: most builds of libx265 know no alpha."""
    if file.codec == "hevc" and file.alpha and not makes_hevc_alpha():
        raise SettingsError("formats", NO_ALPHA)


@functools.cache
def makes_hevc_alpha() -> bool:
    """Whether it comes back out of a file. Older builds refuse it, or leave it out with a warning."""
    with tempfile.TemporaryDirectory() as folder:
        file = BrowserFile(Path(folder) / "probe.mov", WIDTH, HEIGHT, "hevc", alpha=True)
        try:
            with EncoderProcess(browser_arguments(file, FPS)) as process:
                for _ in range(FRAMES):
                    process.write(bytes(WIDTH * HEIGHT * 8))
                process.finish()
            check_browser(file, FPS, FRAMES)
        except EncodeError:
            return False
    return True


def require_encoder(encoder: H264Encoder) -> None:
    """Encodes a few grey frames as renders are encoded. Raises EncodeError: what is needed, and what ffmpeg said."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = H264File(Path(folder) / "probe.mp4", WIDTH, HEIGHT, LIGHT_CRF, encoder)
            with EncoderProcess(h264_arguments(WIDTH, HEIGHT, FPS, [file])) as process:
                for _ in range(FRAMES):
                    process.write(b"\x80" * (WIDTH * HEIGHT * 3 // 2))
                process.finish()
            check_h264(file, FPS, FRAMES)
    except EncodeError as error:
        raise EncodeError(f"{encoder} can't encode here; it needs {NEEDS[encoder]}. {error}") from error

"""Before any work: checks that this machine has the encoder that it is told to use, by using it."""

import tempfile
from pathlib import Path

from renderer.encode.ffmpeg import EncoderProcess
from renderer.encode.h264 import LIGHT_CRF, H264File, h264_arguments
from renderer.encode.probe import check_h264
from renderer.errors import EncodeError
from renderer.spec import H264Encoder

WIDTH, HEIGHT, FPS = 320, 180, 30
FRAMES = 8

NEEDS: dict[H264Encoder, str] = {
    "x264": "an ffmpeg with libx264",
    "nvenc": "an NVIDIA graphics card with an encoder (not all have one), its driver with the video libraries "
             "(in a container NVIDIA_DRIVER_CAPABILITIES must name video), and an ffmpeg with h264_nvenc",
}  # fmt: skip


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

"""What tests need of video: frames to encode, and files decoded again independently of the code under test."""

import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.arrays import UInt8


def i420(rgb: UInt8) -> bytes:
    """(h, w, 3) sRGB to planar 4:2:0 by the equations of ITU-R BT.709, limited range; chroma is the 2x2 mean."""
    r, g, b = (rgb[..., channel].astype(np.float64) / 255 for channel in range(3))
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    planes = (16 + 219 * luma, 128 + 224 * (b - luma) / 1.8556, 128 + 224 * (r - luma) / 1.5748)
    height, width = luma.shape
    halves = [plane.reshape(height // 2, 2, width // 2, 2).mean((1, 3)) for plane in planes[1:]]
    return b"".join(np.round(plane).astype(np.uint8).tobytes() for plane in (planes[0], *halves))


def moving_frames(width: int, height: int, count: int) -> list[UInt8]:
    """Pictures with flat areas, slopes and motion, (h, w, 3) each."""
    y, x = np.mgrid[0:height, 0:width]
    frames = []
    for index in range(count):
        disc = (x - width / 2 - 20 * np.sin(index / 5)) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2
        picture = np.full((height, width, 3), 255, np.uint8)
        picture[..., 0] = np.where(disc, 255 * x / width, 255)
        picture[..., 1] = np.where(disc, 120, 255)
        picture[..., 2] = np.where(disc, 255 * y / height, 255)
        frames.append(picture)
    return frames


def decode_rgb(path: Path, width: int, height: int) -> UInt8:
    """All frames, (n, h, w, 3), converted as the file's own colour tags say."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24",
               "-sws_flags", "accurate_rnd+full_chroma_int", "pipe:1"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, height, width, 3)


def decode_yuva(path: Path, width: int, height: int) -> npt.NDArray[np.uint16]:
    """All frames, (n, 4, h, w): the planes Y, U, V and alpha of 10 bits as they are in the file."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "yuva444p10le", "pipe:1"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint16).reshape(-1, 4, height, width)


def ffprobe(path: Path, *arguments: str) -> str:
    command = ["ffprobe", "-v", "error", *arguments, "-of", "default=noprint_wrappers=1", str(path)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout

"""Pictures of any format come out upright, in sRGB and of a bounded size; the rest is refused, with what to do."""

import io
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageCms
import pytest

from renderer.errors import EngineRejected
from renderer.generate.pictures.read import SIDE, read_picture
from tests.support.images import webp_header

LEFT, RIGHT = (200, 40, 30), (20, 60, 220)


def two_colours(width: int = 48, height: int = 32) -> PIL.Image.Image:
    image = PIL.Image.new("RGB", (width, height), RIGHT)
    image.paste(LEFT, (0, 0, width // 2, height))
    return image


def saved(tmp_path: Path, image: PIL.Image.Image, kind: str, **options: object) -> Path:
    path = tmp_path / "picture"
    image.save(path, kind, **options)
    return path


def assert_two_colours(path: Path, tolerance: float = 6) -> None:
    pixels = read_picture(path)
    assert pixels.shape == (32, 48, 4)
    assert pixels.dtype == np.uint8
    assert pixels[:, 4:20, :3].mean(axis=(0, 1)) == pytest.approx(LEFT, abs=tolerance)
    assert pixels[:, -20:-4, :3].mean(axis=(0, 1)) == pytest.approx(RIGHT, abs=tolerance)
    assert (pixels[..., 3] == 255).all()


@pytest.mark.parametrize(("kind", "options"), [
    ("PNG", {}), ("JPEG", {"quality": 95}), ("WEBP", {"lossless": True}), ("AVIF", {"quality": 95}),
    ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}),
])  # fmt: skip
def test_every_format_is_read(tmp_path: Path, kind: str, options: dict[str, object]) -> None:
    assert_two_colours(saved(tmp_path, two_colours(), kind, **options))


def test_a_palette_is_read(tmp_path: Path) -> None:
    assert_two_colours(saved(tmp_path, two_colours().quantize(4), "PNG"))


def test_cmyk_is_read(tmp_path: Path) -> None:
    assert_two_colours(saved(tmp_path, two_colours().convert("CMYK"), "JPEG", quality=95), tolerance=12)


def test_sixteen_bits_are_read(tmp_path: Path) -> None:
    grey = np.linspace(0, 65535, 64).astype(np.uint16).reshape(1, 64).repeat(32, axis=0)
    pixels = read_picture(saved(tmp_path, PIL.Image.fromarray(grey), "PNG"))
    assert pixels[0, :, 0] == pytest.approx(np.linspace(0, 255, 64), abs=1)


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    later = [PIL.Image.new("RGB", (48, 32), "white")] * 3
    assert_two_colours(saved(tmp_path, two_colours(), "WEBP", save_all=True, append_images=later, lossless=True))


def test_a_picture_is_turned_upright(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # the camera was held so that the picture is to be turned clockwise
    turned = two_colours().transpose(PIL.Image.Transpose.ROTATE_90)
    assert_two_colours(saved(tmp_path, turned, "JPEG", exif=exif, quality=95))


def test_colours_become_those_of_srgb(tmp_path: Path) -> None:
    lab = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab.replace(b"rXYZ", b"TMP_").replace(b"bXYZ", b"rXYZ").replace(b"TMP_", b"bXYZ")  # red is blue in it
    red, green, blue = two_colours().split()
    path = saved(tmp_path, PIL.Image.merge("RGB", (blue, green, red)), "PNG", icc_profile=swapped)
    assert_two_colours(path, tolerance=12)


def test_a_broken_profile_is_ignored(tmp_path: Path) -> None:
    assert_two_colours(saved(tmp_path, two_colours(), "PNG", icc_profile=b"no profile" * 20))


def test_transparency_is_kept(tmp_path: Path) -> None:
    image = two_colours()
    image.putalpha(PIL.Image.linear_gradient("L").resize(image.size))
    assert len(np.unique(read_picture(saved(tmp_path, image, "PNG"))[..., 3])) > 20


def test_a_large_picture_is_scaled_down(tmp_path: Path) -> None:
    pixels = read_picture(saved(tmp_path, two_colours(2400, 1800), "JPEG"))
    assert pixels.shape == (768, SIDE, 4)


def png_header(width: int, height: int) -> bytes:
    """Without any pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", b""), (b"IEND", b""))
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def jpeg(size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    PIL.Image.new("RGB", size).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(("data", "message"), [
    (jpeg((1, 1)), "is 1x1 pixels: send one of at least"),
    (jpeg((2000, 17)), "too narrow"),
    (png_header(20_000, 20_000), "is 20000x20000 pixels.*: send a smaller one"),
    (webp_header(b"VP8X", 20_000, 20_000), "is 20000x20000 pixels"),
    (jpeg((64, 64))[:300], "can't be decoded: .+; save it anew"),
    (png_header(64, 64), "can't be decoded"),
    (b"GIF89a" + bytes(50), "is no image in one of the formats PNG, JPEG, WEBP, AVIF, TIFF: save it"),
    (b"", "is no image"),
    (b"II*\x00" + bytes(50), "can't be decoded"),
])  # fmt: skip
def test_what_is_no_use_is_refused_with_what_to_do(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "picture"
    path.write_bytes(data)
    with pytest.raises(EngineRejected) as refused:
        read_picture(path)
    assert re.search(message, str(refused.value)), str(refused.value)

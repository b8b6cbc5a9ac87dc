"""Panoramas of unknown origin: sound ones come back whole, all others are refused by name."""

import struct
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest

from renderer import panoramas, sandbox
from renderer.arrays import Float32
from renderer.confine import Reach
from renderer.panoramas import PanoramaError, read_panorama
from renderer.sandbox import Child
from tests.support.models import shared_model

EMPTY_HDR = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n"


def picture(height: int = 16, width: int = 32) -> Float32:
    """A bright spot (RGBE keeps 8 bits of the largest channel) and a gradient."""
    rows, columns = np.mgrid[0:height, 0:width]
    pixels = np.stack([rows / height, columns / width, np.full(rows.shape, 0.5)], axis=-1)
    pixels[2, 3] = (1000.0, 500.0, 250.0)
    return pixels.astype(np.float32)


def written(path: Path, pixels: Float32) -> Path:
    height, width, channels = pixels.shape
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), OpenImageIO.ImageSpec(width, height, channels, "float"))
    assert output.write_image(pixels)
    output.close()
    return path


@pytest.mark.parametrize(("kind", "tolerance"), [("hdr", 0.01), ("exr", 1e-6)])
def test_both_formats_come_back_as_they_were_written(tmp_path: Path, kind: str, tolerance: float) -> None:
    path = written(tmp_path / f"sky.{kind}", picture()).rename(tmp_path / "stored")  # storages know no suffixes
    panorama = read_panorama(path)
    assert (panorama.suffix, panorama.size) == (f".{kind}", (32, 16))
    assert np.allclose(panorama.radiance, picture(), rtol=tolerance, atol=0.005)


def test_wide_ones_are_averaged_down_and_keep_their_light(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).random((1024, 2048, 3), np.float32)
    panorama = read_panorama(written(tmp_path / "wide.exr", pixels))
    assert panorama.size == (2048, 1024)
    assert panorama.radiance.shape == (512, 1024, 3)
    assert np.allclose(panorama.radiance, pixels.reshape(512, 2, 1024, 2, 3).mean(axis=(1, 3)), atol=1e-5)


def test_numbers_that_are_no_light_count_as_none(tmp_path: Path) -> None:
    pixels = picture()
    pixels[0, :3] = [(np.nan,) * 3, (-5.0,) * 3, (np.inf,) * 3]
    radiance = read_panorama(written(tmp_path / "odd.exr", pixels)).radiance
    assert radiance[0, :3].tolist() == [[0.0] * 3, [0.0] * 3, [65504.0] * 3]


def test_a_grey_one_lights_in_grey(tmp_path: Path) -> None:
    radiance = read_panorama(written(tmp_path / "grey.exr", picture()[..., :1])).radiance
    assert radiance.shape == (16, 32, 3)
    assert np.array_equal(radiance[..., 0], radiance[..., 2])


def test_a_real_one_is_read() -> None:
    panorama = read_panorama(shared_model("royal_esplanade_1k.hdr"))
    assert panorama.size == (1024, 512)
    assert 10_000 < panorama.radiance.max() < 60_000


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "neither a Radiance HDR"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "neither a Radiance HDR"),
        (EMPTY_HDR % (16, 32), "scanline 0"),
        (EMPTY_HDR % (16, 32) + bytes(100), "scanline"),
        (EMPTY_HDR % (16, 16) + bytes(1024), "twice as wide"),
        (EMPTY_HDR % (9999, 19998) + bytes(99), "can't be decoded"),
        (b"#?RADIANCE\n", "can't be decoded"),
        (b"v/1\x01" + bytes(60), "can't be decoded"),
        (b"v/1\x01" + struct.pack("<I", 2) + b"\xff" * 5000, "can't be decoded"),
    ],
    ids=["empty", "png", "no pixels", "truncated", "square", "huge", "header", "exr zeros", "exr ones"],
)
def test_what_is_no_panorama_is_refused_with_the_reason(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(PanoramaError, match=says) as caught:
        read_panorama(path)
    assert str(tmp_path) not in str(caught.value)


def test_one_of_too_many_pixels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panoramas, "SIDE", 31)
    with pytest.raises(PanoramaError, match="32x16 pixels, and 31 are allowed"):
        read_panorama(written(tmp_path / "large.hdr", picture()))


@pytest.mark.parametrize(("size", "channels", "says"), [
    ((16, 8), 17, "it has 17 channels, and 16 are allowed"),
    ((4096, 2048), 5, "4096x2048 pixels of 5 channels, which are too many"),
])
def test_one_of_too_many_channels_is_refused_before_its_pixels_are_decoded(
    tmp_path: Path, size: tuple[int, int], channels: int, says: str
) -> None:
    path = tmp_path / "layers.exr"
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), OpenImageIO.ImageSpec(*size, channels, "half"))
    output.close()  # without pixels: they would be missed first
    with pytest.raises(PanoramaError, match=says):
        read_panorama(path)


def test_a_file_of_another_format_is_not_decoded_whatever_it_is_called(tmp_path: Path) -> None:
    path = written(tmp_path / "sky.tif", picture())
    (tmp_path / "sky.hdr").write_bytes(b"#?RADIANCE\n" + path.read_bytes())
    with pytest.raises(PanoramaError, match="can't be decoded"):
        read_panorama(tmp_path / "sky.hdr")


def test_who_asks_for_a_panorama_can_kill_its_decoder(tmp_path: Path) -> None:
    killed = []

    def kill(child: Child) -> None:
        child.kill()
        killed.append(child)

    with pytest.raises(PanoramaError, match="can't be decoded"):
        read_panorama(written(tmp_path / "sky.exr", picture()), kill)
    assert len(killed) == 1


def test_a_truncated_exr_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "cut.exr", picture(64, 128))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(PanoramaError, match="can't be decoded"):
        read_panorama(path)


def test_a_confined_child_decodes_one_too(tmp_path: Path) -> None:
    """A worker's child does so, which may make files in a folder of its own, but no links."""
    path, own = written(tmp_path / "sky.exr", picture()), tmp_path / "own"
    own.mkdir()
    program = tmp_path / "program.py"
    program.write_text("import sys\nfrom pathlib import Path\nsys.path.insert(0, sys.argv[2])\n"
                       "from renderer.panoramas import read_panorama\nprint(read_panorama(Path(sys.argv[1])).size)\n")
    project = Path(panoramas.__file__).parents[1]
    with sandbox.start(
        program, [str(path), str(project)], limits=sandbox.Limits(1 << 34), environment={"TMPDIR": str(own)},
        reach=Reach(reads=[path, project], writes=[own]), stderr=None,
    ) as child:  # fmt: skip
        assert child.wait(60) == 0
        assert child.stdout.read() == b"(32, 16)\n"
    assert list(own.iterdir()) == []

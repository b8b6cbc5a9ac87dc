"""Background and foreground images: what of a picture shows with the model, worked out by hand or by NumPy."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest

from renderer.arrays import UInt8
from renderer.errors import SettingsError
from renderer.gl.context import Device
from renderer.gl.targets import SampleTarget
from renderer.passes import overlays
from renderer.passes.overlays import OverlayImages, cover_box, on_colour, read_overlay
from renderer.passes.resolve import ResolvePass
from renderer.passes.yuv import YuvPass
from renderer.passes.yuva import YuvaPass
from renderer.pictures import PictureError
from renderer.spec import ANCHORS, Backdrop, Foreground
from tests.renderer.gl.live import live_objects
from tests.renderer.load.glb_builder import encoded
from tests.renderer.passes.test_yuv import expected_planes
from tests.support.images import png_header

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
STRIPES = (RED, GREEN, BLUE)
SIZE = (48, 48)
SHOWN = Backdrop(image="picture")


def striped(axis: int, thickness: int = 40) -> PIL.Image.Image:
    """Red, green, blue from the top down (axis 0) or from left to right (axis 1); three times as long as wide."""
    lines = np.repeat(np.array(STRIPES, np.uint8), thickness, axis=0)
    across = np.broadcast_to(lines[:, None], (3 * thickness, thickness, 3))
    return PIL.Image.fromarray(np.ascontiguousarray(across if axis == 0 else across.transpose(1, 0, 2)))


def saved(folder: Path, image: PIL.Image.Image | bytes, kind: str = "PNG") -> Path:
    path = folder / "picture"
    path.write_bytes(image if isinstance(image, bytes) else encoded(image, kind))
    return path


def composited(device: Device, path: Path, backdrop: Backdrop = SHOWN, front: UInt8 | None = None) -> UInt8:
    """(48, 48, 3): `front` (premultiplied), or nothing, on the backdrop."""
    samples = SampleTarget(device, *SIZE)
    images = OverlayImages(device, SIZE, {"picture": path})
    resolve = ResolvePass(device, samples)
    samples.begin()
    if front is not None:
        samples.color.write(np.ascontiguousarray(front[::-1].repeat(2, axis=0).repeat(2, axis=1)))
    pixels = resolve.start_rgb(backdrop, images.behind(backdrop)).read()
    for owner in (resolve, images, samples):
        owner.release()
    return pixels


@pytest.mark.parametrize("align", ANCHORS)
def test_each_anchor_keeps_its_part_of_a_picture(device: Device, tmp_path: Path, align: str) -> None:
    across = {"left": RED, "center": GREEN, "right": BLUE}[align.rpartition("-")[2]]
    down = {"top": RED, "center": GREEN, "bottom": BLUE}[align.partition("-")[0]]
    backdrop = Backdrop(image="picture", align=align)
    for axis, color in ((1, across), (0, down)):
        pixels = composited(device, saved(tmp_path, striped(axis)), backdrop)
        middle = pixels[4:-4, 4:-4]  # towards the cut the filter reaches into the next stripe
        assert np.abs(middle.astype(int) - color).max() <= 1


@pytest.mark.parametrize("align", ANCHORS)
@pytest.mark.parametrize("size", [(3840, 2160), (540, 540), (540, 960), (1, 8192), (8192, 1)])
def test_the_crop_has_the_frames_aspect_and_never_leaves_the_picture(align: str, size: tuple[int, int]) -> None:
    left, top, right, bottom = cover_box(size, (960, 540), align)
    assert 0 <= left < right <= size[0] + 1e-9
    assert 0 <= top < bottom <= size[1] + 1e-9
    assert (right - left) / (bottom - top) == pytest.approx(960 / 540)
    assert right - left == pytest.approx(size[0]) or bottom - top == pytest.approx(size[1])


def test_a_picture_of_the_frames_size_is_shown_pixel_by_pixel(device: Device, tmp_path: Path) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (48, 48, 3)).astype(np.uint8)
    pixels = composited(device, saved(tmp_path, PIL.Image.fromarray(noise)))
    np.testing.assert_array_equal(pixels, noise)


@pytest.mark.parametrize("side", [12, 480])
def test_pictures_are_scaled_to_the_frame(device: Device, tmp_path: Path, side: int) -> None:
    slope = np.linspace(0, 255, side).astype(np.uint8)
    picture = np.dstack([np.broadcast_to(slope, (side, side)), np.broadcast_to(slope[:, None], (side, side)),
                         np.full((side, side), 90, np.uint8)])
    pixels = composited(device, saved(tmp_path, PIL.Image.fromarray(picture))).astype(int)
    expected = np.interp((np.arange(48) + 0.5) / 48 * side - 0.5, np.arange(side), slope)
    assert np.abs(pixels[..., 0] - expected).max() <= 6
    assert np.abs(pixels[..., 1] - expected[:, None]).max() <= 6
    assert np.abs(pixels[..., 2] - 90).max() <= 1


def test_the_model_stands_in_front_of_the_picture(device: Device, tmp_path: Path) -> None:
    picture = np.random.default_rng(6).integers(0, 256, (48, 48, 3)).astype(np.uint8)
    front = np.zeros((48, 48, 4), np.uint8)
    front[:16] = (10, 20, 30, 255)
    front[16:32] = (40, 0, 0, 128)
    pixels = composited(device, saved(tmp_path, PIL.Image.fromarray(picture)), front=front)
    over = front[..., :3] + (1 - front[..., 3:] / 255) * picture
    assert np.abs(pixels - over).max() <= 1


def test_a_vignette_darkens_the_picture_as_it_does_a_colour(device: Device, tmp_path: Path) -> None:
    path = saved(tmp_path, PIL.Image.new("RGB", (60, 60), (200, 100, 50)))
    pictured = composited(device, path, Backdrop(image="picture", vignette=0.7))
    plain = composited(device, path, Backdrop("#c86432", vignette=0.7))
    np.testing.assert_array_equal(pictured, plain)
    assert pictured[0, 0].sum() < pictured[24, 24].sum() / 2


@pytest.mark.parametrize("size", [(48, 32), (50, 30)])
def test_video_frames_on_a_picture_equal_the_formula(device: Device, tmp_path: Path, size: tuple[int, int]) -> None:
    random = np.random.default_rng(8)
    picture = random.integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    front = random.integers(0, 256, (size[1], size[0], 4)).astype(np.uint8)
    front[..., :3] = np.minimum(front[..., :3], front[..., 3:])
    samples = SampleTarget(device, *size)
    images = OverlayImages(device, size, {"picture": saved(tmp_path, PIL.Image.fromarray(picture))})
    conversion = YuvPass(device, samples)
    samples.begin()
    samples.color.write(np.ascontiguousarray(front[::-1].repeat(2, axis=0).repeat(2, axis=1)))
    data = np.frombuffer(conversion.convert(SHOWN, images.behind(SHOWN)).read(), np.uint8).astype(np.float64)
    for owner in (conversion, images, samples):
        owner.release()
    pixels = size[0] * size[1]
    planes = np.split(data, [pixels, pixels * 5 // 4])
    expected = expected_planes(front[..., :3] + (1 - front[..., 3:] / 255) * picture)
    for plane, unrounded in zip(planes, expected, strict=True):
        difference = np.abs(plane.reshape(unrounded.shape) - unrounded)
        assert difference[:, 1:].max() <= 1  # at the left edge the filter may repeat half pixels
    assert np.abs(planes[0] - expected[0].ravel()).max() <= 1


def test_transparent_parts_show_the_colour_and_hide_their_own(tmp_path: Path) -> None:
    picture = np.zeros((48, 48, 4), np.uint8)
    picture[:, :24] = (255, 0, 0, 0)  # invisible red must not bleed into what can be seen
    picture[:, 24:] = (0, 0, 200, 128)
    path = saved(tmp_path, PIL.Image.fromarray(picture))
    pixels = on_colour(read_overlay(path, (24, 24), "center"), Backdrop("#00ff00")).astype(int)
    assert np.abs(pixels[:, :9] - (0, 255, 0)).max() <= 1
    assert np.abs(pixels[:, 15:] - (0, 127, 100)).max() <= 1
    assert pixels[..., 0].max() <= 1


@pytest.mark.parametrize(("kind", "tolerance"), [("PNG", 1), ("WEBP", 40), ("JPEG", 40)])
def test_png_webp_and_jpeg_are_read(tmp_path: Path, kind: str, tolerance: int) -> None:
    pixels = read_overlay(saved(tmp_path, striped(1), kind), (144, 48), "center")[..., :3].astype(int)
    for index, color in enumerate(STRIPES):
        assert np.abs(pixels[4:-4, index * 48 + 8 : index * 48 + 40] - color).max() <= tolerance


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "CMYK"])
def test_every_mode_of_pixels_becomes_what_it_shows(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        image = PIL.Image.fromarray(np.full((48, 48), 0x80FF, np.uint16))
    else:
        gray = PIL.Image.new("RGB", SIZE, (128, 128, 128) if mode != "1" else (255, 255, 255))
        image = gray.quantize(2) if mode == "P" else gray.convert(mode)
    pixels = read_overlay(saved(tmp_path, image, "JPEG" if mode == "CMYK" else "PNG"), SIZE, "center")
    assert np.abs(pixels[..., :3].astype(int) - (255 if mode == "1" else 128)).max() <= 2


UPRIGHT = {  # how a picture is to be turned to be stored under each orientation of EXIF 2.32, section 4.6.4
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_90,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_pictures_are_turned_upright(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = striped(0)
    upright.paste((255, 255, 255), (0, 0, 20, 40))  # white on the left of red tells mirror images apart
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "picture"
    upright.transpose(UPRIGHT[orientation]).save(path, kind, exif=exif)
    pixels = read_overlay(path, (40, 120), "center")[..., :3].astype(int)
    for (y, x), color in {(20, 10): (255, 255, 255), (20, 30): RED, (60, 20): GREEN, (100, 20): BLUE}.items():
        assert np.abs(pixels[y, x] - color).max() <= 40


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("part", [0.05, 0.5, 0.9])
def test_truncated_files_are_refused(tmp_path: Path, kind: str, part: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    data = encoded(PIL.Image.fromarray(noise), kind)
    with pytest.raises(PictureError, match="can't be decoded"):
        read_overlay(saved(tmp_path, data[: int(len(data) * part)]), SIZE, "center")


@pytest.mark.parametrize("data", [b"", b"GIF89a" + bytes(40), b"<svg xmlns='http://www.w3.org/2000/svg'/>", bytes(99)])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(PictureError, match="no image in one of the formats PNG, JPEG, WEBP"):
        read_overlay(saved(tmp_path, data), SIZE, "center")


@pytest.mark.parametrize(("width", "height"), [(65535, 65535), (8193, 1), (1, 8193)])
def test_a_picture_too_large_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    monkeypatch.setattr(PIL.Image.Image, "load", lambda image: pytest.fail("it is being decoded"))
    with pytest.raises(PictureError, match=f"is {width}x{height} pixels, and 8192 are allowed"):
        read_overlay(saved(tmp_path, png_header(width, height)), SIZE, "center")


def test_errors_name_the_setting_and_the_picture(device: Device, tmp_path: Path) -> None:
    images = OverlayImages(device, SIZE, {"broken": saved(tmp_path, b"no picture")})
    for name, message in (("broken", "image broken is no image"), ("other", "no {} image other")):
        with pytest.raises(SettingsError, match=message.format("background")) as error:
            images.behind(Backdrop(image=name))
        assert error.value.field == "bg_image_id"
        with pytest.raises(SettingsError, match=message.format("foreground")) as error:
            images.before(Foreground(name))
        assert error.value.field == "fg_image_id"


def test_each_picture_is_read_once_and_given_back(
    device: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []

    def counted(path: Path, size: tuple[int, int], align: str) -> UInt8:
        reads.append(align)
        return read_overlay(path, size, align)

    monkeypatch.setattr(overlays, "read_overlay", counted)
    before = live_objects()
    images = OverlayImages(device, SIZE, {"picture": saved(tmp_path, striped(0))})
    for _ in range(3):
        assert images.behind(SHOWN) is images.behind(Backdrop(image="picture", vignette=0.5))
        assert images.behind(Backdrop(image="picture", align="center")) is not images.behind(SHOWN)
        assert images.before(Foreground("picture")) is images.before(Foreground("picture"))
    assert sorted(reads) == ["center", "center", "top-left"]
    assert images.behind(Backdrop()) is images.before(None) is None
    images.release()
    assert live_objects() == before


@dataclasses.dataclass
class Layered:
    """A frame of noise that has a picture of noise before it, and what it must look like: (h, w, 4), 0..1."""

    samples: SampleTarget
    images: OverlayImages
    frame: npt.NDArray[np.float64]
    picture: npt.NDArray[np.float64]

    def over(self, backdrop: Backdrop) -> npt.NDArray[np.float64]:
        """(h, w, 3)."""
        shown = self.frame[..., :3] + (1 - self.frame[..., 3:]) * backdrop.rgb
        return self.picture[..., :3] + (1 - self.picture[..., 3:]) * shown

    @property
    def premultiplied(self) -> npt.NDArray[np.float64]:
        return self.picture + (1 - self.picture[..., 3:]) * self.frame


@pytest.fixture
def layered(device: Device, tmp_path: Path) -> Iterator[Layered]:
    random = np.random.default_rng(12)
    straight = random.integers(0, 256, (48, 48, 4)).astype(np.uint8)
    straight[:12, :, 3], straight[12:24, :, 3] = 0, 255
    frame = random.integers(0, 256, (48, 48, 4)).astype(np.uint8)
    frame[..., :3] = np.minimum(frame[..., :3], frame[..., 3:])
    frame[:, :6] = 0
    samples = SampleTarget(device, *SIZE)
    images = OverlayImages(device, SIZE, {"picture": saved(tmp_path, PIL.Image.fromarray(straight))})
    samples.begin()
    samples.color.write(np.ascontiguousarray(frame[::-1].repeat(2, axis=0).repeat(2, axis=1)))
    picture = straight / 255
    picture[..., :3] *= picture[..., 3:]
    yield Layered(samples, images, frame / 255, picture)
    images.release()
    samples.release()


FRONT = Foreground("picture")


def test_a_foreground_lies_over_the_model_and_what_is_behind_it(device: Device, layered: Layered) -> None:
    resolve, backdrop = ResolvePass(device, layered.samples), Backdrop("#3070b0")
    pixels = resolve.start_rgb(backdrop, foreground=layered.images.before(FRONT)).read()
    resolve.release()
    assert np.abs(pixels - layered.over(backdrop) * 255).max() <= 2  # rounded thrice, and noise
    opaque = layered.picture[..., 3] == 1
    np.testing.assert_array_equal(pixels[opaque], np.round(layered.picture[..., :3] * 255)[opaque])  # no noise


def test_a_foreground_lies_over_every_frame_of_a_video(device: Device, layered: Layered) -> None:
    conversion, backdrop = YuvPass(device, layered.samples), Backdrop("#3070b0")
    frame = conversion.convert(backdrop, foreground=layered.images.before(FRONT))
    data = np.frombuffer(frame.read(), np.uint8).astype(np.float64)
    conversion.release()
    expected = expected_planes(layered.over(backdrop) * 255)
    for plane, unrounded in zip(np.split(data, [48 * 48, 48 * 60]), expected, strict=True):
        assert np.abs(plane.reshape(unrounded.shape) - unrounded)[:, 1:].max() <= 2


def test_a_foreground_is_in_the_alpha_of_transparent_frames(device: Device, layered: Layered) -> None:
    conversion, resolve = YuvaPass(device, layered.samples), ResolvePass(device, layered.samples)
    front = layered.images.before(FRONT)
    planes = np.frombuffer(conversion.convert(front).read(), np.uint16).reshape(4, 48, 48)
    straight = resolve.start_straight(front).read()
    for owner in (conversion, resolve):
        owner.release()
    wanted = layered.premultiplied
    alpha = wanted[..., 3]
    assert np.abs(planes[3] - alpha * 1023).max() <= 1
    assert np.abs(straight[..., 3] - alpha * 255).max() <= 0.6
    visible = alpha > 0.25  # below, a colour of 8 bits that was multiplied by it is vague
    colour = wanted[visible, :3] / alpha[visible, None]
    assert np.abs(straight[visible, :3] - colour * 255).max() <= 3
    assert np.abs(planes[0][visible] - (64 + 876 * colour @ [0.2126, 0.7152, 0.0722])).max() <= 8
    assert (straight[alpha == 0] == 0).all()


def test_frames_without_a_foreground_have_straight_alpha_of_their_own(device: Device, layered: Layered) -> None:
    resolve = ResolvePass(device, layered.samples)
    straight = resolve.start_straight().read()
    resolve.release()
    alpha = layered.frame[..., 3]
    np.testing.assert_array_equal(straight[..., 3], np.round(alpha * 255))
    colour = layered.frame[..., :3] / np.maximum(alpha, 1e-9)[..., None] * 255
    assert np.abs(straight[..., :3] - colour).max() <= 0.51


@pytest.mark.parametrize("align", ["top-left", "bottom-right"])
def test_a_foreground_is_cropped_at_its_anchor(device: Device, tmp_path: Path, align: str) -> None:
    color = {"top-left": RED, "bottom-right": BLUE}[align]
    for axis in (0, 1):
        images = OverlayImages(device, SIZE, {"picture": saved(tmp_path, striped(axis))})
        texture = images.before(Foreground("picture", align))
        assert texture is not None
        pixels = np.frombuffer(texture.read(), np.uint8).reshape(48, 48, 4)
        images.release()
        assert np.abs(pixels[4:-4, 4:-4].astype(int) - (*color, 255)).max() <= 1

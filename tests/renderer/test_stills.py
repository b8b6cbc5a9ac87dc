"""Stills from model file to finished files: what is in them, and what the listener hears."""

import dataclasses
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from renderer.errors import Cancelled, SettingsError
from renderer.gl.context import Device
from renderer.render import render_video
from renderer.spec import Backdrop, Foreground, FrameSpec, ImageVariant, VideoVariant, parse_settings, plan_image
from renderer.stills import ImageFiles, render_images
from tests.renderer.load.glb_builder import triangle_builder
from tests.renderer.load.test_materials import MAPPINGS, with_variants
from tests.renderer.test_render import Recorder

WIDTH, HEIGHT = 160, 96
FRAMES = FrameSpec(WIDTH, HEIGHT, 1)
ORANGE, CORNER = (255, 136, 0), (0, 120, 220, 255)
ON_ORANGE = Backdrop("#ff8800")
VARIANTS = {
    "png": ImageVariant(ON_ORANGE),
    "webp": ImageVariant(ON_ORANGE, "webp"),
    "avif": ImageVariant(ON_ORANGE, "avif"),
    "clear-png": ImageVariant(ON_ORANGE, "png", transparent=True),
    "clear-webp": ImageVariant(ON_ORANGE, "webp", transparent=True),
    "clear-avif": ImageVariant(ON_ORANGE, "avif", transparent=True),
    "framed": ImageVariant(ON_ORANGE, "png", False, Foreground("corner", "top-left")),
    "clear-framed": ImageVariant(ON_ORANGE, "png", True, Foreground("corner", "top-left")),
}
LOSSLESS = ("png", "webp")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return triangle_builder().save(tmp_path_factory.mktemp("model"))


@dataclasses.dataclass(frozen=True)
class Made:
    files: dict[str, ImageFiles]
    heard: list[str]


@pytest.fixture(scope="module")
def made(opened_device: Device, model: Path, light_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder, listener = tmp_path_factory.mktemp("stills"), Recorder()
    picture = Image.new("RGBA", (WIDTH, HEIGHT))
    picture.paste(CORNER, (0, 0, 20, 20))
    picture.save(folder / "corner.png")
    files = render_images(
        model, FRAMES, VARIANTS, folder / "out", device=opened_device, cache_dir=light_cache, listener=listener,
        images={"corner": folder / "corner.png"},
    )
    return Made(files, listener.heard)


def pixels(path: Path, mode: str) -> npt.NDArray[np.int64]:
    with Image.open(path) as picture:
        assert picture.mode == mode
        assert picture.format == path.suffix[1:].upper()
        return np.asarray(picture).astype(np.int64)


def on_orange(picture: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """What any compositor makes of straight alpha, (h, w, 3); of a picture without alpha what it is."""
    alpha = picture[..., 3:] / 255 if picture.shape[2] == 4 else 1.0
    return np.asarray(picture[..., :3] * alpha + (1 - alpha) * np.array(ORANGE))


def test_each_variant_gets_its_files_in_its_folder(made: Made) -> None:
    for name, files in made.files.items():
        kind = VARIANTS[name].format
        folder = files.image.parent
        assert folder.name == name
        assert {path.name for path in folder.iterdir()} == {
            f"image.{kind}", f"thumb.{kind}", "poster.png", "poster_full.png"
        }


def test_the_listener_hears_of_one_frame_and_of_the_posters_before_the_files_are_made(made: Made) -> None:
    posters = [f"poster {name}" for name in VARIANTS]
    assert made.heard == ["loading", "model with 0 clips", "lighting", "drawing", "1/1", *posters, "encoding"]


def test_a_still_is_the_first_frame_of_a_video(
    made: Made, device: Device, model: Path, light_cache: Path, tmp_path: Path
) -> None:
    video = render_video(
        model, dataclasses.replace(FRAMES, frame_count=2), {"only": VideoVariant(ON_ORANGE)}, tmp_path,
        device=device, cache_dir=light_cache, listener=Recorder(),
    )  # fmt: skip
    poster = pixels(video["only"].poster_full, "RGB")
    assert len(np.unique(poster)) > 20  # there is something in it
    for name in LOSSLESS:
        np.testing.assert_array_equal(pixels(made.files[name].image, "RGB"), poster)
    assert np.abs(pixels(made.files["avif"].image, "RGB") - poster).mean() < 1.5


def test_a_transparent_still_has_straight_alpha_in_every_format(made: Made) -> None:
    poster = pixels(made.files["png"].poster_full, "RGB")
    exact = pixels(made.files["clear-png"].image, "RGBA")
    alpha = exact[..., 3]
    assert alpha[0, 0] == 0
    assert alpha.max() == 255
    assert ((alpha > 0) & (alpha < 255)).any()  # shadow and edges
    assert np.abs(on_orange(exact) - poster).max() <= 2
    np.testing.assert_array_equal(pixels(made.files["clear-webp"].image, "RGBA"), exact)
    lossy = pixels(made.files["clear-avif"].image, "RGBA")
    assert np.abs(lossy[..., 3] - alpha).mean() < 1
    assert np.abs(on_orange(lossy) - poster).mean() < 1.5


def test_posters_lie_on_the_backdrop_whether_the_still_does_or_not(made: Made) -> None:
    opaque, clear = made.files["png"], made.files["clear-png"]
    assert clear.poster_full.read_bytes() == opaque.poster_full.read_bytes()
    assert pixels(clear.poster, "RGB").shape == (HEIGHT // 4, WIDTH // 4, 3)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_thumbnail_is_the_still_at_a_quarter(made: Made, name: str) -> None:
    mode = "RGBA" if VARIANTS[name].transparent else "RGB"
    still, thumb = (on_orange(pixels(path, mode)) for path in (made.files[name].image, made.files[name].thumb))
    means = still.reshape(HEIGHT // 4, 4, WIDTH // 4, 4, 3).mean((1, 3))
    assert thumb.shape == means.shape
    assert np.abs(thumb - means).mean() < 3


def test_a_foreground_lies_over_stills_their_posters_and_their_alpha(made: Made) -> None:
    framed, clear = made.files["framed"], made.files["clear-framed"]
    for path in (framed.image, framed.poster_full, clear.poster_full):
        picture = pixels(path, "RGB")
        assert (picture[:18, :18] == CORNER[:3]).all()
        assert (picture[-5:, -5:] == ORANGE).all()
    straight = pixels(clear.image, "RGBA")
    assert (straight[:18, :18] == CORNER).all()
    np.testing.assert_array_equal(straight[24:], pixels(made.files["clear-png"].image, "RGBA")[24:])


def test_a_cancelled_still_leaves_nothing(device: Device, model: Path, light_cache: Path, tmp_path: Path) -> None:
    class Late(Recorder):
        def on_stage(self, stage: str) -> None:
            if stage == "encoding":
                raise Cancelled("the caller asked to stop")

    two = {name: VARIANTS[name] for name in ("png", "clear-webp")}
    with pytest.raises(Cancelled):
        render_images(model, FRAMES, two, tmp_path, device=device, cache_dir=light_cache, listener=Late())
    assert list(tmp_path.iterdir()) == []


def test_a_missing_foreground_is_named(device: Device, model: Path, light_cache: Path, tmp_path: Path) -> None:
    variants = {"framed": VARIANTS["framed"]}
    with pytest.raises(SettingsError, match="no foreground image corner") as caught:
        render_images(model, FRAMES, variants, tmp_path, device=device, cache_dir=light_cache, listener=Recorder())
    assert caught.value.field == "fg_image_id"
    assert list(tmp_path.iterdir()) == []


def colored_box() -> bytes:
    """A box with unlit sides: red and cyan in +X and -X, green and magenta in Y, blue and yellow in Z."""
    builder = triangle_builder()
    builder.document["meshes"] = [{"primitives": []}]
    for axis in range(3):
        for sign in (1, -1):
            corners = np.zeros((4, 3))
            corners[:, axis] = sign
            corners[:, (axis + 1) % 3] = [-1, 1, 1, -1]
            corners[:, (axis + 2) % 3] = np.array([-1, -1, 1, 1]) * sign
            color = [float(sign < 0)] * 3
            color[axis] = float(sign > 0)
            material = builder.add("materials", {
                "pbrMetallicRoughness": {"baseColorFactor": [*color, 1]}, "extensions": {"KHR_materials_unlit": {}},
            })
            builder.document["meshes"][0]["primitives"].append({
                "attributes": {"POSITION": builder.add_accessor(corners.tolist())}, "material": material,
                "indices": builder.add_accessor([0, 1, 2, 0, 2, 3], "uint16"),
            })
    return builder.glb()


@pytest.mark.parametrize(("camera", "seen"), [
    ("front", (0, 0, 255)), ("right", (255, 0, 0)), ("back", (255, 255, 0)), ("left", (0, 255, 255)),
    ("top", (0, 255, 0)), ("bottom", (255, 0, 255)),
])
def test_each_camera_sees_its_side(
    device: Device, light_cache: Path, tmp_path: Path, camera: str, seen: tuple[int, int, int]
) -> None:
    (tmp_path / "box.glb").write_bytes(colored_box())
    plan = plan_image(parse_settings({"output": "image", "camera": camera, "tone_mapping": "none"}))
    frames = dataclasses.replace(plan.frames, width=32, height=32)
    files = render_images(
        tmp_path / "box.glb", frames, {"only": plan.variant}, tmp_path / "out", device=device, cache_dir=light_cache,
        listener=Recorder(),
    )  # fmt: skip
    assert pixels(files["only"].image, "RGB")[16, 16].tolist() == pytest.approx(seen, abs=1)


def test_from_below_a_model_shows_neither_shadow_nor_reflection(
    device: Device, light_cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "box.glb").write_bytes(colored_box())
    transparent = {"output": "image", "camera": "bottom", "transparent": True, "reflector": True}
    pictures = []
    for shadows in (True, False):
        plan = plan_image(parse_settings({**transparent, "shadows": shadows}))
        frames = dataclasses.replace(plan.frames, width=64, height=36)
        files = render_images(
            tmp_path / "box.glb", frames, {"only": plan.variant}, tmp_path / str(shadows), device=device,
            cache_dir=light_cache, listener=Recorder(),
        )  # fmt: skip
        pictures.append(pixels(files["only"].image, "RGBA"))
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert set(np.unique(pictures[0][..., 3])) >= {0, 255}


def test_a_material_variant_is_shown_and_an_unknown_one_named(
    device: Device, light_cache: Path, tmp_path: Path
) -> None:
    builder = with_variants(MAPPINGS)
    for material, color in zip(builder.document["materials"], ([1, 1, 1, 1], [1, 0, 0, 1], [0, 0, 1, 1]), strict=True):
        material |= {"pbrMetallicRoughness": {"baseColorFactor": color}, "extensions": {"KHR_materials_unlit": {}}}
    model = builder.save(tmp_path)

    def middle(variant: str | None) -> list[int]:
        frames = dataclasses.replace(FRAMES, material_variant=variant, shadows=False, tone_mapping="none")
        files = render_images(
            model, frames, {"only": VARIANTS["clear-png"]}, tmp_path / str(variant), device=device,
            cache_dir=light_cache, listener=Recorder(),
        )  # fmt: skip
        straight = pixels(files["only"].image, "RGBA")
        color: list[int] = straight[straight[..., 3] == 255][:, :3].mean(axis=0).round().astype(int).tolist()
        return color

    assert [middle(variant) for variant in (None, "Red", "Blue")] == [[255, 255, 255], [255, 0, 0], [0, 0, 255]]
    with pytest.raises(SettingsError, match='no material variant "Green"; it has "Red", "Blue"') as caught:
        middle("Green")
    assert caught.value.field == "material_variant"

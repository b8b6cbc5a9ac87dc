"""KTX2 images decode to the colours that their blocks hold; what lies or breaks is left out with a warning."""

import re
from typing import Any

import numpy as np
import opengl_basisu
import pytest

from renderer.arrays import UInt8
from renderer.errors import ModelError, ModelTooLarge
from renderer.load import limits
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import Json, png, triangle_builder
from tests.renderer.load.ktx2_builder import COLORS, HEIGHT, WIDTH, ktx2


def with_image(data: bytes, **texture: Any) -> bytes:
    builder = triangle_builder(material=0)
    source = builder.add_image(data, "image/ktx2")
    index = builder.add("textures", {"extensions": {"KHR_texture_basisu": {"source": source}}} | texture)
    builder.add("materials", {"emissiveTexture": {"index": index}})
    builder.document["extensionsRequired"] = ["KHR_texture_basisu"]
    return builder.glb()


def test_blocks_become_pixels_with_the_first_row_on_top(load: Load) -> None:
    (image,) = load(with_image(ktx2())).images
    expected: UInt8 = np.repeat(np.repeat(np.array(COLORS, np.uint8).reshape(2, 2, 4), 4, axis=0), 4, axis=1)[:HEIGHT]
    np.testing.assert_array_equal(image.pixels, expected)
    assert image.pixels.dtype == np.uint8


def test_ktx2_comes_before_the_fallback(load: Load) -> None:
    builder = triangle_builder(material=0)
    sources = builder.add_image(png(3, 3)), builder.add_image(ktx2())
    extensions: Json = {"KHR_texture_basisu": {"source": sources[1]}}
    index = builder.add("textures", {"source": sources[0], "extensions": extensions})
    builder.add("materials", {"emissiveTexture": {"index": index}})
    (image,) = load(builder.glb()).images
    assert image.pixels.shape == (HEIGHT, WIDTH, 4)


@pytest.mark.parametrize(("data", "message"), [
    (ktx2()[:50], "can't be decoded: the KTX2 file is truncated"),
    (ktx2()[:-1], "can't be decoded: the KTX2 file is truncated"),
    (ktx2(descriptor_size=10**6), "can't be decoded: the KTX2 file is truncated"),
    (ktx2(pairs=2**32 - 1), "can't be decoded: the KTX2 file is truncated"),
    (ktx2(global_size=2**64 - 1), "can't be decoded: the KTX2 file is truncated"),
    (ktx2(form=37), "is a KTX2 image without Basis Universal"),
    (ktx2(packing=3), "supercompression 3"),
    (ktx2(width=0), "is not one plain 2D image"),
    (ktx2(height=0), "is not one plain 2D image"),
    (ktx2(depth=2), "is not one plain 2D image"),
    (ktx2(layers=2), "is not one plain 2D image"),
    (ktx2(faces=6), "is not one plain 2D image"),
    (ktx2(levels=2**32 - 1), "is not one plain 2D image"),
    (ktx2(width=64), "level 0 doesn't have the size of 64x6"),
    (ktx2(packing=2, index=((300, 64, 2**40),)), "level 0 doesn't have the size of 8x6"),
    (ktx2(packing=2), "can't be decoded"),
    (ktx2(packing=1), "can't be decoded"),
    (ktx2(model=163), "can't be decoded"),
    (ktx2(model=1), "can't be decoded"),
], ids=range(19))
def test_a_broken_or_unreadable_image_is_left_out_by_name(load: Load, data: bytes, message: str) -> None:
    scene = load(with_image(data))
    assert (scene.images, scene.materials[0].emissive_texture, scene.missing) == ([], None, 1)
    (warning,) = scene.warnings
    assert re.match(rf"a texture is left out: images\[0\] .*{message}", warning)


def test_the_size_is_limited_before_the_transcoder_runs(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opengl_basisu, "open", None)
    monkeypatch.setattr(limits, "TEXTURE_SIDE", 4)
    with pytest.raises(ModelTooLarge, match=r"images\[0\] is 8x6 pixels, and 4 are allowed per side"):
        load(with_image(ktx2()))
    monkeypatch.setattr(limits, "TEXTURE_SIDE", 8)
    monkeypatch.setattr(limits, "TEXTURE_BYTES", 255)
    with pytest.raises(ModelTooLarge, match="256 bytes of textures, and 255 are allowed"):
        load(with_image(ktx2()))


def test_no_change_of_an_image_breaks_the_loader(load: Load) -> None:
    whole, rng = ktx2(), np.random.default_rng(3)
    outcomes = set()
    for _ in range(150):
        data = bytearray(whole)
        for place in rng.integers(12, len(data), 2):
            data[place] = rng.choice((0, 1, 127, 255))
        try:
            scene = load(with_image(bytes(data)))
            outcomes.add(str([*scene.warnings, *(image.pixels.shape for image in scene.images)][0])[:33])
        except ModelError as error:
            outcomes.add(str(error)[:9])
    broken = "a texture is left out: images[0] "
    assert {f"({HEIGHT}, {WIDTH}, 4)", broken} <= outcomes
    assert all(outcome.startswith(("(", broken, "images[0]")) for outcome in outcomes)

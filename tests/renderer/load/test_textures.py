import concurrent.futures
import io
import re
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import PIL.Image
import pytest

from renderer.arrays import UInt8
from renderer.errors import InvalidModel, ModelTooLarge
from renderer.load import images, limits, textures
from renderer.scene.nodes import Sampler, TextureRef
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import GlbBuilder, Json, encoded, png, triangle_builder
from tests.support.cmyk import cmyk_profile
from tests.support.images import png_header, webp_header


def textured(builder: GlbBuilder, texture: Json, **info: object) -> bytes:
    """The triangle with `texture` as its base colour."""
    index = builder.add("textures", texture)
    builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": index} | info}})
    builder.document["meshes"][0]["primitives"][0]["material"] = 0
    return builder.glb()


def with_image(data: bytes) -> bytes:
    builder = triangle_builder()
    return textured(builder, {"source": builder.add_image(data)})


def pixels_of(load: Load, data: bytes) -> UInt8:
    (image,) = load(with_image(data)).images
    return image.pixels


def reference_of(load: Load, data: bytes) -> TextureRef:
    (material,) = load(data).materials
    assert material.base_color_texture is not None
    return material.base_color_texture


def gradient(mode: str) -> PIL.Image.Image:
    rgb = np.zeros((2, 3, 3), np.uint8)
    rgb[0], rgb[1] = (200, 100, 50), (20, 40, 60)
    return PIL.Image.fromarray(rgb).convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1"])
def test_every_png_mode_becomes_rgba_with_the_first_row_on_top(load: Load, mode: str) -> None:
    image = gradient(mode)
    pixels = pixels_of(load, encoded(image))
    np.testing.assert_array_equal(pixels, np.asarray(image.convert("RGBA")))
    assert pixels.shape == (2, 3, 4)
    assert pixels.dtype == np.uint8


def test_bands_of_a_large_image_meet_without_a_seam(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "BAND_PIXELS", 40)
    noise = np.random.default_rng(0).integers(0, 256, (23, 17, 4)).astype(np.uint8)
    np.testing.assert_array_equal(pixels_of(load, encoded(PIL.Image.fromarray(noise))), noise)


def test_a_16_bit_gray_png_keeps_its_high_byte(load: Load) -> None:
    image = PIL.Image.fromarray(np.array([[0, 255, 256, 32768, 65535]], np.uint16))
    assert pixels_of(load, encoded(image))[0].tolist() == [[v, v, v, 255] for v in (0, 0, 1, 128, 255)]


def test_a_16_bit_rgb_png_is_read(load: Load) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + struct.pack(">3H", 65535, 32768, 256)
    data = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")
    )
    assert pixels_of(load, data)[0, 0].tolist() == [255, 128, 1, 255]


def test_a_palette_with_transparency_keeps_it(load: Load) -> None:
    image = PIL.Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    stream = io.BytesIO()
    image.save(stream, "PNG", transparency=b"\x80\xff")
    assert pixels_of(load, stream.getvalue())[0].tolist() == [[255, 0, 0, 128], [0, 0, 255, 255]]


def test_a_colour_that_a_png_names_as_transparent_is(load: Load) -> None:
    image = PIL.Image.new("RGB", (2, 1), (255, 0, 0))
    image.putpixel((1, 0), (0, 0, 255))
    stream = io.BytesIO()
    image.save(stream, "PNG", transparency=(255, 0, 0))
    assert pixels_of(load, stream.getvalue())[0].tolist() == [[255, 0, 0, 0], [0, 0, 255, 255]]


@pytest.mark.parametrize(("mode", "kind"), [
    ("RGB", "JPEG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("RGBA", "WEBP"), ("RGB", "AVIF"),
])
def test_jpeg_webp_and_avif_are_read(load: Load, mode: str, kind: str) -> None:
    image = PIL.Image.new("RGB", (16, 16), (200, 100, 50)).convert(mode)
    pixels = pixels_of(load, encoded(image, kind))
    expected = np.asarray(image.convert("RGB").convert("RGBA"))
    np.testing.assert_allclose(pixels.astype(int), expected, atol=6)


def test_inks_have_the_colours_of_their_profile(load: Load) -> None:
    image = PIL.Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    for profile, expected in [(cmyk_profile(), (254, 0, 0)), (b"no profile" * 20, (0, 255, 255)), (b"", (0, 255, 255))]:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=100, icc_profile=profile)
        assert pixels_of(load, stream.getvalue())[8, 8, :3].tolist() == pytest.approx(expected, abs=10)


def test_each_image_is_decoded_once_and_only_if_it_is_used(load: Load) -> None:
    builder = triangle_builder(material=1)
    builder.add_image(b"not an image, but nothing shows it")
    used = builder.add_image(png())
    for _ in range(3):
        builder.add("textures", {"source": used})
    builder.add("textures", {"source": 0})
    builder.add("materials", {"emissiveTexture": {"index": 3}})
    roles = {"normalTexture": {"index": 0}, "occlusionTexture": {"index": 1}, "emissiveTexture": {"index": 2}}
    builder.add("materials", roles)
    scene = load(builder.glb())
    assert len(scene.images) == 1
    (material,) = scene.materials
    references = material.normal_texture, material.occlusion_texture, material.emissive_texture
    assert [r is not None and r.image for r in references] == [0, 0, 0]


@pytest.mark.parametrize("kind", ["webp", "avif"])
def test_the_image_of_an_extension_comes_before_the_fallback(load: Load, kind: str) -> None:
    builder = triangle_builder()
    fallback = builder.add_image(png(color=(255, 0, 0, 255)))
    blue = builder.add_image(encoded(PIL.Image.new("RGB", (4, 4), (0, 0, 255)), kind.upper()), f"image/{kind}")
    data = textured(builder, {"source": fallback, "extensions": {f"EXT_texture_{kind}": {"source": blue}}})
    (image,) = load(data).images
    assert image.pixels[0, 0, 2] > 240


def test_a_texture_without_a_readable_source_is_left_out_with_a_warning(load: Load) -> None:
    scene = load(textured(triangle_builder(), {"extensions": {"MSFT_texture_dds": {"source": 0}}}))
    assert scene.materials[0].base_color_texture is None
    assert scene.warnings == ["textures[0] has no image that this renderer reads, and is left out"]


def test_samplers_default_to_smooth_repeat_and_are_read_where_given(load: Load) -> None:
    builder = triangle_builder()
    assert reference_of(load, textured(builder, {"source": builder.add_image(png())})).sampler == Sampler()
    builder = triangle_builder()
    modes = {"magFilter": 9728, "minFilter": 9984, "wrapS": 33071, "wrapT": 33648}
    texture = {"source": builder.add_image(png()), "sampler": builder.add("samplers", modes)}
    assert reference_of(load, textured(builder, texture)).sampler == Sampler(9728, 9984, 33071, 33648)


@pytest.mark.parametrize(("key", "value"), [
    ("magFilter", 9987), ("minFilter", 1), ("wrapS", "REPEAT"), ("wrapT", 9728),
])
def test_a_sampler_with_an_unknown_mode_is_refused(load: Load, key: str, value: object) -> None:
    builder = triangle_builder()
    builder.add("samplers", {key: value})
    with pytest.raises(InvalidModel, match=rf"samplers\[0\].{key} must be one of"):
        load(builder.glb())


def test_a_texture_transform_scales_then_rotates_then_moves(load: Load) -> None:
    builder = triangle_builder()
    transform = {"offset": [0.25, 0.5], "rotation": np.pi / 2, "scale": [2, 3], "texCoord": 1}
    reference = reference_of(load, textured(
        builder, {"source": builder.add_image(png())}, texCoord=0, extensions={"KHR_texture_transform": transform},
    ))
    assert reference.texcoord == 1
    # counter-clockwise with v down: u turns towards -v, v towards u
    np.testing.assert_allclose(reference.transform @ (1, 0, 1), (0.25, 0.5 - 2, 1), atol=1e-6)
    np.testing.assert_allclose(reference.transform @ (0, 1, 1), (0.25 + 3, 0.5, 1), atol=1e-6)


@pytest.mark.parametrize(("width", "height"), [(65535, 65535), (20000, 10000), (1, 16385)])
def test_a_texture_over_the_side_limit_is_refused_by_its_header(load: Load, width: int, height: int) -> None:
    with pytest.raises(ModelTooLarge, match=rf"images\[0\] is {width}x{height} pixels, and 16384 are allowed"):
        load(with_image(png_header(width, height)))


def test_a_webp_of_a_few_bytes_is_the_models_fault(load: Load) -> None:
    with pytest.raises(ModelTooLarge, match=r"images\[0\] is 16385x2 pixels, and 16384 are allowed"):
        load(with_image(webp_header(b"VP8X", 16385, 2)))
    (warning,) = load(with_image(webp_header(b"VP8X", 16384, 16384))).warnings
    assert "images[0] can't be decoded: Image size (268435456 pixels)" in warning


def test_the_memory_of_all_textures_is_limited(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four bytes a pixel, and a third more for the mip levels."""
    monkeypatch.setattr(limits, "TEXTURE_BYTES", 500)
    says = r"images\[0\] brings the model to 586 bytes of textures, and 500 are allowed: make its images smaller"
    with pytest.raises(ModelTooLarge, match=says):
        load(with_image(png(11, 10)))


def test_large_images_are_decoded_one_by_one(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their decoders' memory comes on top of what they decode to."""
    monkeypatch.setattr(limits, "DECODING_PIXELS", 30)
    monkeypatch.setattr(textures, "usable_cores", lambda: 8)
    asked: list[int] = []

    class Pool(ThreadPoolExecutor):
        def __init__(self, threads: int) -> None:
            asked.append(threads)
            super().__init__(threads)

    monkeypatch.setattr(concurrent.futures, "ThreadPoolExecutor", Pool)
    for side in (4, 5, 6):
        load(with_image(png(side, 2)))
    for side in (5, 6):
        load(with_image(png(side, side)))
    assert asked == [3, 3, 2, 1, 1]


@pytest.mark.parametrize(("data", "message"), [
    (png(50, 50)[:60], r"images\[0\] can't be decoded"),
    (png_header(16000, 16000), r"images\[0\] can't be decoded"),
    (encoded(PIL.Image.new("RGB", (64, 64)), "JPEG")[:400], r"images\[0\] can't be decoded"),
    (encoded(PIL.Image.new("RGB", (64, 64)), "WEBP")[:30], r"images\[0\] can't be decoded"),
    (b"\x89PNG\r\n\x1a\n" + bytes(30), r"images\[0\] can't be decoded"),
    (b"\xff\xd8\xff" + bytes(30), r"images\[0\] can't be decoded"),
    (encoded(PIL.Image.new("RGB", (4, 4)), "BMP"), r"images\[0\] is neither a PNG, a JPEG, a WebP, an AVIF"),
    (b"\0\0\0\x20ftypavif" + bytes(30), r"images\[0\] can't be decoded"),
    (encoded(gradient("RGB"), "AVIF")[:200], r"images\[0\] can't be decoded"),
    (b"GIF89a", r"images\[0\] is neither"),
])
def test_an_image_that_does_not_decode_is_left_out_by_name(load: Load, data: bytes, message: str) -> None:
    scene = load(with_image(data))
    assert (scene.images, scene.materials[0].base_color_texture, scene.missing) == ([], None, 1)
    (warning,) = scene.warnings
    assert re.match(f"a texture is left out: {message}", warning)


def test_the_other_textures_of_a_material_are_shown_without_the_broken_one(load: Load) -> None:
    builder = triangle_builder(material=0)
    sources = [builder.add_image(data) for data in (png(50, 50)[:60], b"text", png(3, 3), png(7, 7))]
    broken, text, small, large = (builder.add("textures", {"source": source}) for source in sources)
    builder.add("materials", {
        "pbrMetallicRoughness": {"baseColorTexture": {"index": broken}}, "normalTexture": {"index": large},
        "occlusionTexture": {"index": text}, "extensions": {
            "KHR_materials_clearcoat": {
                "clearcoatFactor": 1, "clearcoatTexture": {"index": small}, "clearcoatRoughnessTexture": {"index": text}
            }
        },
    })  # fmt: skip
    scene = load(builder.glb())
    (material,) = scene.materials
    coat = material.clearcoat
    assert coat is not None
    assert material.normal_texture is not None
    assert coat.texture is not None
    assert scene.images[material.normal_texture.image].pixels.shape == (7, 7, 4)
    assert scene.images[coat.texture.image].pixels.shape == (3, 3, 4)
    assert (material.base_color_texture, material.occlusion_texture, coat.roughness_texture) == (None, None, None)
    assert scene.missing == 2


@pytest.mark.parametrize("texture", [{}, {"source": 0}], ids=["no image", "a broken image"])
def test_without_its_map_of_emission_nothing_glows(load: Load, texture: Json) -> None:
    """Its factor is white in most files: all of the model would be."""
    builder = triangle_builder(material=0)
    builder.add_image(b"text")
    index = builder.add("textures", texture)
    builder.add("materials", {"emissiveFactor": [1, 1, 1], "emissiveTexture": {"index": index}})
    scene = load(builder.glb())
    assert (scene.materials[0].emissive_factor, scene.materials[0].emissive_texture) == ((0, 0, 0), None)


def test_where_memory_is_short_a_model_is_not_drawn_without_its_textures(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(image: PIL.Image.Image) -> UInt8:
        raise MemoryError

    monkeypatch.setattr(textures, "rgba", fail)
    with pytest.raises(InvalidModel, match=r"images\[0\] can't be decoded: there is not enough memory for it"):
        load(with_image(png()))


@pytest.mark.parametrize(("names", "says"), [
    (("leaf.png", "Oak"), r'can.t be decoded: .* \(the image "leaf.png", baseColorTexture of the material "Oak"\)$'),
    (("", ""), r"\(image 0, baseColorTexture of material 0\)$"),
], ids=["named", "nameless"])
def test_the_material_that_shows_a_broken_image_is_named_too(load: Load, names: tuple[str, str], says: str) -> None:
    builder = triangle_builder()
    broken = builder.add_image(png(50, 50)[:60])
    builder.document["images"][broken]["name"] = names[0]
    textured(builder, {"source": broken})
    builder.document["materials"][0]["name"] = names[1]
    (warning,) = load(builder.glb()).warnings
    assert re.search(says, warning)


@pytest.mark.parametrize(("image", "message"), [
    ({}, "neither a uri nor a bufferView"), ({"bufferView": 99}, "images.0..bufferView must be an integer below"),
    ({"uri": 7}, "images.0..uri must be a string"),
])
def test_an_image_without_bytes_is_refused(load: Load, image: Json, message: str) -> None:
    builder = triangle_builder()
    with pytest.raises(InvalidModel, match=message):
        load(textured(builder, {"source": builder.add("images", image)}))

"""Colours of vertices, which AR viewers ignore, show in what they don't."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from renderer.arrays import Float64
from renderer.convert.usdz import atlas, colors
from renderer.convert.usdz.pictures import decoded_srgb
from renderer.scene.nodes import Primitive, Topology
from tests.renderer.convert.usdz.support import Made, gradient, make, picture, square
from tests.renderer.load.glb_builder import GlbBuilder, Json, encoded

COLORS = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.5, 0.5)]


def shown_at(made: Made, weights: tuple[float, float, float], name: str = "diffuseColor") -> Float64:
    """(triangles, 3 or 4): what a viewer filters out of the texture at a point of each triangle, given by the weights
    of its corners; linear RGB, and alpha."""
    surface = made.surface()
    attribute = made.meshes[0].GetPrim().GetAttribute(f"primvars:{surface.st(name)}")
    assert attribute.GetMetadata("interpolation") == "faceVarying"
    corners = np.array(attribute.Get(), np.float64).reshape(-1, 3, 2)
    pixels = surface.pixels(name)
    height, width = pixels.shape[:2]
    linear = np.dstack((decoded_srgb(pixels[..., :3]), pixels[..., 3:] / 255))
    found = []
    for s, t in np.einsum("k,tkc->tc", weights, corners):
        x, y = s * width - 0.5, (1 - t) * height - 0.5
        x0, y0 = int(np.floor(x + 1e-6)), int(np.floor(y + 1e-6))
        x1, y1 = min(x0 + 1, width - 1), min(y0 + 1, height - 1)
        a, b = x - x0, y - y0
        found.append((1 - b) * ((1 - a) * linear[y0, x0] + a * linear[y0, x1])
                     + b * ((1 - a) * linear[y1, x0] + a * linear[y1, x1]))
    return np.array(found)


def expected(made: Made, weights: tuple[float, float, float]) -> Float64:
    """The colours of vertices there, as glTF has them."""
    primitive = only_primitive(made)
    assert primitive.colors is not None
    blended: Float64 = np.einsum("k,tkc->tc", weights, primitive.colors[primitive.indices.reshape(-1, 3)])
    return blended


def only_primitive(made: Made) -> Primitive:
    ((primitive,),) = (mesh.primitives for mesh in made.scene.meshes)
    return primitive


@pytest.mark.parametrize(
    "weights", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.5, 0), (0.2, 0.3, 0.5), (1 / 3, 1 / 3, 1 / 3)]
)
def test_each_triangle_shades_from_corner_to_corner(tmp_path: Path, weights: tuple[float, float, float]) -> None:
    made = make(tmp_path, square({}, COLOR_0=COLORS))
    np.testing.assert_allclose(shown_at(made, weights), expected(made, weights)[:, :3], atol=0.04)


@pytest.mark.parametrize("step", [1, 1 << 20])
def test_squares_may_be_left_over_and_computed_in_any_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(atlas, "_TEXELS", step)
    builder = square({}, COLOR_0=COLORS)
    indices = builder.add_accessor((0, 1, 2, 0, 2, 3, 0, 1, 3, 1, 2, 3, 0, 3, 2), "uint16")
    builder.document["meshes"][0]["primitives"][0]["indices"] = indices
    made = make(tmp_path, builder)
    for weights in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.2, 0.3, 0.5)):
        np.testing.assert_allclose(shown_at(made, weights), expected(made, weights)[:, :3], atol=0.04)


def test_triangles_that_are_near_each_other_have_squares_near_each_other() -> None:
    rng = np.random.default_rng(1)
    low = rng.permutation([(x, y, 0.0) for x in range(32) for y in range(32)])  # in no order
    positions = (low[:, None] + np.array([(0, 0, 0), (0.5, 0, 0), (0, 0.5, 0)])).reshape(-1, 3).astype(np.float32)
    indices = np.arange(len(positions), dtype=np.uint32)
    layout = atlas.laid_out(Primitive(Topology.TRIANGLES, positions, indices, 0), 32, 8)
    places = np.empty((32, 32, 2))
    places[layout.cells[:, 1], layout.cells[:, 0]] = low[:, :2]
    assert len(np.unique(layout.cells, axis=0)) == 1024
    beside = np.linalg.norm(np.diff(places, axis=1), axis=2).mean()
    assert beside < 3  # at random it would be about 16


def test_a_factor_and_alpha_count_too(tmp_path: Path) -> None:
    rgba = [(*color, alpha) for color, alpha in zip(COLORS, (1.0, 0.5, 0.25, 0.0), strict=True)]
    material: Json = {"pbrMetallicRoughness": {"baseColorFactor": [0.5, 1, 1, 0.5]}, "alphaMode": "BLEND"}
    made = make(tmp_path, square(material, COLOR_0=rgba))
    middle = (0.25, 0.25, 0.5)
    np.testing.assert_allclose(
        shown_at(made, middle), expected(made, middle) * (0.5, 1, 1, 0.5), atol=0.01
    )
    assert made.surface().texture("opacity")[1] == "a"


def textured(colors_: object) -> GlbBuilder:
    """The square with colours over a gradient, of which glTF shows the product."""
    material: Json = {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}, "normalTexture": {"index": 1}}
    builder = square(material, COLOR_0=colors_)
    builder.add_texture(encoded(PIL.Image.fromarray(gradient(64)).convert("RGB")))
    builder.add_texture(picture(128, 128, 255))
    return builder


def test_a_texture_is_multiplied_by_the_colours_over_it(tmp_path: Path) -> None:
    made = make(tmp_path, textured(COLORS))
    weights = (0.3, 0.4, 0.3)
    primitive = only_primitive(made)
    uvs = np.einsum("k,tkc->tc", weights, primitive.texcoords[0][primitive.indices.reshape(-1, 3)])
    texels = decoded_srgb(gradient(64)[..., :3])
    under = np.array([texels[round(v * 64 - 0.5), round(u * 64 - 0.5)] for u, v in uvs])
    np.testing.assert_allclose(shown_at(made, weights), under * expected(made, weights)[:, :3], atol=0.02)
    assert (made.surface().st("diffuseColor"), made.surface().st("normal")) == ("st1", "st")


def test_colours_that_are_alike_go_into_the_factor(tmp_path: Path) -> None:
    half: Json = {"pbrMetallicRoughness": {"baseColorFactor": [0.5, 1, 1, 1]}}
    plain = make(tmp_path, square(half, COLOR_0=[(0.5, 0.5, 0.5)] * 4))
    assert plain.surface().value("diffuseColor") == (0.25, 0.5, 0.5)
    assert plain.files == {}
    white = make(tmp_path, textured([(1.0, 1.0, 1.0)] * 4))
    assert white.surface().st("diffuseColor") == "st"
    assert white.surface().pixels("diffuseColor").shape == (64, 64, 3)


def test_more_triangles_than_a_texture_holds_show_the_mean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colors, "SIDE", 2)
    made = make(tmp_path, square({}, COLOR_0=COLORS))
    assert made.surface().value("diffuseColor") == pytest.approx(np.mean(COLORS, axis=0), abs=1e-5)
    assert made.notes == ("the colours of vertices are too many for a texture, and their mean is shown",)

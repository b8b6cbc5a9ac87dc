"""A model's material variants are a set of variants of the USDZ's root."""

from pathlib import Path
from typing import Any

import pytest

from renderer.convert.usdz import variants
from tests.renderer.convert.usdz.support import UVS, Made, complaints, make, picture, square
from tests.renderer.load.glb_builder import GlbBuilder, Json


def plain(*color: float) -> Json:
    return {"pbrMetallicRoughness": {"baseColorFactor": [*color, 1.0]}}


def varied(names: list[str], *mappings: Json, materials: tuple[Json, ...] = ()) -> GlbBuilder:
    """A green square, whose further `materials` are numbered from 1."""
    builder = square(plain(0, 1, 0), TEXCOORD_1=[(u / 2, v / 2) for u, v in UVS])
    for material in materials:
        builder.add("materials", material)
    builder.document["extensions"] = {"KHR_materials_variants": {"variants": [{"name": name} for name in names]}}
    builder.document["extensionsUsed"] = ["KHR_materials_variants"]
    (mesh,) = builder.document["meshes"]
    mesh["primitives"][0]["extensions"] = {"KHR_materials_variants": {"mappings": list(mappings)}}
    return builder


def choices(made: Made) -> Any:
    return made.stage.GetDefaultPrim().GetVariantSet("materials")


def test_each_variant_binds_its_material_and_the_default_is_shown_first(tmp_path: Path) -> None:
    materials = (plain(1, 0, 0), plain(0, 0, 1) | {"doubleSided": True})
    mappings: list[Json] = [{"variants": [0, 2], "material": 1}, {"variants": [3], "material": 2}]
    made = make(tmp_path, varied(["red one", "", "red one", "blue"], *mappings, materials=materials))
    found = choices(made)
    assert found.GetVariantSelection() == "Default"
    shown = {}
    for name in found.GetVariantNames():
        found.SetVariantSelection(name)
        shown[name] = made.surface().value("diffuseColor"), made.meshes[0].GetDoubleSidedAttr().Get()
        assert complaints(made.stage) == []
    green, red, blue = ((0, 1, 0), False), ((1, 0, 0), False), ((0, 0, 1), True)
    assert shown == {"Default": green, "red_one": red, "Variant": green, "red_one_2": red, "blue": blue}


def test_a_variants_textures_lie_by_their_own_coordinates(tmp_path: Path) -> None:
    textured: Json = {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0, "texCoord": 1}}}
    builder = varied(["checked"], {"variants": [0], "material": 1}, materials=(textured,))
    builder.add_texture(picture(10, 200, 30))
    made = make(tmp_path, builder)
    choices(made).SetVariantSelection("checked")
    assert made.surface().pixels("diffuseColor")[0, 0].tolist() == [10, 200, 30]
    st = made.meshes[0].GetPrim().GetAttribute("primvars:st").Get()
    assert [tuple(pair) for pair in st] == [(u / 2, 1 - v / 2) for u, v in UVS]


def test_of_very_many_variants_there_are_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "_MOST", 2)
    made = make(tmp_path, varied(["a", "b", "c"], {"variants": [2], "material": 0}))
    assert sorted(choices(made).GetVariantNames()) == ["Default", "a", "b"]
    assert "of the 3 variants, it has the first 2" in made.notes


def test_a_model_whose_variants_cant_be_read_is_written_without_them(tmp_path: Path) -> None:
    broken: Json = {"pbrMetallicRoughness": {"baseColorTexture": {"index": 9}}}
    made = make(tmp_path, varied(["broken"], {"variants": [0], "material": 1}, materials=(broken,)))
    assert not choices(made).GetVariantNames()
    assert [note.split(":")[0] for note in made.notes] == ["the variants are left out"]
    assert made.surface().value("diffuseColor") == (0, 1, 0)

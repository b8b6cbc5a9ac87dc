"""Hostile inputs are the same ones every time, and begin with files that are sound."""

import random
from pathlib import Path

import pytest

from renderer.load import load_model
from renderer.panoramas import read_panorama
from tests.hostile import bases
from tests.hostile.bombs.table import BOMBS
from tests.hostile.cases import OVERLAYS, SHARES, case, cases
from tests.hostile.mutate import containers, documents
from tests.renderer.load.glb_builder import make_zip

LARGEST = 20 << 20


def sound_models() -> dict[str, bytes]:
    document, beside = bases.loose_gltf()
    several = {"glb": [bases.glb_parts()], "draco": bases.draco_parts(), "meshopt": bases.meshopt_parts(),
               "layered": [bases.parts_of(bases.layered(random.Random(seed))) for seed in range(8)]}  # fmt: skip
    models = {
        f"{kind}-{number}": containers.glb(random.Random(0), documents.text_of(each.document), each.binary, lie=False)
        for kind, parts in several.items() for number, each in enumerate(parts)
    }  # fmt: skip
    for kind in ("png", "jpeg", "webp", "avif", "ktx2"):
        models |= {f"{kind}-{number}": bases.textured(data, kind) for number, data in enumerate(bases.pictures(kind))}
    files = {**beside, "model.gltf": documents.text_of(document)}
    models["gltf-zip"] = containers.zip_archive(random.Random(0), files, lie=False)
    models |= {f"mesh-zip-{n}": make_zip({name: data}) for n, (name, data) in enumerate(bases.MESHES)}
    return models | {"obj-zip": make_zip(bases.SCAN)}


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in sound_models().items()])
def test_the_models_to_be_changed_are_sound(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model"
    path.write_bytes(data)
    assert load_model(path).warnings == []


@pytest.mark.parametrize("kind", ["hdr", "exr"])
def test_the_panoramas_to_be_changed_are_sound(tmp_path: Path, kind: str) -> None:
    for data in bases.pictures(kind):
        path = tmp_path / "panorama"
        path.write_bytes(data)
        assert read_panorama(path).size == (bases.WIDTH, bases.HEIGHT)


def test_a_seed_makes_the_same_inputs_each_time() -> None:
    found = list(cases(3, 100))
    assert found == list(cases(3, 100))
    assert {each.kind for each in found} == set(SHARES)
    assert len({each.name for each in found}) == 100


@pytest.mark.parametrize("kind", SHARES)
def test_each_input_of_a_kind_is_another_one_and_small(kind: str) -> None:
    found = [case(3, kind, number).data for number in range(20)]
    assert len(set(found)) >= 15
    assert max(map(len, found)) < LARGEST
    assert case(4, kind, 0).data != found[0]


def test_kinds_of_pictures_come_as_overlays() -> None:
    assert {case(1, kind, 0).way for kind in OVERLAYS} == {"background", "environment"}


def test_there_are_two_hundred_bombs_with_names_of_their_own() -> None:
    assert len(BOMBS) == 200
    assert len({bomb.name for bomb in BOMBS}) == 200

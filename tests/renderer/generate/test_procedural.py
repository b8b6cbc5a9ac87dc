"""The engine without weights: GLBs and pictures of prompts, what their metadata say, and what is refused."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.checkpoints import at_checkpoints
from renderer.errors import Cancelled, EngineRejected, EngineUnavailable
from renderer.generate.engines import text_to_image, text_to_mesh
from renderer.generate.procedural import MAX_PROMPT, MOST_TRIANGLES, ProceduralEngine
from renderer.generate.prompts import nearest
from renderer.generate.protocols import Context, MeshOptions, MeshResult
from renderer.gl.context import Device, open_device
from renderer.gltf.glb import read_own_glb
from renderer.inspect import inspect_model
from renderer.load import load_model
from renderer.optimise.available import available
from tests.support import gltf_validator

COLORS = MeshOptions(7, texture=False)


@pytest.fixture
def context(tmp_path: Path, light_cache: Path) -> Context:
    return Context(tmp_path, lambda: open_device("software"), light_cache)


def mesh(prompt: str, context: Context, options: MeshOptions = COLORS) -> MeshResult:
    return ProceduralEngine().mesh_of_text(prompt, options, context)


def materials(made: MeshResult, folder: Path) -> dict[str, str]:
    """The name of each node's first material."""
    (folder / "read.glb").write_bytes(made.glb)
    length = int.from_bytes(made.glb[12:16], "little")
    document = json.loads(made.glb[20 : 20 + length])
    return {
        node["name"]: document["materials"][document["meshes"][node["mesh"]]["primitives"][0]["material"]]["name"]
        for node in document["nodes"] if "mesh" in node
    }


def test_a_mesh_has_its_metadata_in_the_file_and_beside_it(context: Context) -> None:
    made = mesh("a blue wooden chair with steel legs for gnomes", context)
    assert made.metadata == {
        "engine": "procedural", "prompt": "a blue wooden chair with steel legs for gnomes", "seed": 7,
        "triangles": made.metadata["triangles"], "match": ["chair"], "how": "word", "confidence": 1.0,
        "understood": {"colors": ["#1f5fbf"], "materials": ["wooden", "steel"]}, "notUnderstood": ["gnomes"],
    }
    length = int.from_bytes(made.glb[12:16], "little")
    assert json.loads(made.glb[20 : 20 + length])["asset"]["extras"] == made.metadata


def test_a_mesh_is_valid_stands_on_the_ground_and_has_the_triangles_that_are_told(context: Context) -> None:
    made = mesh("a small oak stool", context, MeshOptions(7, "low"))
    path = context.folder / "made.glb"
    path.write_bytes(made.glb)
    assert gltf_validator.issues(path)["numErrors"] == 0
    found = inspect_model(load_model(path))
    assert found.triangles == made.metadata["triangles"]
    assert found.low[1] == pytest.approx(0, abs=1e-6)
    assert 0.2 < found.high[1] < 0.6


def test_equal_arguments_give_equal_bytes(context: Context, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Context(tmp_path_factory.mktemp("other"), context.open_device)
    options = MeshOptions(3, "low")
    prompt = "a tiny teapot on a striped stool"
    assert mesh(prompt, context, options).glb == mesh(prompt, other, options).glb


def test_parts_have_the_materials_that_are_said_of_them(context: Context) -> None:
    found = materials(mesh("a marble table with copper legs", context), context.folder)
    assert found["top"] == "marble"
    assert found["legs"] == "copper"


def test_a_style_changes_what_nothing_is_said_of(context: Context) -> None:
    found = materials(mesh("a rustic table with copper legs", context), context.folder)
    assert found["top"] == "planks"
    assert found["legs"] == "copper"


def test_features_are_counted(context: Context) -> None:
    triangles = [mesh(f"a cake with {count} candles", context).metadata["triangles"] for count in ("one", "3", "five")]
    plain = mesh("a cake", context).metadata["triangles"]
    assert [count - plain for count in triangles] == [(triangles[0] - plain) * times for times in (1, 3, 5)]


def test_a_pair_is_two_of_a_thing_but_where_the_thing_is_a_pair(context: Context) -> None:
    triangles = [
        mesh(prompt, context).metadata["triangles"]
        for prompt in ("a stool", "a pair of stools", "headphones", "a pair of headphones")
    ]
    assert triangles[1] == 2 * triangles[0]
    assert triangles[3] == triangles[2]


def test_colourful_copies_have_a_colour_each(context: Context) -> None:
    made = mesh("three colorful balloons", context)
    length = int.from_bytes(made.glb[12:16], "little")
    document = json.loads(made.glb[20 : 20 + length])
    colors = {tuple(each["pbrMetallicRoughness"]["baseColorFactor"]) for each in document["materials"]}
    assert len(colors) >= 3


def test_things_together_keep_their_parts_apart(context: Context) -> None:
    made = mesh("a red mug on a walnut table", context)
    assert made.metadata["match"] == ["mug", "table"]
    found = materials(made, context.folder)
    assert found["table top"] == "walnut"
    assert found["body"] != "walnut"


@pytest.mark.skipif(not nearest.installed(), reason="the extra `generate` is not installed")
@pytest.mark.skipif(not available()[0], reason=available()[1])
def test_things_together_have_sixty_thousand_triangles_at_most(context: Context) -> None:
    made = mesh("a cat on a castle", context)
    assert made.metadata["match"] == ["cat", "castle"]
    path = context.folder / "thin.glb"
    path.write_bytes(made.glb)
    assert inspect_model(load_model(path)).triangles == made.metadata["triangles"]
    assert 0.99 * MOST_TRIANGLES < made.metadata["triangles"] <= MOST_TRIANGLES
    assert read_own_glb(path)[0]["asset"]["extras"] == made.metadata


def test_a_noun_that_is_not_in_the_library_is_the_nearest_that_is(context: Context) -> None:
    made = mesh("a golden saxophone", context)
    assert made.metadata["match"] == ["guitar"]
    assert made.metadata["how"] == "nearest"
    assert nearest.LEAST_SIMILARITY < made.metadata["confidence"] < 1


def test_what_nothing_is_near_to_is_an_abstract_form(context: Context) -> None:
    made = mesh("a case of justice", context)
    assert made.metadata["match"] == ["sculpture"]
    assert (made.metadata["how"], made.metadata["confidence"]) == ("none", 0.0)


def test_without_the_embeddings_words_alone_count(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "installed", lambda: False)
    for module in nearest.PACKAGES:
        monkeypatch.setitem(sys.modules, module, None)
    assert mesh("a red chair", context).metadata["match"] == ["chair"]
    assert mesh("a golden saxophone", context).metadata["how"] == "none"


def test_a_picture_shows_the_thing_before_a_plain_background(context: Context, device: Device) -> None:
    made = ProceduralEngine().picture("a red ball", 7, 96, context)
    with Image.open(io.BytesIO(made.jpeg)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("JPEG", (96, 96), "RGB")
        pixels = np.asarray(picture).astype(int)
    red, green, _ = pixels[48, 48]
    assert red > green + 80
    assert np.ptp(pixels[:12, :12], axis=(0, 1)).max() < 12
    assert made.metadata["match"] == ["ball"]


@pytest.mark.parametrize("prompt", [
    "", " \n ", "x" * (MAX_PROMPT + 1), "a \x07 chair", "a \x00chair", "a \ud800 chair",
])  # fmt: skip
def test_what_is_no_prompt_is_rejected(prompt: str, context: Context) -> None:
    with pytest.raises(EngineRejected, match=r"characters"):
        mesh(prompt, context)


def test_lines_and_the_longest_prompt_are_read(context: Context) -> None:
    assert mesh("a\tred\r\nstool", context).metadata["match"] == ["stool"]
    assert mesh("a stool " + "x" * (MAX_PROMPT - 8), context).metadata["match"] == ["stool"]


def test_it_can_be_stopped(context: Context) -> None:
    def stop() -> None:
        raise Cancelled("stopped")

    with at_checkpoints(stop), pytest.raises(Cancelled):
        mesh("a red chair", context)


def test_engines_are_found_by_what_they_do_and_by_name() -> None:
    for engine in (text_to_mesh("procedural"), text_to_image("procedural")):
        assert engine.name == "procedural"
        assert engine.available() == (True, "")
    with pytest.raises(EngineUnavailable, match='No engine "dreams" makes models of text; there are procedural'):
        text_to_mesh("dreams")

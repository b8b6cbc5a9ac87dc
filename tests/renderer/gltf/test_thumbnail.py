"""A thumbnail in a GLB changes nothing else of it, and is where glTF 2.1 has it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderer.encode.png import png
from renderer.gltf.thumbnail import CHUNK_BYTES, HEADER_BYTES, CannotHold, embed, json_bytes
from renderer.load import load_model
from tests.renderer.load.glb_builder import make_glb, triangle_builder
from tests.support.gltf_validator import issues

PNG = png(np.zeros((2, 4, 3), np.uint8))


def beginning(glb: bytes) -> bytes:
    return glb[: HEADER_BYTES + json_bytes(glb) + CHUNK_BYTES]


def with_thumbnail(glb: bytes, picture: bytes = PNG) -> bytes:
    made = embed(beginning(glb), len(glb), len(picture), "image/png")
    first, last = made.binary
    whole = made.head + glb[first:last] + picture + bytes(made.padding) + glb[made.rest :]
    assert len(whole) == made.size
    return whole


def parts(glb: bytes) -> tuple[str, dict[str, Any], bytes]:
    """The JSON as text and read, and the binary part."""
    end = HEADER_BYTES + json_bytes(glb)
    text = glb[HEADER_BYTES:end].decode()
    size = int.from_bytes(glb[end : end + 4], "little")
    return text, json.loads(text), glb[end + 8 : end + 8 + size]


SPELLINGS = (
    b'{"asset":{"version":"2.0","extras":{"mass":1.50,"big":1e2}},"buffers":[{"byteLength":7}],\n "bufferViews" : [ ]}',
    b'{ "buffers" : [ { "extras":[1.0, {"a": "}"}], "byteLength" : 7 }, {"byteLength":3,"uri":"x"} ] , '
    b'"asset":{"version":"2.0","thumbnail": 5}, "images":[{"uri":"data:,"}], '
    b'"bufferViews":[{"buffer":0,"byteLength":7}]}  ',
)


@pytest.mark.parametrize("text", SPELLINGS)
def test_all_but_what_is_added_stays_as_it_is_spelled(text: bytes) -> None:
    old, made = make_glb(text, b"the bin"), with_thumbnail(make_glb(text, b"the bin"))
    before, document, _ = parts(old)
    after, found, binary = parts(made)
    index = found["asset"].pop("thumbnail")
    image = found["images"].pop()
    view = found["bufferViews"].pop()
    assert index == len(found["images"])
    assert image == {"bufferView": len(found["bufferViews"]), "mimeType": "image/png", "name": "thumbnail"}
    assert view.pop("buffer") == 0
    assert binary[: view["byteOffset"]] == b"the bin\0"
    assert binary[view["byteOffset"] :][: view["byteLength"]] == PNG
    assert found["buffers"][0].pop("byteLength") == view["byteOffset"] + len(PNG)
    document["asset"].pop("thumbnail", None)
    document["buffers"][0].pop("byteLength")
    for each in (found, document):
        for name in ("images", "bufferViews"):
            each.setdefault(name, [])
    assert found == document
    for spelled in ("1.50", "1e2", "\n ", "[1.0, "):
        assert (spelled in after) == (spelled in before)
    assert len(made) % 4 == 0


def test_the_model_is_loaded_as_before_and_the_validator_finds_nothing_but_the_new_form(tmp_path: Path) -> None:
    old = triangle_builder().save(tmp_path).read_bytes()
    new = tmp_path / "new.glb"
    new.write_bytes(with_thumbnail(old))
    found = {(each["code"], each["pointer"]) for each in issues(new)["messages"]}
    mesh = {each for each in found if each[1].startswith("/meshes")}  # the test's own, which names no bounds
    assert found - mesh == {("UNEXPECTED_PROPERTY", "/asset/thumbnail"), ("UNUSED_OBJECT", "/images/0")}
    assert load_model(new).contents == load_model(tmp_path / "model.glb").contents
    assert parts(new.read_bytes())[2].startswith(parts(old)[2])


def test_a_file_without_a_buffer_gets_one() -> None:
    made = with_thumbnail(make_glb(b'{"asset":{"version":"2.0"}}'))
    _, document, binary = parts(made)
    assert document["buffers"] == [{"byteLength": len(PNG)}]
    assert binary[: len(PNG)] == PNG


@pytest.mark.parametrize(
    ("glb", "why"),
    [
        (b"short", "no GLB"),
        (b"glTF" + bytes(20), "version 2"),
        (make_glb(b"not JSON"), "can't be read"),
        (make_glb(b"[" * 5000), "can't be read"),
        (make_glb(b"[]"), "no glTF"),
        (make_glb(b'{"asset":[]}'), "no glTF"),
        (make_glb(b'{"asset":{},"images":{}}'), "no glTF"),
        (make_glb(b'{"asset":{},"buffers":[3]}', b"bin"), "not in its binary part"),
        (make_glb(b'{"asset":{},"buffers":[{"uri":"data:,"}]}'), "not in its binary part"),
        (make_glb(b'{"asset":{}}', b"bin"), "no buffer's"),
        (make_glb(b'{"asset":{},"buffers":[{}]}', b"binary")[:-4], "cut off"),
        (b"glTF\2\0\0\0\0\0\0\0\xff\xff\xff\xffJSON", "longer than 16 MB"),
    ],
)
def test_what_can_hold_none_says_why(glb: bytes, why: str) -> None:
    with pytest.raises(CannotHold, match=why):
        embed(glb[: HEADER_BYTES + json_bytes(glb) + CHUNK_BYTES], len(glb), len(PNG), "image/png")

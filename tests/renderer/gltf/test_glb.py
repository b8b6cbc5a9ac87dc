"""The GLB container: sizes, padding, and what JSON can't hold."""

import json
import struct
from pathlib import Path

import pytest

from renderer.gltf.glb import write_glb


@pytest.mark.parametrize("pieces", [[b"1234"], [b"12345", memoryview(b"67"), bytearray(b"")], [b"1"]])
def test_a_file_says_its_sizes_and_is_padded(tmp_path: Path, pieces: list[bytes]) -> None:
    path = tmp_path / "a.glb"
    write_glb(path, {"asset": {"version": "2.0"}, "extras": "é"}, pieces)
    data = path.read_bytes()
    magic, version, length, text, kind = struct.unpack_from("<4sIII4s", data)
    assert (magic, version, length, kind) == (b"glTF", 2, len(data), b"JSON")
    assert json.loads(data[20 : 20 + text])["extras"] == "é"
    size, kind = struct.unpack_from("<I4s", data, 20 + text)
    whole = b"".join(pieces)
    assert (text % 4, size % 4, kind) == (0, 0, b"BIN\0")
    assert data[28 + text :] == whole.ljust(size, b"\0")


def test_without_data_there_is_no_binary_chunk(tmp_path: Path) -> None:
    path = tmp_path / "a.glb"
    write_glb(path, {"asset": {"version": "2.0"}}, [])
    data = path.read_bytes()
    assert len(data) == 20 + struct.unpack_from("<I", data, 12)[0]


def test_a_number_that_json_cannot_hold_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.glb"
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_glb(path, {"extras": float("nan")}, [b"1234"])
    assert not path.exists()

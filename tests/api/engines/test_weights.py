"""`pirouette engines`: what it lists, and weights fetched from a server on loopback, by consent and by their hashes."""

import asyncio
import hashlib
import importlib.util
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.engines import weights
from api.engines.weights import File, Weights
from tests.support.origin import Origin, answer

CONFIG, CHECKPOINT = b"radius: 1", bytes(range(256)) * 40


def published(name: str, data: bytes) -> File:
    return File(name, len(data), hashlib.sha256(data).hexdigest())


@pytest.fixture(autouse=True)
def _small(origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = published("config.yaml", CONFIG), published("model.ckpt", CHECKPOINT)
    monkeypatch.setitem(weights.KNOWN, "triposr", Weights("triposr", "TripoSR", "MIT", f"{origin.url}/v1/", files))
    monkeypatch.setenv("PIROUETTE_DATA_DIR", str(tmp_path))
    origin.answers |= {"/v1/config.yaml": answer(CONFIG), "/v1/model.ckpt": answer(CHECKPOINT)}


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["engines", *arguments], input=typed)


def folder(tmp_path: Path) -> Path:
    return tmp_path / "engines" / "triposr"


def test_nothing_is_fetched_before_size_licence_and_hash_are_shown_and_allowed(origin: Origin, tmp_path: Path) -> None:
    result = run("install", "triposr", typed="n\n")
    assert result.exit_code == 1
    for shown in ("MIT", "10,240 bytes", published("", CHECKPOINT).sha256, f"{origin.url}/v1/", str(folder(tmp_path))):
        assert shown in result.stdout
    assert origin.requests == []
    assert not folder(tmp_path).exists()


def test_weights_are_fetched_into_their_folder(tmp_path: Path) -> None:
    result = run("install", "triposr", typed="y\n")
    assert result.exit_code == 0, result.output
    assert {path.name: path.read_bytes() for path in folder(tmp_path).iterdir()} == {
        "config.yaml": CONFIG, "model.ckpt": CHECKPOINT
    }  # fmt: skip
    assert [path.name for path in folder(tmp_path).parent.iterdir()] == ["triposr"]


def test_another_file_is_not_put_in_place(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/v1/model.ckpt"] = answer(CHECKPOINT[:-1] + b"!")
    result = run("install", "triposr", "--yes")
    assert (result.exit_code, "SHA-256 differs" in result.output) == (1, True)
    assert not folder(tmp_path).exists()
    origin.answers["/v1/model.ckpt"] = answer(CHECKPOINT)
    assert run("install", "triposr", "--yes").exit_code == 0


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_download_that_broke_off_goes_on(origin: Origin, tmp_path: Path, knows_ranges: bool) -> None:
    async def breaks_off(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10240\r\n\r\n" + CHECKPOINT[:4000])
        await writer.drain()

    origin.answers["/v1/model.ckpt"] = breaks_off
    result = run("install", "triposr", "--yes")
    assert (result.exit_code, "could not be fetched" in result.output) == (1, True)
    rest = answer(CHECKPOINT[4000:], status="206 Partial Content") if knows_ranges else answer(CHECKPOINT)
    origin.answers["/v1/model.ckpt"] = rest
    assert run("install", "triposr", "--yes").exit_code == 0
    assert "Range: bytes=4000-" in origin.requests[-1]
    assert (folder(tmp_path) / "model.ckpt").read_bytes() == CHECKPOINT


def test_a_server_without_the_files_is_told(origin: Origin) -> None:
    result = run("install", "triposr", "--yes", "--from", f"{origin.url}/elsewhere")
    assert result.exit_code == 1
    assert f"Error: {origin.url}/elsewhere could not be fetched" in result.output


def test_engines_are_listed_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PIROUETTE_IMAGE_KEY", "xai-hunter2")
    monkeypatch.setenv("PIROUETTE_MESH_ENGINE", "hosted")
    found = {(each["name"], each["makes"]): each for each in map(json.loads, run("--json").stdout.splitlines())}
    assert {key for key, each in found.items() if each["chosen"]} == {("xai", "pictures"), ("hosted", "models")}
    assert {key for key, each in found.items() if each["available"]} == {
        ("procedural", "pictures"), ("procedural", "models"), ("xai", "pictures"), ("openai", "pictures")
    }  # fmt: skip
    assert found["hosted", "models"]["reason"] == "set PIROUETTE_MESH_URL to where pictures are to be sent"
    assert "pip install 'pirouette[triposr]'" in found["triposr", "models"]["reason"]
    shown = run().stdout
    assert "* xai         pictures  ready\n" in shown
    assert "hunter2" not in shown

"""`pirouette submit` and `pirouette batch` against a real farm."""

import json
from pathlib import Path
from typing import Any

import PIL.Image

from tests.integration.support import SETTINGS, Customer, probe
from tests.renderer.load.glb_builder import triangle_builder
from tests.renderer.test_bad_models import CASES
from tests.support.farm import Farm, pirouette


def table(*rows: dict[str, Any]) -> str:
    """CSV, for values without commas."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return "\n".join([",".join(columns), *(",".join(str(row.get(name, "")) for name in columns) for row in rows), ""])


def files(folder: Path, *names: str) -> set[Path]:
    return {folder / f"{name}{suffix}" for name in names for suffix in (".mp4", ".web.mp4", ".png", ".thumb.mp4")}


def made(folder: Path) -> set[Path]:
    return {path for path in folder.iterdir() if path.is_file()}


def test_models_are_submitted_and_then_batched_with_others(
    farm: Farm, customer: Customer, box: Path, tmp_path: Path
) -> None:
    environment = {"PIROUETTE_URL": farm.url, "PIROUETTE_TOKEN": customer.token}
    credits = customer.client.account().credits
    triangle = triangle_builder().save(tmp_path, "triangle.glb")
    out = tmp_path / "submitted"
    done = pirouette(
        "submit", str(box), str(triangle), "--settings", json.dumps(SETTINGS), "-o", str(out), environment=environment
    )
    assert done.returncode == 0, done.stderr
    assert {Path(line) for line in done.stdout.splitlines()} == made(out) == files(out, "box", "triangle")
    assert probe(out / "box.mp4") == (540, 540, 90)
    assert f"2 renders cost 2 of {credits} credits" in done.stderr
    assert f"Credits left: {credits - 2}" in done.stderr
    (tmp_path / "bad.glb").write_bytes(CASES["truncated"].make())
    (tmp_path / "page.glb").write_bytes(CASES["not a GLB"].make())
    listed = tmp_path / "list.csv"
    rows: list[dict[str, Any]] = [
        {"model": box, **SETTINGS, "bgColor": "#000000"},
        {"model": customer.upload.model_id, **SETTINGS, "bgColor": "#0000ff"},
        {"model": "bad.glb", "name": "cut off", **SETTINGS},
    ]
    listed.write_text(table(*rows, {"model": "page.glb", **SETTINGS}))
    refused = pirouette("batch", str(listed), "-o", str(tmp_path / "batched"), environment=environment)
    assert refused.returncode == 2
    assert "row 4 (page.glb): File is not .glb, .gltf, or .zip, but a web page" in refused.stderr
    listed.write_text(table(*rows))
    out = tmp_path / "batched"
    done = pirouette("batch", str(listed), "-o", str(out), environment=environment)
    assert done.returncode == 1
    assert {Path(line) for line in done.stdout.splitlines()} == made(out) == files(out, "box-1", "box-2")
    for name, colour in (("box-1", (0, 0, 0)), ("box-2", (0, 0, 255))):
        with PIL.Image.open(out / f"{name}.png") as poster:
            assert poster.convert("RGB").getpixel((2, 2)) == colour
    assert "row 3 (bad.glb), cut off: the GLB is truncated" in done.stderr
    assert "1 of 3 renders failed" in done.stderr
    assert f"Credits left: {credits - 4}" in done.stderr


def test_nothing_is_sent_that_cannot_be_paid(farm: Farm, box: Path, tmp_path: Path) -> None:
    token = farm.new_account(credits=3)
    environment = {"PIROUETTE_URL": farm.url, "PIROUETTE_TOKEN": token}
    refused = pirouette("submit", str(box), "--settings", '{"quality": "standard"}', environment=environment)
    assert refused.returncode == 1
    assert "This render costs 4 credits, and the account has 3: nothing was sent" in refused.stderr
    with farm.client(token) as client:
        assert list(client.models.list()) == []

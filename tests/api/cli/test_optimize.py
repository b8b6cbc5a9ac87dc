"""`pirouette optimize`, on a machine of its own."""

import dataclasses
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main
from renderer.optimise.available import available
from tests.renderer.optimise.shapes import Glb, ball_builder


@pytest.fixture
def ball(tmp_path: Path) -> Path:
    ball_builder().save(tmp_path, "ball.glb")
    return tmp_path / "ball.glb"


@pytest.mark.skipif(not available()[0], reason=available()[1])
def test_a_model_leaves_with_at_most_so_many_triangles_and_a_report(
    ball: Path, monkeypatch: pytest.MonkeyPatch, light_cache: Path
) -> None:
    from renderer.optimise import compare

    monkeypatch.setattr(compare, "VIEWS", dataclasses.replace(compare.VIEWS, views=2, size=64))
    monkeypatch.setattr(compare, "SAMPLES", 1000)
    monkeypatch.setenv("XDG_CACHE_HOME", str(light_cache))
    small = ball.with_name("small.glb")
    done = CliRunner().invoke(main, ["optimize", str(ball), "-o", str(small), "--triangles", "300", "--quantize",
                                     "--device", "software"])  # fmt: skip
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{small}\n"
    assert json.loads(small.with_suffix(".json").read_text())["triangles_after"] == Glb.read(small).count() == 300


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-o", "small.obj"], "small.obj must end in .glb"),
        (["-o", "small.glb", "--triangles", "3"], "polygon_count must be from 4"),
        (["-o", "small.glb", "--compress", "zip"], "'zip' is not one of 'none', 'meshopt', 'draco'"),
        ([], "Missing option"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(
    ball: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(ball.parent)
    done = CliRunner().invoke(main, ["optimize", str(ball), *arguments])
    assert done.exit_code == 2
    assert says in done.stderr
    assert not ball.with_name("small.glb").exists()

"""A shadow on the ground is cast once for each model, light and floor, and found again as it was."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.lighting.ground_shadow import Blocked, Caster, GroundShadow
from renderer.lighting.kept_shadow import KEPT_FILES, cast_once
from renderer.lighting.presets import OUTDOOR, STUDIO
from renderer.lighting.sources import Lighting
from renderer.scene.nodes import AlphaMode, Material, Scene, Transmission
from tests.renderer.lighting.stage import Vector, bounds_of, box_mesh, scene_of

SIZE = 64
LOW, HIGH = (-0.5, 0.0, -0.5), (0.5, 1.0, 0.5)


def box(high: Vector = HIGH) -> Scene:
    return scene_of(*box_mesh(LOW, high))


class Counted(GroundShadow):
    """Knows how often it was cast."""

    casts = 0

    def cast(self, caster: Caster, moments: object = ()) -> Blocked:
        self.casts += 1
        return super().cast(caster)


Look = Callable[..., tuple[Blocked, int]]


@pytest.fixture
def look(device: Device, tmp_path: Path) -> Iterator[Look]:
    """The shadow of a scene by the folder tmp_path, and how often it was cast for that."""
    opened: list[Counted | GpuScene] = []

    def look(
        scene: Scene, *, lighting: Lighting = STUDIO, ground: float = 0.0, turn: float = 0.0
    ) -> tuple[Blocked, int]:
        shadow = Counted(device, lighting, bounds_of(box_mesh(LOW, HIGH)[0]), ground, lights=8, size=SIZE)
        caster = GpuScene(device, scene)
        opened.extend((shadow, caster))
        matrix = np.eye(4)
        matrix[[0, 0, 2, 2], [0, 2, 0, 2]] = np.cos(turn), np.sin(turn), -np.sin(turn), np.cos(turn)
        caster.drawables[0].place(matrix)
        cast_once(device, shadow, caster, tmp_path)
        return np.frombuffer(shadow.texture.read(), np.float16), shadow.casts

    yield look
    for owner in opened:
        owner.release()


def test_the_second_time_it_is_found(look: Look) -> None:
    (first, casts), (second, again) = look(box()), look(box())
    assert (casts, again) == (1, 0)
    assert first.max() > 0.9
    assert np.array_equal(first, second)


def test_whatever_else_decides_is_another_shadow(look: Look) -> None:
    look(box())
    assert [
        look(box((0.5, 0.9, 0.5)))[1], look(box(), lighting=OUTDOOR)[1], look(box(), ground=-0.1)[1],
        look(box(), turn=0.4)[1],
    ] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "material",
    [Material("cut", alpha_mode=AlphaMode.MASK), Material("veil", alpha_mode=AlphaMode.BLEND),
     Material("glass", transmission=Transmission(0.5))],
    ids=lambda material: str(material.name),
)
def test_what_lets_light_through_is_always_cast(look: Look, tmp_path: Path, material: Material) -> None:
    scene = box()
    scene.materials[0] = material
    assert [look(scene)[1], look(scene)[1]] == [1, 1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damaged", [b"", b"no array", b"\x93NUMPY\x01\x00v\x00"], ids=["empty", "text", "cut off"])
def test_a_damaged_file_is_cast_anew(
    look: Look, tmp_path: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    first, _ = look(box())
    [path] = tmp_path.iterdir()
    path.write_bytes(damaged)
    second, casts = look(box())
    assert casts == 1
    assert np.array_equal(first, second)
    assert "damaged" in caplog.text
    assert look(box())[1] == 0


def test_only_so_many_are_kept(look: Look, tmp_path: Path) -> None:
    for number in range(KEPT_FILES + 3):
        (tmp_path / f"shadow-{number}.npy").touch()
    look(box())
    assert len(list(tmp_path.iterdir())) == KEPT_FILES
    assert look(box())[1] == 0

"""The shadows of what stands still are cast once for each model, light and floor, and found again as they were."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import moderngl
import numpy as np
import pytest

from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.lighting.ground_shadow import GroundShadow
from renderer.lighting.kept_shadow import KEPT_FILES, Texels, cast_once
from renderer.lighting.key_shadow import KeyShadow
from renderer.lighting.presets import OUTDOOR, STUDIO
from renderer.lighting.sources import Lighting
from renderer.scene.nodes import AlphaMode, Material, Scene, Transmission
from tests.renderer.lighting.stage import Vector, bounds_of, box_mesh, scene_of

SIZE = 64
TILE = 16
LOW, HIGH = (-0.5, 0.0, -0.5), (0.5, 1.0, 0.5)


def box(high: Vector = HIGH) -> Scene:
    return scene_of(*box_mesh(LOW, high))


class Counted(GpuScene):
    """Knows whether it was asked to cast."""

    cast = False

    def draw_geometry(self, program: moderngl.Program, *, blend_cutoff: float = 0.5) -> None:
        self.cast = True
        super().draw_geometry(program, blend_cutoff=blend_cutoff)


Look = Callable[..., tuple[list[Texels], bool]]


@pytest.fixture
def look(device: Device, tmp_path: Path) -> Iterator[Look]:
    """The shadows of a scene, of the key and on the ground, by the folder tmp_path, and whether they were cast."""
    opened: list[KeyShadow | GroundShadow | GpuScene] = []

    def look(
        scene: Scene, *, lighting: Lighting = STUDIO, ground: float = 0.0, turn: float = 0.0
    ) -> tuple[list[Texels], bool]:
        bounds = bounds_of(box_mesh(LOW, HIGH)[0])
        key = KeyShadow(device, lighting.key, bounds, tile=TILE)
        below = GroundShadow(device, lighting, bounds, ground, lights=8, size=SIZE)
        caster = Counted(device, scene)
        opened.extend((key, below, caster))
        matrix = np.eye(4)
        matrix[[0, 0, 2, 2], [0, 2, 0, 2]] = np.cos(turn), np.sin(turn), -np.sin(turn), np.cos(turn)
        caster.drawables[0].place(matrix)
        cast_once(device, (key, below), caster, tmp_path)
        return [key.texels(), np.frombuffer(below.texture.read(), np.float16)], caster.cast

    yield look
    for owner in opened:
        owner.release()


def equal(some: list[Texels], others: list[Texels]) -> bool:
    return all(np.array_equal(*pair) for pair in zip(some, others, strict=True))


def test_the_second_time_they_are_found(look: Look) -> None:
    (first, cast), (second, again) = look(box()), look(box())
    assert (cast, again) == (True, False)
    depths, blocked = first
    assert depths.min() < 0.9 < 1.0 == depths.max()
    assert blocked.max() > 0.9
    assert equal(first, second)


def test_whatever_else_decides_is_another_shadow(look: Look) -> None:
    look(box())
    assert [
        look(box((0.5, 0.9, 0.5)))[1], look(box(), lighting=OUTDOOR)[1], look(box(), ground=-0.1)[1],
        look(box(), turn=0.4)[1],
    ] == [True] * 4


@pytest.mark.parametrize(
    "material",
    [Material("cut", alpha_mode=AlphaMode.MASK), Material("veil", alpha_mode=AlphaMode.BLEND),
     Material("glass", transmission=Transmission(0.5))],
    ids=lambda material: str(material.name),
)
def test_what_lets_light_through_is_always_cast(look: Look, tmp_path: Path, material: Material) -> None:
    scene = box()
    scene.materials[0] = material
    assert [look(scene)[1], look(scene)[1]] == [True, True]
    assert list(tmp_path.iterdir()) == []


def one_shadow(side: int, kind: str) -> bytes:
    """What a file would hold of a shadow of that many texels along each side."""
    file = io.BytesIO()
    empty = np.zeros((1, 1), kind)
    for part in (np.array([side, side]), empty, np.zeros((side * side + 7) // 8, np.uint8), empty[:0, 0]):
        np.save(file, part)
    return file.getvalue()


DAMAGED = {
    "empty": b"", "text": b"no array", "cut off": b"\x93NUMPY\x01\x00v\x00",
    "of another size": one_shadow(8, "f4") + one_shadow(8, "f2"),
    "of another type": one_shadow(2 * SIZE, "f8") + one_shadow(SIZE, "f8"),
    "beyond all memory": one_shadow(8, "f4").replace(np.int64(8).tobytes() * 2, np.int64(1 << 20).tobytes() * 2),
}  # fmt: skip


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_cast_anew(
    look: Look, tmp_path: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    first, _ = look(box())
    [path] = tmp_path.iterdir()
    path.write_bytes(damaged)
    second, cast = look(box())
    assert cast
    assert equal(first, second)
    assert "damaged" in caplog.text
    assert not look(box())[1]


def test_only_so_many_are_kept(look: Look, tmp_path: Path) -> None:
    for number in range(KEPT_FILES + 3):
        (tmp_path / f"shadows-{number}.npy").touch()
    look(box())
    assert len(list(tmp_path.iterdir())) == KEPT_FILES
    assert not look(box())[1]

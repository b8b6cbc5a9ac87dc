"""The shadows of what stands still are cast once for each model, light and floor, and found again as they were."""

import dataclasses
import io
from collections.abc import Callable, Iterator, Sequence
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
from renderer.scene.nodes import AlphaMode, Image, Material, Sampler, Scene, TextureRef, Transmission
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


def masked(alpha: int, u: float, *, cutoff: float = 0.5, wrap: int = 10497) -> Scene:
    """The box, cut out by a texture, opaque but for a texel of that alpha; texture coordinates begin with `u`."""
    scene = box()
    pixels = np.full((4, 4, 4), 255, np.uint8)
    pixels[0, 0, 3] = alpha
    scene.images.append(Image("holes", pixels))
    sampler = Sampler(wrap_s=wrap, wrap_t=wrap)
    texture = TextureRef(image=0, sampler=sampler, texcoord=0)
    scene.materials[0] = Material("cut", alpha_mode=AlphaMode.MASK, alpha_cutoff=cutoff, base_color_texture=texture)
    primitive = scene.meshes[0].primitives[0]
    corners = np.full((len(primitive.positions), 2), u, np.float32)
    corners[::2] += 0.5
    scene.meshes[0].primitives[0] = dataclasses.replace(primitive, texcoords=(corners,))
    return scene


def of(material: Material) -> Scene:
    scene = box()
    scene.materials[0] = material
    return scene


LIGHT_PASSES: dict[str, Callable[[], Sequence[Scene]]] = {
    "mask": lambda: [
        masked(0, 0.0), masked(255, 0.0), masked(0, 0.2), masked(0, 0.0, cutoff=0.0), masked(0, 0.0, wrap=33071),
    ],
    "blend": lambda: [
        of(Material("veil", alpha_mode=AlphaMode.BLEND, base_color_factor=(1, 1, 1, alpha))) for alpha in (0.4, 0.7)
    ],
    "transmission": lambda: [
        of(Material("glass", metallic_factor=0.0, transmission=Transmission(share))) for share in (0.5, 0.9)
    ],
}  # fmt: skip


@pytest.mark.parametrize("scenes", LIGHT_PASSES.values(), ids=LIGHT_PASSES.keys())
def test_what_lets_light_through_is_found_again_but_not_where_it_lets_another_share_through(
    look: Look, scenes: Callable[[], Sequence[Scene]]
) -> None:
    assert [look(scene)[1] for scene in scenes()] == [True for _ in scenes()]
    assert [look(scene)[1] for scene in scenes()] == [False for _ in scenes()]


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

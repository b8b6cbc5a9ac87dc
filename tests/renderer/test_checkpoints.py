"""Long work looks up: in every phase, in every thread, and whoever stops it there finds nothing left behind."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from renderer.checkpoints import at_checkpoints, checkpoint, waits, with_checkpoints
from renderer.encode.probe import run_tool
from renderer.errors import Cancelled
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.lighting.environment import preset_environment
from renderer.lighting.presets import PRESETS
from renderer.load import load_model
from renderer.scene.nodes import Material, Node, Scene
from renderer.spec import FrameSpec
from tests.renderer.gl.live import live_objects
from tests.renderer.load.test_hostile import GLB
from tests.renderer.passes.scenes import flat_image, scene_of, sphere, texture

SPEC = FrameSpec(width=64, height=48, frame_count=2)


class Stopper:
    """Raises Cancelled at checkpoint number `at`; counts all."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.seen = 0
        self.threads: set[str] = set()

    def __call__(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.seen += 1
        if self.seen == self.at:
            raise Cancelled("stopped")


def count(work: Callable[[], object]) -> int:
    with at_checkpoints(stopper := Stopper()):
        work()
    return stopper.seen


def test_nothing_happens_at_checkpoints_that_nobody_listens_to() -> None:
    checkpoint()
    with at_checkpoints(stopper := Stopper()):
        checkpoint()
    checkpoint()
    assert stopper.seen == 1


def test_threads_that_work_for_this_one_have_its_checkpoints() -> None:
    with ThreadPoolExecutor(1, "helper") as pool, at_checkpoints(stopper := Stopper()):
        pool.submit(checkpoint).result()
        assert stopper.seen == 0
        pool.submit(with_checkpoints(checkpoint)).result()
    assert {name[:6] for name in stopper.threads} == {"helper"}


def test_loading_can_be_stopped_at_each_of_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "model.glb"
    path.write_bytes(GLB)
    parts = count(lambda: load_model(path))
    assert parts >= 15  # accessors, primitives, images, channels
    for at in range(1, parts + 1):
        with at_checkpoints(Stopper(at)), pytest.raises(Cancelled):
            load_model(path)


def scene() -> Scene:
    nodes = [Node("", mesh=0, translation=(x, 0, 0)) for x in range(3)]
    material = Material(base_color_texture=texture())
    return scene_of((sphere(rings=8), material), nodes=nodes, images=[flat_image(1, 2, 3, 255)])


def test_a_shot_can_be_stopped_at_each_of_its_parts_and_leaves_nothing(device: Device, light_cache: Path) -> None:
    def draw() -> bytes:
        with ShotRenderer(device, scene(), SPEC, cache_dir=None) as shot:
            shot.draw(0)
            return shot.read_rgba().tobytes()

    preset_environment(device, PRESETS[SPEC.lighting], None)  # which is kept
    picture, before = draw(), live_objects()
    parts = count(draw)
    assert parts > 3 * 100  # each of the lights draws each node
    for at in (1, 3, 6, 9, *np.linspace(12, parts, 6).astype(int).tolist()):
        with at_checkpoints(Stopper(at)), pytest.raises(Cancelled):
            draw()
        assert live_objects() == before
    assert draw() == picture


def test_waiting_for_another_process_looks_up_every_second() -> None:
    with at_checkpoints(stopper := Stopper()):
        turns = waits(60.0)
        assert [next(turns) for _ in range(3)] == [1.0] * 3
        assert 0 < next(waits(0.5)) <= 0.5
    assert list(waits(0.0)) == []
    assert stopper.seen == 4


def test_a_tool_that_is_waited_for_ends_when_the_work_is_stopped(tmp_path: Path) -> None:
    tool, pipe = tmp_path / "tool", tmp_path / "pipe"
    tool.write_text(f"#!/bin/sh\necho $$ > {pipe}.pid\nexec sleep 3000\n")
    tool.chmod(0o755)
    with at_checkpoints(Stopper(3)), pytest.raises(Cancelled):
        run_tool([str(tool)], 3000, "it can't be read")
    assert not Path(f"/proc/{pipe.with_suffix('.pid').read_text().strip()}").exists()

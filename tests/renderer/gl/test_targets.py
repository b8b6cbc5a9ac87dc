"""Targets can be given back at any moment."""

from renderer.gl.context import Device
from renderer.gl.sampling import SUPERSAMPLING
from renderer.gl.targets import SampleTarget
from tests.renderer.gl.live import live_objects


def test_a_current_target_is_released_without_trace(device: Device) -> None:
    before = live_objects()
    for _ in range(2):
        target = SampleTarget(device, 8, 4)
        target.begin()
        target.release()
        device.check_errors("releasing a target and making another")
    assert live_objects() == before


def test_a_target_starts_transparent_at_twice_the_size(device: Device) -> None:
    target = SampleTarget(device, 8, 4)
    target.begin()
    assert target.color.size == (8 * SUPERSAMPLING, 4 * SUPERSAMPLING)
    assert not any(target.color.read())
    target.release()

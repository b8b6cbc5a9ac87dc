"""The GL device: found by name or number, opened once, refused in words."""

import os
from pathlib import Path

import pytest

from renderer.errors import DeviceError, OutOfMemory
from renderer.gl.context import Device, open_device


def test_a_device_is_opened_once(device: Device) -> None:
    assert open_device("software") is device


def test_the_software_renderer_is_known_as_such(device: Device) -> None:
    assert device.software
    assert device.name


def test_auto_finds_a_device() -> None:
    assert open_device("auto").max_size >= 4096
    open_device("software")


def test_software_is_refused_where_it_is_not_allowed(device: Device) -> None:
    with pytest.raises(DeviceError, match="software rendering is not allowed"):
        open_device("software", allow_software=False)


def test_an_absent_device_is_refused_by_its_number(device: Device) -> None:
    with pytest.raises(DeviceError, match=r"EGL device 99 gives no OpenGL 4\.4 context"):
        open_device("99")


def test_an_unknown_selector_is_refused(device: Device) -> None:
    with pytest.raises(DeviceError, match='"auto", "software" or an EGL device number, not "cuda"'):
        open_device("cuda")


def test_a_frame_beyond_the_device_is_refused_with_the_numbers(device: Device) -> None:
    with pytest.raises(DeviceError, match=rf"100x{device.max_size + 2}.*{device.max_size}x{device.max_size}"):
        device.require_size(100, device.max_size + 2)


def test_gl_errors_are_reported_with_what_was_done(device: Device) -> None:
    device.ctx.point_size = -1.0
    with pytest.raises(DeviceError, match=r"GL_INVALID_VALUE on .* while setting sizes"):
        device.check_errors("setting sizes")


def test_a_lack_of_memory_is_told_from_other_errors(device: Device) -> None:
    buffer = device.ctx.buffer(reserve=1)
    buffer.orphan(1 << 46)
    with pytest.raises(OutOfMemory, match="it ran out while uploading"):
        device.check_errors("uploading")
    buffer.release()


def test_each_thread_of_the_rasteriser_stays_on_a_core_of_its_own(device: Device) -> None:
    tasks = Path("/proc/self/task").iterdir()
    threads = [int(task.name) for task in tasks if (task / "comm").read_text().startswith("llvmpipe-")]
    cores = sorted(os.sched_getaffinity(0))
    if not device.software or len(threads) != len(cores):
        pytest.skip(f"{device.name} draws with {len(threads)} threads on {len(cores)} cores")
    places = [os.sched_getaffinity(thread) for thread in threads]
    assert sorted(places, key=min) == [{core} for core in cores]

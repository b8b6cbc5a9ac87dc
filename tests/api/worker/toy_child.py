"""A child with a kind of work that only the tests have. What it does stands in the order's spec."""

import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from api.worker.child.__main__ import main
from api.worker.child.job import Job
from api.worker.kinds import KINDS, Kind
from api.worker.messages import Made
from renderer.encode.ffmpeg import EncoderProcess
from renderer.errors import DeviceError
from renderer.spec.versions import unstamped

FFMPEG = (
    "ffmpeg", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "1024x1024", "-i", "-", "-c", "copy",
)  # fmt: skip


def look(job: Job) -> None:
    """Tells what the process has."""
    job.tell({"environment": sorted(os.environ), "modules": sorted(sys.modules), "parent": os.getppid()})


def trespass(job: Job) -> None:
    """Tells which of the spec's paths it can read, which it can write, and whether it can open a socket."""

    def can(do: Callable[..., object], *arguments: object) -> bool:
        try:
            do(*arguments)
        except PermissionError:
            return False
        return True

    paths = list(map(Path, job.spec["paths"]))
    job.tell({
        "reads": [str(path) for path in paths if can(path.read_bytes)],
        "writes": [str(path) for path in paths if can(path.open, "ab")],
        "socket": can(socket.socket),
    })


def write(job: Job) -> None:
    """Makes the files that a video has."""
    job.on_stage("drawing")
    for owner in job.order.variants:
        for name in ("video.mp4", "thumb.mp4", "poster.png", "poster_full.png"):
            path = job.folder / name
            path.write_text(name)
            job.store(owner, path.stem, path)


def wait(job: Job) -> None:
    """Draws until it is told to stop, or the file that the spec names is there."""
    job.on_stage("drawing")
    while not Path(job.spec["until"]).exists():
        job.on_frame(1, 2)
        time.sleep(0.01)
    write(job)


def hang(job: Job) -> None:
    """Looks up no more."""
    job.on_stage("drawing")
    while True:
        time.sleep(3600)


def block(job: Job) -> None:
    """Doesn't come back from a call that holds the interpreter's lock, as a draw call does."""
    helper = subprocess.Popen(["sleep", "3600"])
    job.tell({"helper": helper.pid})
    job.on_stage(job.spec.get("stage", "drawing"))
    ctypes.PyDLL(None).sleep(3600)


def dawdle(job: Job) -> None:
    """Draws one frame after the other without end."""
    job.on_stage("drawing")
    for number in range(1, 1 << 30):
        job.on_frame(number, 1 << 30)
        time.sleep(0.01)


def lose_device(job: Job) -> None:
    raise DeviceError("the device was reset")


def starve(job: Job) -> None:
    """Is refused memory."""
    raise MemoryError


def eat(job: Job) -> None:
    """Takes memory without end."""
    taken = []
    while True:
        taken.append(np.ones(1 << 24, np.uint8))


def pour(job: Job) -> None:
    """Writes so many bytes to one file, or to two, and hands it over or goes on."""
    job.on_stage("drawing")
    for name in job.spec.get("names", ["video.mp4"]):
        (job.folder / name).write_bytes(bytes(job.spec["bytes"]))
        if job.spec["keeps"]:
            dawdle(job)
        job.store(next(iter(job.order.variants)), name, job.folder / name)


def encode(job: Job) -> None:
    """Has ffmpeg write more than it may."""
    with EncoderProcess([*FFMPEG, str(job.folder / "video.mkv")]) as process:
        process.write(bytes(1 << 20))
        process.finish()


def spin(job: Job) -> None:
    """Takes processor time, and so does a process that it starts."""
    job.on_stage("drawing")
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]):
        while True:
            job.on_frame(1, 2)


def steal(job: Job) -> None:
    """Hands over a file that it hasn't made."""
    if "link" in job.spec:
        (job.folder / job.spec["path"]).symlink_to(job.spec["link"])
    owner = job.spec.get("owner", next(iter(job.order.variants)))
    job._report(Made(owner=owner, name="video", path=job.spec["path"]))


def babble(job: Job) -> None:
    """Says what no child should."""
    sys.stdout.buffer.write(job.spec["line"].encode() + b"\n")
    sys.stdout.buffer.flush()
    hang(job)


def toy(job: Job) -> None:
    DOES[unstamped(job.spec)["does"]](job)


DOES = {
    each.__name__: each
    for each in (
        look, trespass, write, wait, hang, block, dawdle, lose_device, starve, eat, pour, encode, spin, steal, babble,
    )
}  # fmt: skip

if __name__ == "__main__":
    KINDS["toy"] = Kind(draws=False, functions={"whole": toy})
    main()

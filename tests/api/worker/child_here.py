"""A worker whose child works in the test's own thread, where the test can put things in its place and has the device.
All that parent and child say to each other goes through two pipes, as it does between processes.
"""

import contextlib
import dataclasses
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, cast

from api.domain.work.claims import Claim
from api.worker.child.job import Bench as ChildBench
from api.worker.child.serve import serve
from api.worker.child.warm import Warm
from api.worker.messages import Message, Ready, Setup, line_of, setup_in
from api.worker.parent.bench import Bench
from api.worker.parent.children import Children, Process
from api.worker.parent.inputs import Inputs
from api.worker.parent.run_segment import run_segment
from api.worker.right_of_way import RightOfWay
from renderer.gl.context import Device

SETUP = Setup(
    kinds=["video"], gl_device="auto", allow_software=True, encoder="x264", cache_dir="cache", turns="turns",
    log_format="text", log_level="INFO", memory_bytes=1 << 40,
)  # fmt: skip


class ChildHere:
    """Stands for a process: `live` is what that would do. Killed, it ends at its next report."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        orders, self_in = os.pipe()
        self_out, reports = os.pipe()
        self.stdin: IO[bytes] = os.fdopen(self_in, "wb")
        self.stdout: IO[bytes] = os.fdopen(self_out, "rb")
        self._orders, self._reports = os.fdopen(orders, "rb"), os.fdopen(reports, "wb", buffering=0)
        self._ended = threading.Event()

    def live(self, bench: ChildBench) -> None:
        with contextlib.suppress(BrokenPipeError), self._orders, self._reports:
            setup_in(self._orders.readline())
            self._report(Ready(device="the test's", software=True))
            serve(self._orders, self._report, bench)
        self._ended.set()

    def wait(self, timeout_s: float | None = None) -> int:
        if not self._ended.wait(timeout_s):
            raise TimeoutError
        return 0

    def kill(self) -> None:
        self.stdout.close()
        self.stdin.close()

    def close(self) -> None:
        self.kill()

    def _report(self, message: Message) -> None:
        self._reports.write(line_of(message))


@dataclasses.dataclass(frozen=True)
class Worker:
    """`child` is what the child keeps open from one claim to the next."""

    bench: Bench
    child: ChildBench

    @classmethod
    def at(cls, bench: Bench) -> "Worker":
        """One that has no device: its renderer is the test's."""
        no_device = cast(Device, None)
        shared = bench.settings.data_dir
        return cls(bench, ChildBench(lambda: no_device, shared / "cache", RightOfWay(shared / "turns")))

    def drawing(self, device: Device, cache_dir: Path) -> "Worker":
        """The same, with a device."""
        return Worker(self.bench, dataclasses.replace(self.child, open_device=lambda: device, cache_dir=cache_dir))

    def another(self) -> "Worker":
        """Another worker of the farm."""
        return Worker(dataclasses.replace(self.bench, worker="another"), dataclasses.replace(self.child, warm=Warm()))

    def run(self, claim: Claim) -> None:
        """The parent, in another thread, runs the claim."""
        self.do(lambda bench: run_segment(bench, claim))

    def do(self, work: Callable[[Bench], None]) -> None:
        started: queue.SimpleQueue[ChildHere | None] = queue.SimpleQueue()

        def start() -> Process:
            child = ChildHere()
            started.put(child)
            return child

        inputs = Inputs(self.bench.storage, self.bench.work_dir.with_name("inputs"))
        bench = dataclasses.replace(self.bench, children=Children(start, SETUP), inputs=inputs)

        def parent() -> None:
            try:
                work(bench)
            finally:
                bench.children.stop()
                started.put(None)

        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(parent)
            while (child := started.get()) is not None:
                child.live(dataclasses.replace(self.child, stop=threading.Event()))
            done.result()

"""What an order may take of this machine besides time: disk, processor time, and memory of the graphics card.

The kernel stops a single file that gets too long (`Setup.file_bytes`). What the child's processes take together is
measured here, every second: a limit is passed by at most what they take in that time.
"""

import dataclasses
import os
import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Self

from api.domain.kit.failures import OUTPUT_TOO_LARGE, TOO_COSTLY
from api.settings import Settings
from api.worker.messages import Failed
from api.worker.parent.orders import GivenUp

LOOK_S = 1.0
"""To add up a training set's two thousand files takes 10 ms, and to read a process's times 0.1 ms."""
MEGABYTE = 1024 * 1024
TICKS = os.sysconf("SC_CLK_TCK")

_VIDEO_MEMORY = re.compile(r"^drm-(?:total|memory)-(?:vram|local)\S*:\s+(\d+)(?: (KiB|MiB))?$", re.MULTILINE)
_CLIENT = re.compile(r"^drm-client-id:\s+(\d+)$", re.MULTILINE)
_UNITS = {"": 1, "KiB": 1024, "MiB": MEGABYTE}


@dataclasses.dataclass(frozen=True, slots=True)
class Allowance:
    """0 means no limit."""

    disk_bytes: int = 0
    cpu_seconds: int = 0
    gpu_bytes: int = 0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            settings.render_disk_mb * MEGABYTE, settings.render_cpu_seconds, settings.render_gpu_memory_mb * MEGABYTE
        )


class Meter:
    """Follows an order from its start, by the child's process and the folder of all that it makes."""

    def __init__(self, allowed: Allowance, pid: int, folder: Path, proc: Path = Path("/proc")) -> None:
        self._allowed = allowed
        self._pid = pid
        self._folder = folder
        self._proc = proc
        self._looked = monotonic()
        self._before = cpu_ticks(pid, proc) if allowed.cpu_seconds else 0  # the child has had other orders

    def check(self) -> None:
        """Raises GivenUp where the order has taken more than it may. Looks every LOOK_S only."""
        if monotonic() - self._looked >= LOOK_S:
            self._looked = monotonic()
            self.look()

    def look(self) -> None:
        """The same, at once."""
        allowed = self._allowed
        if allowed.disk_bytes and disk_bytes(self._folder) > allowed.disk_bytes:
            raise _given_up(
                OUTPUT_TOO_LARGE, f"Too large: it takes more than {allowed.disk_bytes // MEGABYTE:,} MB of disk"
            )
        if allowed.cpu_seconds and (
            cpu_ticks(self._pid, self._proc) - self._before > allowed.cpu_seconds * TICKS
        ):
            raise _given_up(TOO_COSTLY, f"Too costly: it takes more than {allowed.cpu_seconds:,} s of processor time")
        if allowed.gpu_bytes and gpu_bytes(self._pid, self._proc) > allowed.gpu_bytes:
            raise _given_up(
                TOO_COSTLY,
                f"Too costly: it takes more than {allowed.gpu_bytes // MEGABYTE:,} MB of the graphics card's memory",
            )


def _given_up(code: str, message: str) -> GivenUp:
    hint = "Order fewer or smaller frames, or use a simpler model"
    return GivenUp(Failed(code=code, message=f"{message}. {hint}", retry=False))


def disk_bytes(folder: Path) -> int:
    """What the files below the folder take, each once however many names it has."""
    found: dict[int, int] = {}
    for path in _files(folder):
        try:
            known = path.stat(follow_symlinks=False)
        except FileNotFoundError:  # stored meanwhile
            continue
        found[known.st_ino] = known.st_size
    return sum(found.values())


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path))
                else:
                    yield entry
    except FileNotFoundError:
        return


def cpu_ticks(pid: int, proc: Path = Path("/proc")) -> int:
    """Processor time, in TICKS a second: of the process, of those that it started and that run, and of those that have
    ended. See proc(5)."""
    try:
        after_name = (proc / f"{pid}/stat").read_text().rpartition(")")[2].split()
        started = [line for each in (proc / f"{pid}/task").iterdir() for line in _words(each / "children")]
    except OSError:  # it has ended
        return 0
    own = sum(map(int, after_name[11:15]))  # utime, stime, cutime, cstime
    return own + sum(cpu_ticks(int(child), proc) for child in started)


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:  # the thread has ended, or the kernel doesn't tell
        return []


def gpu_bytes(pid: int, proc: Path = Path("/proc")) -> int:
    """Memory of graphics cards that the process has, as far as their drivers tell the kernel: AMD's, Intel's and other
    drivers of Mesa do (drm-usage-stats in the kernel's documentation), NVIDIA's own doesn't."""
    clients: dict[str, int] = {}
    try:
        files = list((proc / f"{pid}/fdinfo").iterdir())
    except OSError:
        return 0
    for file in files:
        try:
            told = file.read_text()
        except OSError:
            continue
        if client := _CLIENT.search(told):
            regions = [int(number) * _UNITS[unit] for number, unit in _VIDEO_MEMORY.findall(told)]
            clients[client[1]] = max(regions, default=0)  # a region may be told by its old name, too
    return sum(clients.values())

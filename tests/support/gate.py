"""A gate in front of ffmpeg, for tests that must do something while a video is being encoded, however fast that is.

    with gate.shut():
        ...                  # an encoder that starts here doesn't finish
    ...                      # now it does

`Gate.path` is a PATH whose first folder holds an `ffmpeg` that asks the gate and then becomes the real one. An encoder
that starts while the gate is shut gets its input through another process, this file run as a program. That doesn't stop
the frames, because whoever draws looks only between two frames whether it should end. It hands them on ever more
slowly: each piece of 64 kB takes 2 % of the time that has passed until then. So the renderer moves on soon, compared to
that time, whatever the machine's speed; and yet the 36 MB of a video of 3 s and 540 x 540 pixels take over an hour.
When the writer ends or dies, or the gate opens, the rest follows at once.
"""

import contextlib
import os
import select
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PIECE_BYTES = 1 << 16
SHARE_OF_TIME = 0.02
FIRST_S = 0.1
"""How much time counts as passed when the first piece is handed on."""
POLL_S = 0.02


class Gate:
    """In `folder`, which is made; open at first."""

    def __init__(self, folder: Path) -> None:
        real = shutil.which("ffmpeg")
        if real is None:
            raise RuntimeError("ffmpeg is not installed; on Debian: apt-get install ffmpeg")
        programs = folder / "bin"
        programs.mkdir(parents=True)
        self._shut = folder / "shut"
        self.path = f"{programs}:{os.environ['PATH']}"
        ask = shlex.join([sys.executable, "-IS", __file__, real, str(self._shut)])
        wrapper = programs / "ffmpeg"
        wrapper.write_text(f'#!/bin/sh\n[ -e {shlex.quote(str(self._shut))} ] && exec {ask} "$@"\nexec {real} "$@"\n')
        wrapper.chmod(0o755)

    @contextlib.contextmanager
    def shut(self) -> Iterator[None]:
        """Holds up the encoders that start within the block, until its end."""
        self._shut.touch()
        try:
            yield
        finally:
            self._shut.unlink()


def become_ffmpeg(real: str, shut: Path, arguments: list[str]) -> None:
    """Turns this process into ffmpeg; its frames, if it reads any, come through a child."""
    if "pipe:0" in arguments:
        source, sink = os.pipe()
        if os.fork() == 0:
            os.close(source)
            with contextlib.suppress(BrokenPipeError):
                _hand_on(shut, sink)
            os._exit(0)
        os.dup2(source, sys.stdin.fileno())
    os.execv(real, ["ffmpeg", *arguments])  # noqa: S606 (no shell is wanted); closes the pipe's other ends


def _hand_on(shut: Path, sink: int) -> None:
    """From standard input to `sink`, slowly at first; see above."""
    source = sys.stdin.fileno()
    writer_gone = select.poll()
    writer_gone.register(source, 0)  # reports POLLHUP only
    held_since = time.monotonic() - FIRST_S
    held = True
    while piece := os.read(source, PIECE_BYTES):
        until = time.monotonic() + SHARE_OF_TIME * (time.monotonic() - held_since)
        while held and time.monotonic() < until:
            held = not writer_gone.poll(POLL_S * 1000) and shut.exists()
        os.write(sink, piece)


if __name__ == "__main__":
    become_ffmpeg(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])

"""An ffmpeg that a test can break: first on a PATH of its own, and the machine's real one until then."""

import os
import shlex
import shutil
from pathlib import Path


class BreakableFfmpeg:
    """In `folder`, which is made. `path` is the PATH for processes that are to use it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._broken = folder / "broken"
        self.path = f"{folder}:{os.environ['PATH']}"
        real = shlex.quote(shutil.which("ffmpeg") or "ffmpeg")
        wrapper = folder / "ffmpeg"
        wrapper.write_text(f'#!/bin/sh\n[ -e {shlex.quote(str(self._broken))} ] && exit 1\nexec {real} "$@"\n')
        wrapper.chmod(0o755)

    def fail(self) -> None:
        """From now on, until `mend`."""
        self._broken.touch()

    def mend(self) -> None:
        self._broken.unlink()

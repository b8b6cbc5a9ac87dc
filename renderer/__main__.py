"""`python -m renderer`."""

import atexit
import contextlib
import os
import signal
from pathlib import Path
from types import FrameType

from renderer.cli import main


def end(number: int, _frame: FrameType | None) -> None:
    """Ends the process as the signal asks, with the encoders that it started and without its temporary folders.

    Python runs this in the middle of whatever the main thread does. An exception from here would pass through moderngl,
    whose code in C++ crashes on one.
    """
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread, or a child, has just ended
            for child in children.read_text().split():
                os.kill(int(child), signal.SIGKILL)
    atexit._run_exitfuncs()  # those of tempfile.TemporaryDirectory, among others
    os._exit(128 + number)


for each in (signal.SIGTERM, signal.SIGINT):
    signal.signal(each, end)
try:
    main()
except SystemExit as ended:
    if ended.code:
        raise
# The file is delivered, and no child or temporary folder is left: taking Python and the driver down would cost 60 ms.
os._exit(0)

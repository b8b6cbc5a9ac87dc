"""`python -m tests.chaos.moved FILE serve`: the farm's own commands, by a clock that is as many seconds off as the file
says at the moment."""

import datetime as dt
import sys
from pathlib import Path

from api import clock
from api.cli import main

_right = clock.now


def now() -> dt.datetime:
    return _right() + dt.timedelta(seconds=float(FILE.read_text() or 0))


if __name__ == "__main__":
    FILE = Path(sys.argv.pop(1))
    clock.now = now
    main()

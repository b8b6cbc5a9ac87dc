"""`python -m api.worker.child`, started by `api.worker.parent.children`; its two pipes are stdin and stdout."""

import contextlib
import os
import sys

from api.worker.child.serve import run


def main() -> None:
    with contextlib.suppress(BrokenPipeError):
        run(sys.stdin.buffer, sys.stdout.buffer)
    os._exit(0)  # nothing is left to tidy, and taking the driver down takes time


if __name__ == "__main__":
    main()

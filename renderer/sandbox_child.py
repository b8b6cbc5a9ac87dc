"""What a child of `sandbox.py` runs first: it takes its limits, then becomes the program.

    python -I sandbox_child.py LIFELINE LIMITS PROJECT PROGRAM ARGUMENTS

LIFELINE is the reading end of a pipe that the parent holds open; LIMITS reads like RLIMIT_AS=1000,RLIMIT_CORE=0. This
file is run by its path and imports nothing of the project, so that a child starts quickly.
"""

import fcntl
import os
import resource
import runpy
import select
import signal
import sys


def main() -> None:
    lifeline, limits, project, program, *arguments = sys.argv[1:]
    _die_with_parent(int(lifeline))
    for limit in limits.split(","):
        name, value = limit.split("=")
        _limit(getattr(resource, name), int(value))
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # native code prints to 1
    sys.argv = [program, *arguments]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        sys.path.insert(0, project)
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def _die_with_parent(lifeline: int) -> None:
    """Has the kernel kill this process's group when the other end of the pipe is closed: see fcntl(2), F_SETSIG.

    PR_SET_PDEATHSIG would also kill the child when the *thread* that started it ends, and would spare grandchildren.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:  # closed before the signal was asked for
        os.killpg(0, signal.SIGKILL)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()

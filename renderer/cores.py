"""How many processor cores this process may use."""

import os


def usable_cores() -> int:
    """Those that the process is allowed to run on, which containers and schedulers may make fewer than there are."""
    return len(os.sched_getaffinity(0))

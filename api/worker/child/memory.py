"""The C library's memory: freed parts of it go back to the system when the child rests."""

import contextlib
import ctypes

_M_ARENA_MAX = -8  # mallopt(3)


def use_one_arena() -> None:
    """Before threads are started: all memory comes from one arena, the only one that is given back as a whole.

    Otherwise the arenas of ended threads keep a hundred megabytes. The threads here ask for few and large parts.
    """
    with contextlib.suppress(AttributeError):  # other libraries than GNU's have nothing of the kind, as below
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Returns to the system what was freed."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)

"""Where long work shows that it goes on, and can be stopped: a few seconds of work lie between two checkpoints.

Whoever has the work done says what happens at them: `with at_checkpoints(call): ...`. The `call` may raise Cancelled.
A loop over something whose number a file decides has a checkpoint, or a limit that keeps it short. Waiting for the
device has none: who watches can tell a driver that hangs from one that draws. Waiting for other processes has, since
that ends at a time of its own.
"""

import contextlib
import contextvars
import time
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def _nothing() -> None:
    pass


_call: contextvars.ContextVar[Callable[[], None]] = contextvars.ContextVar("checkpoint", default=_nothing)


def checkpoint() -> None:
    """A part of the work is done. Raises what the call of `at_checkpoints` raises, so Cancelled at most."""
    _call.get()()


@contextlib.contextmanager
def at_checkpoints(call: Callable[[], None]) -> Iterator[None]:
    """Within the block `call` is made at every checkpoint: often, so it must be quick, and by any thread that works for
    this one (see `with_checkpoints`)."""
    token = _call.set(call)
    try:
        yield
    finally:
        _call.reset(token)


def waits(seconds: float) -> Iterator[float]:
    """Timeouts of a second at most, for waiting again and again for another process: `seconds` together, with a
    checkpoint before each."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        checkpoint()
        yield min(left, 1.0)


def with_checkpoints(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """`function` for another thread, with the checkpoints of this one."""
    context = contextvars.copy_context()

    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        return context.run(function, *args, **kwargs)

    return run

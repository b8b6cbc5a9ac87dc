"""Work without checkpoints of its own: it is done in another thread, and this one passes them meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from renderer.checkpoints import waits

Result = TypeVar("Result")


def _let_be() -> None:
    pass


def awaited(work: Callable[[], Result], seconds: float, stop: Callable[[], None] = _let_be) -> Result:
    """What `work` gives. Where it takes longer than `seconds`, or a checkpoint raises something, `stop` is called, the
    end of the work waited for, and TimeoutError or that error raised.
    """
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            for timeout in waits(seconds):
                try:
                    return future.result(timeout)
                except TimeoutError:
                    if future.done():
                        raise
            raise TimeoutError
        finally:
            if not future.done():
                stop()

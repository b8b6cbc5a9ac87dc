"""The child's loop: an order -> the function of its kind -> how it ended, until the parent closes the pipe."""

import errno
import functools
import logging
import os
import queue
import resource
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from api.observe import log
from api.worker.child.job import Bench, Job
from api.worker.child.memory import use_one_arena
from api.worker.kinds import KINDS
from api.worker.messages import (
    Done,
    Failed,
    Message,
    Order,
    Ready,
    Rest,
    Setup,
    Stopped,
    ToChild,
    line_of,
    order_in,
    setup_in,
)
from api.worker.right_of_way import RightOfWay
from renderer.checkpoints import at_checkpoints
from renderer.encode.available import require_encoder
from renderer.errors import (
    Cancelled,
    EngineRejected,
    ModelError,
    OutOfMemory,
    OutputTooLarge,
    RendererError,
    SettingsError,
    UnknownSpecVersion,
)
from renderer.gl.context import open_device

UNEXPECTED = Failed(code="internal", message="The renderer failed unexpectedly", retry=True)

REST_S = 5.0
"""How long there must be no work before what was kept for the next order is forgotten: a model that was just inspected
is drawn next, once its upload is answered."""

FINAL = (ModelError, SettingsError, EngineRejected, OutputTooLarge, UnknownSpecVersion)
"""Errors that another try would not change."""

logger = logging.getLogger(__name__)


def run(orders: IO[bytes], reports: IO[bytes]) -> None:
    """A child from its start to its end."""
    use_one_arena()
    setup = setup_in(orders.readline())
    log.configure(setup.log_level, f"child {os.getpid()}", setup.log_format)
    _limit(resource.RLIMIT_DATA, setup.memory_bytes)
    if setup.file_bytes:
        _limit(resource.RLIMIT_FSIZE, setup.file_bytes)  # Python ignores its signal: to write more is an OSError
    bench = Bench(
        open_device=functools.partial(open_device, setup.gl_device, allow_software=setup.allow_software),
        cache_dir=Path(setup.cache_dir),
        right_of_way=RightOfWay(Path(setup.turns)),
        weights={name: Path(folder) for name, folder in setup.weights.items()},
    )
    report = functools.partial(_write, reports)
    try:
        report(_ready(setup, bench))
    except RendererError as error:
        report(_failure(error))
        return
    serve(orders, report, bench)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _ready(setup: Setup, bench: Bench) -> Ready:
    """Raises DeviceError and EncodeError where this machine can't do what the worker is for."""
    if not any(KINDS[kind].draws for kind in setup.kinds if kind in KINDS):
        return Ready(device="", software=False)
    device = bench.open_device()
    require_encoder(setup.encoder)
    return Ready(device=device.name, software=device.software)


def serve(orders: IO[bytes], report: Callable[[Message], None], bench: Bench) -> None:
    """Works on orders, one after the other, until there are no more to come or the parent is gone."""
    inbox: queue.SimpleQueue[ToChild | None] = queue.SimpleQueue()

    def listen() -> None:
        for line in orders:
            inbox.put(order_in(line))
        bench.stop.set()
        inbox.put(None)

    threading.Thread(target=listen, name="orders", daemon=True).start()
    patience_s: float | None = None
    while True:
        try:
            message = inbox.get(timeout=patience_s)
        except queue.Empty:
            bench.warm.rest()
            patience_s = None
            continue
        if message is None:
            return
        patience_s = REST_S if isinstance(message, Rest) else None
        if isinstance(message, Order):
            with log.about(task=message.task_id, kind=message.kind):
                report(work(message, report, bench))


def work(order: Order, report: Callable[[Message], None], bench: Bench) -> Message:
    """Does the work, and returns how it ended."""
    bench.warm.keep_only(order.task_id)
    try:
        kind = KINDS.get(order.kind)
        if kind is None or order.role not in kind.functions:
            message = f"This farm's workers know no work of the kind {order.kind!r}, {order.role}"
            return Failed(code="unknown_kind", message=message, retry=False)
        job = Job(bench, order, report)
        with at_checkpoints(job.on_checkpoint):
            kind.functions[order.role](job)
    except Cancelled:
        return Stopped()
    except RendererError as error:
        return _failure(error)
    except MemoryError:
        logger.exception("Task %s", order.task_id)
        bench.warm.rest()
        return _failure(OutOfMemory("The model needs more memory than there is for rendering it"))
    except BrokenPipeError:
        raise  # the parent is gone
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return _failure(OutputTooLarge())
        logger.exception("Task %s", order.task_id)
        return UNEXPECTED
    return Done(told=job.told)


def _failure(error: RendererError) -> Failed:
    return Failed(code=error.code, message=str(error), retry=not isinstance(error, FINAL))


def _write(reports: IO[bytes], message: Message) -> None:
    reports.write(line_of(message))
    reports.flush()

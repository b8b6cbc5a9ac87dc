"""`pirouette worker`: the process around the work. Starts the child that draws, and enters the fleet; then Celery's own
loop waits for hints and handles them one at a time in this process (pool "solo").
"""

import contextlib
import functools
import logging
import os
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import click
from celery import Celery, signals
from celery.exceptions import SecurityWarning, WorkerShutdown

from api.db.engines import WORKER
from api.db.faults import Outage
from api.db.session import Database
from api.domain.work import fleet, outcomes, pauses
from api.engines.chosen import found_weights
from api.observe import log, trace
from api.observe.recent import Recent
from api.private import keep_private
from api.processes.counting import Counting
from api.processes.sandboxes import check_sandbox
from api.processes.supervisor import beat, end_with_supervisor
from api.processes.tracing import tracing
from api.queue.broker import WORK_TASK, make_celery, queue_name, send_hint
from api.queue.relay import Relay
from api.settings import Settings
from api.storage.open import open_storage
from api.worker.messages import Setup
from api.worker.parent.bench import Bench
from api.worker.parent.children import ChildFailed, Children, ChildUnfit, Places, Process, start_child
from api.worker.parent.inputs import Inputs
from api.worker.parent.log import LogKeeper, passed_on
from api.worker.parent.loop import work_until_idle
from api.worker.parent.presence import be_heard, enter_fleet
from api.worker.parent.workspace import work_folder
from api.worker.right_of_way import RightOfWay
from renderer.errors import EncodeError

ORPHAN_GRACE_S = 3.0
"""How long a worker whose supervisor died may take to give back its claim."""
DATABASE_RETRY_S = 2.0

logger = logging.getLogger(__name__)


@click.command(name="worker")
@click.option("--supervisor-fd", type=int, hidden=True, help="A pipe that ends when the supervising process does.")
@click.option("--beats-fd", type=int, hidden=True, help="A pipe on which the supervising process hears this one.")
def command(supervisor_fd: int | None, beats_fd: int | None) -> None:
    """Render what the farm's database asks for, until SIGTERM or SIGINT."""
    settings = Settings()
    log.configure(settings.log_level, f"worker {os.getpid()}", settings.log_format)
    keep_private(settings.data_dir)
    if supervisor_fd is not None:
        end_with_supervisor(supervisor_fd, ORPHAN_GRACE_S)
    if beats_fd is not None:
        beat(beats_fd)
    check_sandbox(settings)
    sys.exit(run_worker(settings))


def run_worker(settings: Settings, start: Callable[..., Process] = start_child) -> int:
    """Works until the process is asked to end, with children that `start`, as `start_child`, gives; returns the exit
    code.

    Raises ClickException where there is no GL device, or not the encoder of the settings, and for unknown queues.
    """
    queues = _queues(settings)
    name = f"{socket.gethostname()}-{os.getpid()}"
    tracing(settings, name)
    database = Database(settings.sqlalchemy_url, WORKER)
    storage = open_storage(settings)
    stop = threading.Event()
    celery = make_celery(settings)
    relay = Relay(database, celery)
    data_dir = settings.data_dir.absolute()
    recent = Recent()
    logging.getLogger().addHandler(recent)
    keeper = LogKeeper(database, name, recent)
    with work_folder(data_dir / "work", name) as own:
        places = Places.below(own, data_dir, found_weights(settings))
        begin = functools.partial(start, places, confined=settings.sandbox != "off", stderr=passed_on(recent.add))
        bench = Bench(
            worker=name,
            settings=settings,
            database=database,
            storage=storage,
            work_dir=places.made,
            stop=stop,
            right_of_way=RightOfWay(places.turns),
            children=Children(begin, setup_of(settings, queues, places)),
            inputs=Inputs(storage, places.inputs),
            wake=relay.wake,
        )
        try:
            _announce(bench)
            relay.start()
            counting = Counting(database)
            counting.start()
            presence = threading.Thread(target=_stay_present, args=(bench, keeper), name="presence", daemon=True)
            presence.start()
            code = _consume(celery, bench, queues)
            stop.set()
            presence.join()
            relay.stop()
            counting.stop()
            with contextlib.suppress(*Outage), database.begin() as session:  # else it is forgotten in a minute
                fleet.leave(session, name)
            logger.info("Stopped")
            with contextlib.suppress(*Outage):
                keeper.write(at_once=True)
        finally:
            logging.getLogger().removeHandler(recent)
            bench.children.stop()
    database.dispose()
    trace.stop()
    return code


def _queues(settings: Settings) -> Sequence[str]:
    """Raises ClickException for names that the farm doesn't have."""
    wanted = [name.strip() for name in settings.queues.split(",") if name.strip()]
    known = outcomes.queues()
    if unknown := [name for name in wanted if name not in known]:
        raise click.ClickException(f"PIROUETTE_QUEUES names {', '.join(unknown)}; there are {', '.join(known)}")
    return wanted or known


def setup_of(settings: Settings, queues: Sequence[str], places: Places) -> Setup:
    machine_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Setup(
        kinds=[name for name, kind in outcomes.KINDS.items() if kind.queue in queues],
        gl_device=settings.gl_device,
        allow_software=settings.allow_software,
        encoder=settings.h264_encoder,
        cache_dir=str(places.cache),
        turns=str(places.turns),
        log_level=settings.log_level,
        log_format=settings.log_format,
        memory_bytes=settings.child_memory_mb * 1024 * 1024 or machine_bytes,
        file_bytes=settings.render_output_mb * 1024 * 1024,
        weights={name: str(folder) for name, folder in places.weights.items()},
    )


def _announce(bench: Bench) -> None:
    """Enters this worker into the fleet. Waits for a database that isn't up, or isn't migrated, yet.

    Raises ClickException where the child can't work on this machine, and where another worker has another encoder: what
    they make can't be joined.
    """
    encoder = bench.settings.h264_encoder
    try:
        bench.children.ready()
    except ChildUnfit as error:
        cause = f"PIROUETTE_H264_ENCODER is {encoder}, but " if error.code == EncodeError.code else ""
        raise click.ClickException(f"{cause}{error}") from error
    except ChildFailed as error:
        raise click.ClickException(f"The process that draws doesn't start: {error}") from error
    while True:
        try:
            with bench.database.begin() as session:
                other = next((each for each in fleet.list_workers(session) if each.encoder != encoder), None)
                if other is None:
                    enter_fleet(session, bench)
                    bench.fitness.paused = pauses.is_paused(session, bench.worker)
            break
        except Exception as error:  # noqa: BLE001 (each driver has its own)
            logger.warning("The database can't be used yet, trying again in %g s: %s", DATABASE_RETRY_S, error)
            time.sleep(DATABASE_RETRY_S)
    if other is not None:
        raise click.ClickException(
            f"PIROUETTE_H264_ENCODER is {encoder} here, but {other.encoder} for the worker {other.name}: it must be "
            "alike on all. A worker that has died is forgotten after a minute"
        )


def _stay_present(bench: Bench, keeper: LogKeeper) -> None:
    """Thread: keeps this worker in the list of those alive, tells what it logs, and reads whether it is paused."""
    while not bench.stop.wait(bench.settings.heartbeat_seconds):
        try:
            be_heard(bench)
            keeper.write()
        except Exception as error:  # noqa: BLE001
            logger.warning("Could not tell the database that this worker is alive: %s", error)


def _consume(celery: Celery, bench: Bench, queues: Sequence[str]) -> int:
    """Celery's worker, in this thread, until a signal ends it. Returns the exit code."""
    busy = threading.Event()

    @celery.task(name=WORK_TASK)  # type: ignore[untyped-decorator]
    def work() -> None:
        work_until_idle(bench, queues, functools.partial(send_hint, celery))

    # Celery would let the running task end first, and look at its stop flag only every two seconds when idle.
    def on_shutdown(**_: Any) -> None:
        bench.stop.set()
        if not busy.is_set():
            raise WorkerShutdown(0)

    def on_start(**_: Any) -> None:
        busy.set()

    def on_end(**_: Any) -> None:
        busy.clear()

    def keep_logging(**_: Any) -> None:
        """Celery leaves logging alone when this signal has a receiver."""

    signals.setup_logging.connect(keep_logging)
    signals.worker_shutting_down.connect(on_shutdown)
    signals.task_prerun.connect(on_start)
    signals.task_postrun.connect(on_end)
    # Celery warns root of pickled messages; ours are JSON, and in a container everybody is root.
    warnings.simplefilter("ignore", SecurityWarning)
    worker = celery.Worker(
        pool="solo", concurrency=1, hostname=bench.worker, quiet=True, queues=[queue_name(queue) for queue in queues],
        without_gossip=True, without_mingle=True, without_heartbeat=True,
    )
    logger.info("Waiting for work of %s on %s", ", ".join(queues), bench.children.device.device or "no GL device")
    worker.start()
    return int(worker.exitcode or 0)

"""`pirouette worker`: the process around the work. Opens what a worker needs, once; then Celery's own loop waits for
hints and runs them one at a time in this process (pool "solo"), because a GL context belongs to one thread.
"""

import logging
import os
import socket
import sys
import threading
import time
import warnings
from typing import Any

import click
from celery import Celery, signals
from celery.exceptions import SecurityWarning, WorkerShutdown
from sqlalchemy.orm import Session

from api.db.session import Database
from api.domain.work import fleet
from api.observe import log
from api.processes.supervisor import end_with_supervisor
from api.queue.broker import make_celery
from api.queue.relay import relay
from api.settings import Settings
from api.storage.open import open_storage
from api.worker.job import Bench
from api.worker.right_of_way import RightOfWay
from api.worker.tasks import register
from api.worker.workspace import work_folder
from renderer.encode.available import require_encoder
from renderer.errors import DeviceError, EncodeError
from renderer.gl.context import open_device

ORPHAN_GRACE_S = 3.0
"""How long a worker whose supervisor died may take to give back its claim."""
DATABASE_RETRY_S = 2.0

logger = logging.getLogger(__name__)


@click.command(name="worker")
@click.option("--supervisor-fd", type=int, hidden=True, help="A pipe that ends when the supervising process does.")
def command(supervisor_fd: int | None) -> None:
    """Render what the farm's database asks for, until SIGTERM or SIGINT."""
    settings = Settings()
    log.configure(settings.log_level, f"worker {os.getpid()}")
    if supervisor_fd is not None:
        end_with_supervisor(supervisor_fd, ORPHAN_GRACE_S)
    sys.exit(run_worker(settings))


def run_worker(settings: Settings) -> int:
    """Works until the process is asked to end; returns the exit code.

    Raises ClickException where there is no GL device, or not the encoder of the settings.
    """
    try:
        device = open_device(settings.gl_device, allow_software=settings.allow_software)
        require_encoder(settings.h264_encoder)
    except DeviceError as error:
        raise click.ClickException(str(error)) from error
    except EncodeError as error:
        raise click.ClickException(f"PIROUETTE_H264_ENCODER is {settings.h264_encoder}, but {error}") from error
    name = f"{socket.gethostname()}-{os.getpid()}"
    database = Database(settings.sqlalchemy_url)
    celery = make_celery(settings)
    stop = threading.Event()
    with work_folder(settings.data_dir.absolute() / "work", name) as work_dir:
        bench = Bench(
            worker=name,
            settings=settings,
            database=database,
            storage=open_storage(settings),
            device=device,
            work_dir=work_dir,
            cache_dir=settings.data_dir.absolute() / "cache",
            stop=stop,
            right_of_way=RightOfWay(work_dir.parent),
            wake=lambda: _relay(database, celery),
        )
        _announce(bench)
        presence = threading.Thread(target=_stay_present, args=(bench,), name="presence", daemon=True)
        presence.start()
        register(celery, bench)
        code = _consume(celery, bench)
        stop.set()
        presence.join()
        with database.begin() as session:
            fleet.leave(session, name)
    database.dispose()
    logger.info("Stopped")
    return code


def _relay(database: Database, celery: Celery) -> None:
    """Sends the hints of a commit at once: somebody may wait for the work."""
    try:
        relay(database, celery)
    except Exception as error:  # noqa: BLE001 (the broker is away: the sweeper sends them)
        logger.warning("Other workers could not be told of new work: %s", error)


def _announce(bench: Bench) -> None:
    """Enters this worker into the fleet. Waits for a database that isn't up, or isn't migrated, yet.

    Raises ClickException where another worker has another encoder: what they make can't be joined.
    """
    encoder = bench.settings.h264_encoder
    while True:
        try:
            with bench.database.begin() as session:
                other = next((each for each in fleet.list_workers(session) if each.encoder != encoder), None)
                if other is None:
                    _enter_fleet(session, bench)
            break
        except Exception as error:  # noqa: BLE001 (each driver has its own)
            logger.warning("The database can't be used yet, trying again in %g s: %s", DATABASE_RETRY_S, error)
            time.sleep(DATABASE_RETRY_S)
    if other is not None:
        raise click.ClickException(
            f"PIROUETTE_H264_ENCODER is {encoder} here, but {other.encoder} for the worker {other.name}: it must be "
            "alike on all. A worker that has died is forgotten after a minute"
        )


def _enter_fleet(session: Session, bench: Bench) -> None:
    device = bench.device
    fleet.announce(session, bench.worker, device.name, device.software, bench.settings.h264_encoder)


def _stay_present(bench: Bench) -> None:
    """Thread: keeps this worker in the list of those alive."""
    while not bench.stop.wait(bench.settings.heartbeat_seconds):
        try:
            with bench.database.begin() as session:
                if not fleet.seen(session, bench.worker):  # it stood still for long, and was taken for dead
                    _enter_fleet(session, bench)
        except Exception as error:  # noqa: BLE001
            logger.warning("Could not tell the database that this worker is alive: %s", error)


def _consume(celery: Celery, bench: Bench) -> int:
    """Celery's worker, in this thread, until a signal ends it. Returns the exit code."""
    busy = threading.Event()

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
        pool="solo", concurrency=1, hostname=bench.worker, quiet=True,
        without_gossip=True, without_mingle=True, without_heartbeat=True,
    )
    logger.info("Waiting for work on %s", bench.device.name)
    worker.start()
    return int(worker.exitcode or 0)

"""Committed rows -> outbox -> here -> a hint on the broker -> api/worker. The queue tells workers that there is work,
never which: the database decides, so a hint lost or doubled costs nothing but time.
"""

import logging
import threading
from pathlib import Path
from typing import Any

from celery import Celery
from kombu.entity import Queue

from api.db.session import Database
from api.domain import outbox, shots
from api.settings import Settings

WORK_TASK = "pirouette.work"
QUEUES = (shots.RENDER_QUEUE,)
RELAY_BATCH = 100
POLL_S = 0.1
"""How often an idle worker of an embedded farm looks into the broker's folder."""

logger = logging.getLogger(__name__)


def queue_name(queue: str) -> str:
    """The broker's name for a domain queue, so that farms can share a Redis with other programs."""
    return f"pirouette.{queue}"


def make_celery(settings: Settings) -> Celery:
    """The Celery app of web and worker processes. For the embedded broker its folders are made."""
    celery = Celery("pirouette", set_as_current=False, fixups=[])
    celery.conf.update(
        accept_content=["json"],
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        task_acks_late=False,  # the lease in the database is what survives a crash
        task_create_missing_queues=False,
        task_ignore_result=True,
        task_queues=[
            Queue(queue_name(queue), routing_key=queue_name(queue))  # type: ignore[no-untyped-call]
            for queue in QUEUES
        ],
        task_serializer="json",
        worker_cancel_long_running_tasks_on_connection_loss=True,  # of those acknowledged late: none; stops a warning
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_redirect_stdouts=False,
        **(_folder_broker(settings.data_dir / "broker") if settings.embedded_broker else _url_broker(settings)),
    )
    return celery


def _folder_broker(folder: Path) -> dict[str, Any]:
    messages, exchanges = folder / "messages", folder / "exchanges"
    for each in (messages, exchanges):
        each.mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "filesystem://localhost",
        "broker_transport": "api.file_broker:Transport",
        "broker_transport_options": {
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(exchanges),
            "polling_interval": POLL_S,
        },
    }


def _url_broker(settings: Settings) -> dict[str, Any]:
    return {
        "broker_url": settings.broker_url,
        "broker_transport_options": {
            "socket_connect_timeout": 3,
            "socket_timeout": 10,
            "socket_keepalive": True,
            "health_check_interval": 25,
            "retry_on_timeout": True,
            "max_retries": 0,  # of senders, who hold a transaction open; workers try for as long as it takes
        },
    }


def declare_queues(celery: Celery) -> None:
    """Makes the queues on the broker.

    The folder broker wants this done once before there are workers: two that declare a new queue at the same time
    would meet a file without content.
    """
    with celery.connection_for_write() as connection:
        for queue in celery.amqp.queues.values():
            queue(connection.default_channel).declare()


def send_hint(celery: Celery, queue: str) -> None:
    """Puts a hint on the broker, unless one is waiting there: whoever takes that one will find all work of today.

    Whatever the farm's load, a queue so holds a handful of messages at most. Raises what the broker's client raises
    when the broker can't be reached.
    """
    name = queue_name(queue)
    with celery.producer_pool.acquire(block=True) as producer:
        if celery.amqp.queues[name](producer.channel).queue_declare().message_count == 0:
            celery.send_task(WORK_TASK, queue=name, producer=producer, ignore_result=True, retry=False)


def relay(database: Database, celery: Celery) -> None:
    """Sends a hint for each queue that the outbox names. The rows stay when sending fails."""
    taken = RELAY_BATCH
    while taken == RELAY_BATCH:
        with database.begin() as session:
            queues = outbox.take(session, RELAY_BATCH)
            for queue in set(queues):
                send_hint(celery, queue)
        taken = len(queues)


class Relay(threading.Thread):
    """The web process's thread that empties the outbox after commits, so that no request waits for the broker."""

    def __init__(self, database: Database, celery: Celery) -> None:
        super().__init__(name="relay", daemon=True)
        self._database = database
        self._celery = celery
        self._rows = threading.Event()
        self._rows.set()  # an earlier process may have left some
        self._stopping = False

    def wake(self) -> None:
        """Says that the outbox has rows. Never blocks and never fails."""
        self._rows.set()

    def stop(self) -> None:
        self._stopping = True
        self._rows.set()
        self.join()

    def run(self) -> None:
        while True:
            self._rows.wait()
            if self._stopping:
                return
            self._rows.clear()
            try:
                relay(self._database, self._celery)
            except Exception as error:  # noqa: BLE001 (whatever the broker or the database says)
                logger.warning("Workers could not be told of new work; the sweeper will tell them: %s", error)

"""The broker, by Celery: its queues, and hints on them.

A hint tells workers that there is work, never which: the database decides, so a hint lost or doubled costs nothing but
time.
"""

from pathlib import Path
from typing import Any

from celery import Celery
from kombu.entity import Queue

from api.domain.work import outcomes
from api.settings import Settings

WORK_TASK = "pirouette.work"
POLL_S = 0.1
"""How often an idle worker of an embedded farm looks into the broker's folder."""


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
            for queue in outcomes.queues()
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
        "broker_transport": "api.queue.file_broker:Transport",
        "broker_transport_options": {
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(exchanges),
            "polling_interval": POLL_S,
        },
    }


def _url_broker(settings: Settings) -> dict[str, Any]:
    return {
        "broker_url": settings.broker_url.get_secret_value(),
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


def ping(celery: Celery) -> None:
    """Raises what the broker's client raises when the broker can't be reached."""
    with celery.connection_for_write() as connection:
        connection.default_channel.close()  # opening it asks the broker


def send_hint(celery: Celery, queue: str) -> None:
    """Puts a hint on the broker, unless one is waiting there: whoever takes that one will find all work of today.

    Whatever the farm's load, a queue so holds a handful of messages at most. Raises what the broker's client raises
    when the broker can't be reached.
    """
    name = queue_name(queue)
    with celery.producer_pool.acquire(block=True) as producer:
        if celery.amqp.queues[name](producer.channel).queue_declare().message_count == 0:
            celery.send_task(WORK_TASK, queue=name, producer=producer, ignore_result=True, retry=False)

"""`pirouette serve`: the web server and, in an embedded farm, everything else: migrations, workers, relay,
sweeper, deliverer."""

import contextlib
import fcntl
import functools
import json
import logging
import os
import resource
import shlex
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
from fastapi import FastAPI

from api.db.session import Database
from api.domain.accounts import accounts, invitations, people
from api.http.app import create_app
from api.http.docs import DOCS_PATH
from api.http.home import PORTAL_PATH
from api.http.server import CLOSE_CONNECTIONS_S, Server
from api.observe import log, trace
from api.private import keep_private
from api.processes.counting import Counting
from api.processes.sandboxes import check_sandbox
from api.processes.supervisor import STOP_S, Supervisor, end_with_supervisor
from api.processes.tracing import tracing
from api.processes.webhooks import make_deliverer
from api.queue.broker import declare_queues, make_celery, ping
from api.queue.relay import Relay
from api.queue.sweep import sweep_until
from api.settings import Settings
from api.storage.open import open_storage

OPEN_FILES = 65_536
"""Open files that a server asks for, if it may have as many: the usual 1,024 are no more than its connections, each of
which may read a file. More would be a burden to child processes, some of which close all that there might be."""
ORPHAN_GRACE_S = CLOSE_CONNECTIONS_S + STOP_S + 5.0
"""How long a server may take to stop after whoever started it died."""

logger = logging.getLogger(__name__)


@click.command(name="serve")
@click.option("--host", help="Address to listen on, instead of PIROUETTE_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of PIROUETTE_PORT; 0 picks a free one.")
@click.option("--supervisor-fd", type=int, hidden=True, help="A pipe that ends when the supervising process does.")
def command(host: str | None, port: int | None, supervisor_fd: int | None) -> None:
    """Serve the API and run PIROUETTE_WORKERS workers; without PIROUETTE_BROKER_URL, be the whole farm."""
    given = {"host": host, "port": port}
    settings = Settings().model_copy(update={name: value for name, value in given.items() if value is not None})
    log.configure(settings.log_level, "server", settings.log_format)
    keep_private(settings.data_dir)
    if supervisor_fd is not None:
        end_with_supervisor(supervisor_fd, ORPHAN_GRACE_S)
    check_sandbox(settings)
    serve(settings)


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT. Raises ClickException where the data folder or the port is taken."""
    with contextlib.ExitStack() as closing:
        data_dir = settings.data_dir.absolute()
        data_dir.mkdir(parents=True, exist_ok=True)
        closing.enter_context(_lock(data_dir))
        listener = closing.enter_context(_listen(settings.host, settings.port))
        _allow_open_files()
        database = Database(settings.sqlalchemy_url)
        closing.callback(database.dispose)
        database.migrate()
        tracing(settings, f"server {os.getpid()}")
        closing.callback(trace.stop)
        storage = open_storage(settings)
        celery = make_celery(settings)
        if settings.embedded_broker:
            declare_queues(celery)
        counting = Counting(database)
        counting.start()
        closing.callback(counting.stop)
        relay = Relay(database, celery)
        relay.start()
        closing.callback(relay.stop)
        if settings.embedded_broker:
            stop = threading.Event()
            sweeper = threading.Thread(
                target=sweep_until, args=(stop, database, storage, celery, settings), name="sweeper", daemon=True
            )
            sweeper.start()
            closing.callback(sweeper.join)
            closing.callback(stop.set)
            here = settings.model_copy(update={"port": listener.getsockname()[1]})
            deliverer = make_deliverer(here, database, storage)
            deliverer.start()
            closing.callback(deliverer.stop)
        supervisor = Supervisor(settings.workers)
        supervisor.start()
        closing.callback(supervisor.stop)
        app = create_app(settings, database, storage, relay.wake, broker=functools.partial(ping, celery))
        address = data_dir / "server.json"
        closing.callback(address.unlink, missing_ok=True)
        server = _Server(
            app, _url(listener), address, has_accounts=_has_accounts(database), first_link=_first_link(database)
        )
        # While it runs, uvicorn handles these itself; afterwards it raises them again for the handlers it found.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, server.handle_exit)
        server.run(sockets=[listener])
        logger.info("Stopping")
    logger.info("Stopped")


class _Server(Server):
    """Says where it listens, in the log and in a file, once it does; and to who is new here, how to come in.

    `first_link` is the path of a link for the portal's first administrator, None where somebody can sign in already.
    """

    def __init__(
        self, app: FastAPI, url: str, address: Path, *, has_accounts: bool, first_link: str | None
    ) -> None:
        super().__init__(app)
        self._url = url
        self._address = address
        self._has_accounts = has_accounts
        self._first_link = first_link

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        written = self._address.with_suffix(".part")
        try:
            written.write_text(json.dumps({"url": self._url, "pid": os.getpid()}))
            written.rename(self._address)
        except OSError as error:  # requests are answered already: to end now would be a 500 for them
            logger.warning("%s, which says where the server listens, can't be written: %s", self._address, error)
        logger.info(
            "Serving on %s; people use %s%s, and programs the API that is described on %s%s", self._url, self._url,
            PORTAL_PATH, self._url, DOCS_PATH,
        )
        if self._first_link is not None:
            public = self._farm.settings.public_url.rstrip("/") or self._url
            logger.info("Open this in a browser to be the first administrator; it is good once, for a day:")
            logger.info("    %s%s", public, self._first_link)
        if not self._has_accounts:
            logger.info("There is no account yet. Make one there, or for programs alone in another terminal:")
            for words in ("create-account you@example.com", "create-token you@example.com"):
                logger.info("    %s", _admin_command(self._farm.settings, words))


def _allow_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextlib.contextmanager
def _lock(data_dir: Path) -> Iterator[None]:
    """Keeps other servers out of the folder. The kernel drops the lock when this process dies, however it dies."""
    with (data_dir / "serve.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(
                f"Another server is using {data_dir}; stop it, or set PIROUETTE_DATA_DIR to another folder"
            ) from None
        yield


@contextlib.contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family)
    except OSError as error:
        raise click.ClickException(
            f"Can't listen on {host} port {port}: {error.strerror or error}; set PIROUETTE_HOST or PIROUETTE_PORT"
        ) from error
    with listener:
        yield listener


def _has_accounts(database: Database) -> bool:
    with database.read() as session:
        return accounts.any_is_there(session)


def _first_link(database: Database) -> str | None:
    with database.begin() as session:
        return None if people.anybody(session) else invitations.for_first(session).path


def _admin_command(settings: Settings, words: str) -> str:
    """What to type in another terminal to manage this farm: the program and the folder are this one's."""
    program = sys.argv[0] if Path(sys.argv[0]).name == "pirouette" else f"{sys.executable} -m api.cli"
    folder = f"PIROUETTE_DATA_DIR={shlex.quote(str(settings.data_dir.absolute()))} "
    return f"{folder if 'PIROUETTE_DATA_DIR' in os.environ else ''}{program} admin {words}"


def _url(listener: socket.socket) -> str:
    """Where a client on this machine reaches the server."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compares, does not bind)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

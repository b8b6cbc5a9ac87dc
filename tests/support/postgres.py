"""A real PostgreSQL for tests: one throw-away server per test process, an empty database for each test.

The server listens on a Unix socket in its own folder only, and does not sync to disk. The real migrations build the
schema once; between tests the tables are emptied, which takes a tenth of the time of a new database.
"""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from api.db.session import Database
from api.db.tables import Base
from tests.support.processes import freeze
from tests.support.waiting import HANG_S, wait_for

MIGRATED = "migrated"
FAST = {
    "listen_addresses": "",
    "max_connections": "60",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
}


class PostgresServer:
    """A server of the programs in `binaries` whose data and socket lie in `folder`, between `start` and `stop`.

    `options` are of its configuration, `environment` is what its processes have besides.
    """

    def __init__(
        self, folder: Path, binaries: Path, owner: str | None, options: Mapping[str, str],
        environment: Mapping[str, str],
    ) -> None:  # fmt: skip
        self._folder = folder
        self._binaries = binaries
        self._owner = owner
        self._options = options
        self._numbers = itertools.count()
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        options = [word for name, value in self._options.items() for word in ("-c", f"{name}={value}")]
        log = self._folder / "log"
        with log.open("ab") as output:
            process = self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._folder / "data", "-k", self._folder, *options],
                stdout=output, stderr=output, user=self._owner, env={**os.environ, **self._environment},
            )  # fmt: skip

        def answers() -> bool:
            assert process.poll() is None, f"PostgreSQL did not start:\n{log.read_text()}"
            with contextlib.suppress(psycopg.OperationalError):
                self.connect().close()
                return True
            return False

        wait_for(answers, "PostgreSQL")

    @property
    def process(self) -> psutil.Process:
        """The server, whose children serve a connection each."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def cpu_seconds(self) -> float:
        """What all its processes have used, those that have ended included."""
        own = self.process.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in self.process.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                used = child.cpu_times()
                total += used.user + used.system
        return total

    def stop(self) -> None:
        """Ends all sessions, and the server."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)  # "fast shutdown"
        self._process.wait(HANG_S)

    def kill(self) -> None:
        """All its processes at once: whoever has begun something has not finished it."""
        processes = [self.process, *self.process.children()]
        for each in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(processes[1:], timeout=HANG_S)
        assert self._process is not None
        self._process.wait(HANG_S)

    @contextlib.contextmanager
    def hanging(self) -> Iterator[None]:
        """Nobody gets an answer until the block ends, and no connection breaks."""
        server = self.process
        freeze(server)
        processes = [server, *server.children()]
        try:
            for each in processes[1:]:
                freeze(each)
            yield
        finally:
            for each in processes:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.resume()

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """A connection as superuser."""
        return psycopg.connect(host=str(self._folder), user="postgres", dbname=name, autocommit=True)

    @contextlib.contextmanager
    def database(self, like: str | None = None) -> Iterator[str]:
        """The URL of a new database, dropped at the end: without any table, or a copy of the unused one of a URL."""
        name = f"test_{next(self._numbers)}"
        model = sql.Identifier((like and make_url(like).database) or "template1")
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), model))
        try:
            yield self.url(name)
        finally:
            with self.connect() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def empty(self, name: str) -> None:
        """Ends all other connections to the database and removes all rows, the ledger's too."""
        with self.connect(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )
            connection.execute("SET session_replication_role = replica")  # no triggers: neither keys nor the ledger's
            for table in Base.metadata.tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


@contextlib.contextmanager
def running_server(
    options: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[PostgresServer]:
    """A new server in a folder of its own, stopped and removed at the end; `options` go ahead of FAST."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        raise RuntimeError("these tests need PostgreSQL: apt-get install postgresql")
    binaries = programs[-1].parent
    owner = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="pirouette-pg-"))
    try:
        if owner:
            shutil.chown(folder, owner)
        subprocess.run(
            [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
             "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, user=owner,
        )  # fmt: skip
        server = PostgresServer(folder, binaries, owner, FAST | dict(options or {}), environment or {})
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server with the database `MIGRATED`, which has the newest schema."""
    with running_server() as server:
        with server.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(MIGRATED)))
        database = Database(server.url(MIGRATED))
        database.migrate()
        database.dispose()
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database with the newest schema, the test's own while it runs."""
    yield postgres_server.url(MIGRATED)
    postgres_server.empty(MIGRATED)

"""A real Redis server for tests: on a port of its own, in a temporary folder, gone afterwards."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import redis

from tests.support.ports import reserved_port
from tests.support.waiting import HANG_S, wait_for


class RedisServer:
    """A server on `port` that keeps its log in `folder` and nothing else, between `start` and `stop` or `kill`."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def start(self) -> None:
        """Returns when it answers."""
        server = shutil.which("redis-server")
        if server is None:
            raise RuntimeError("redis-server is not installed; on Debian: apt-get install redis-server")
        log = self._folder / "redis.log"
        process = self._process = subprocess.Popen(
            [server, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder),
             "--logfile", str(log)]
        )  # fmt: skip

        def answers() -> bool:
            assert process.poll() is None, f"redis-server did not start:\n{log.read_text()}"
            with redis.Redis(port=self._port) as client, contextlib.suppress(redis.ConnectionError):
                return bool(client.ping())
            return False

        wait_for(answers, "redis-server")

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(HANG_S)

    def kill(self) -> None:
        """All that it held is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(HANG_S)


@contextlib.contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """Runs a server, and yields its URL."""
    with reserved_port() as port:
        server = RedisServer(folder, port)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()

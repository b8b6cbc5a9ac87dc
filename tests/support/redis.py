"""A real Redis server for tests: on a port of its own, in a temporary folder, gone afterwards."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.support.ports import reserved_port
from tests.support.waiting import HANG_S, wait_for


@contextlib.contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """Runs redis-server, which keeps its log in `folder` and nothing else; yields its URL."""
    server = shutil.which("redis-server")
    if server is None:
        raise RuntimeError("redis-server is not installed; on Debian: apt-get install redis-server")
    log = folder / "redis.log"
    with reserved_port() as port, contextlib.ExitStack() as stopping:
        process = subprocess.Popen(
            [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder),
             "--logfile", str(log)]
        )  # fmt: skip
        stopping.callback(process.wait, HANG_S)
        stopping.callback(process.terminate)

        def answers() -> bool:
            assert process.poll() is None, f"redis-server did not start:\n{log.read_text()}"
            with redis.Redis(host="127.0.0.1", port=port) as client, contextlib.suppress(redis.ConnectionError):
                return bool(client.ping())
            return False

        wait_for(answers, "redis-server")
        yield f"redis://127.0.0.1:{port}/0"

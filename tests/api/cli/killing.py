"""`pirouette` in processes that kill themselves at a given step: quickly many, as forks of one that has loaded it all.

    stdin: JSON, a line for each run: {"arguments": [...], "kill_at": step or null, "every": bool, "output": file}
    stdout: a line for each: the exit code, -9 for one that was killed

A step is the moment before or after an order is written down, or sent. With `every` it is also that around any other
request, and any file that is replaced or removed.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

import api.cli.batch
import api.cli.submit  # noqa: F401  (loaded before the forks)
from api.cli import main


def run(arguments: list[str], kill_at: int | None, every: bool, output: str) -> None:
    """In a process of its own, which it ends."""
    with Path(output).open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def with_steps(call: Callable[..., Any], counts: Callable[..., bool]) -> Callable[..., Any]:
        def stepping(*given: Any, **named: Any) -> Any:
            counted = every or counts(*given)
            if counted:
                step()
            result = call(*given, **named)
            if counted:
                step()
            return result

        return stepping

    transport: Any = httpx.HTTPTransport
    transport.handle_request = with_steps(
        transport.handle_request, lambda _, request: "Idempotency-Key" in request.headers
    )
    os.replace = with_steps(os.replace, lambda _, target: Path(target).parent.name == "orders")
    os.unlink = with_steps(os.unlink, lambda *_, **__: False)
    main(arguments)


def serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                run(**json.loads(line))
            except SystemExit as ended:
                os._exit(ended.code if isinstance(ended.code, int) else 1)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()

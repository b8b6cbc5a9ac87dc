"""A command that is killed at any moment, and then repeated, has everything made, and paid for once."""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.api.cli.conftest import Customer
from tests.support.web import GLB

KILLED = -9


class Runner:
    """See killing.py."""

    def __init__(self, stdin: IO[str], stdout: IO[str], output: Path) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._output = output

    def run(self, arguments: list[str], *, kill_at: int | None = None, every: bool = False) -> int:
        """The exit code."""
        task = {"arguments": arguments, "kill_at": kill_at, "every": every, "output": str(self._output)}
        self._stdin.write(json.dumps(task) + "\n")
        self._stdin.flush()
        return int(self._stdout.readline())

    @property
    def output(self) -> str:
        return self._output.read_text()


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.api.cli.killing"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        yield Runner(process.stdin, process.stdout, tmp_path / "output.txt")
        process.stdin.close()


def check_every_kill(customer: Customer, runner: Runner, *, every: bool) -> None:
    known = customer.model("known.glb", GLB + b"known")
    customer.done("submit", str(known), "-o", str(customer.out))
    options = ["--url", customer.url, "--token", customer.web.token]
    for kill_at in itertools.count(1):
        before = customer.web.balance()
        customer.model("new.glb", GLB + b"%d" % kill_at)
        rows = [
            {"model": name, "renderSettings": {"rotateY": kill_at, "length": length}}
            for name, length in (("new.glb", 3), ("known.glb", 4), ("known.glb", 5))
        ]
        out = customer.folder / f"out-{kill_at}"
        batch = ["batch", *options, str(customer.manifest(rows)), "-o", str(out)]
        code = runner.run(batch, kill_at=kill_at, every=every)
        if code == KILLED:
            assert runner.run(batch) == 0, runner.output
        assert customer.web.balance() == before - 3, f"killed at step {kill_at}"
        assert {path.name for path in out.iterdir() if path.is_file()} == {
            f"{name}{suffix}" for name in ("new", "known-1", "known-2") for suffix in (".mp4", ".png", ".thumb.mp4")
        }
        if code != KILLED:
            assert code == 0, runner.output
            break
    assert kill_at > 12


def test_an_order_that_is_killed_at_any_step_is_paid_once(customer: Customer, runner: Runner) -> None:
    check_every_kill(customer, runner, every=False)


@pytest.mark.nightly
def test_a_command_that_is_killed_at_any_step_at_all_is_paid_once(customer: Customer, runner: Runner) -> None:
    check_every_kill(customer, runner, every=True)

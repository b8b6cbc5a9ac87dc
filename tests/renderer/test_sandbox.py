"""Children of the sandbox: kept within their limits, killed with all that they started, gone with their parent."""

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from renderer import sandbox
from renderer.confine import Reach, confine
from renderer.sandbox import ChildFailed, Limits, run, start

AMPLE = Limits(memory_bytes=1 << 30)

Script = Callable[[str], Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    def script(text: str) -> Path:
        path = tmp_path / "program.py"
        path.write_text(f"import os, signal, sys\n{text}\n")
        return path

    return script


@pytest.fixture
def alive(tmp_path: Path) -> Path:
    """A named pipe: who reads it gets the end of the file once all are gone that have opened it to write."""
    path = tmp_path / "alive"
    os.mkfifo(path)
    return path


def result(program: Path | str, *arguments: str, **options: Any) -> bytes:
    usual: dict[str, Any] = {"limits": AMPLE, "environment": {}, "timeout_s": 60, "output_bytes": 1 << 20}
    return run(program, arguments, **usual | options)


def test_what_a_child_writes_is_the_result(script: Script) -> None:
    assert result(script("sys.stdout.buffer.write(b'\\xff'); print(sys.argv[1:])"), "a", "b c") == b"\xff['a', 'b c']\n"


def test_a_module_is_found_where_the_parents_own_are() -> None:
    assert result("tests.renderer.sandboxed").decode() == sys.modules["renderer"].__file__


def test_a_script_sees_nothing_of_the_project(script: Script) -> None:
    assert result(script("import importlib.util; print(importlib.util.find_spec('tests'))")) == b"None\n"


def test_what_native_code_prints_is_no_part_of_the_result(script: Script) -> None:
    assert result(script("os.write(1, b'a complaint'); print('result')")) == b"result\n"


def test_complaints_go_where_the_parent_wants_them(script: Script, tmp_path: Path) -> None:
    program = script("os.write(1, b'native, '); print('Python', file=sys.stderr)")
    log = tmp_path / "log"
    with log.open("wb") as file, start(program, limits=AMPLE, environment={}, stderr=file.fileno()) as child:
        assert child.wait() == 0
        assert child.stdout.read() == b""
    assert log.read_text() == "native, Python\n"


def test_a_child_has_the_environment_that_is_given_and_no_more(script: Script) -> None:
    code = "print(*sorted(set(os.environ) - {'LC_CTYPE'}))"  # which Python sets itself where no locale is set
    assert result(script(code), environment={"ONE": "1", "TWO": "2"}) == b"ONE TWO\n"


def test_a_child_that_eats_memory_fails(script: Script) -> None:
    program = script("print(len(bytearray(300_000_000)))")
    assert result(program) == b"300000000\n"
    with pytest.raises(ChildFailed, match="crashed or needed too much"):
        result(program, limits=Limits(memory_bytes=200_000_000))


def test_a_child_that_computes_for_ever_is_ended_by_its_limit(script: Script) -> None:
    with pytest.raises(ChildFailed, match="crashed or needed too much"):
        result(script("while True: pass"), limits=Limits(1 << 30, cpu_seconds=1))


def test_a_child_that_does_nothing_is_ended_by_the_timeout(script: Script) -> None:
    with pytest.raises(ChildFailed, match="takes too long"):
        result(script("signal.pause()"), timeout_s=0.5)


def test_a_child_that_closes_its_output_and_stays_is_ended_by_the_timeout(script: Script) -> None:
    with pytest.raises(ChildFailed, match="takes too long"):
        result(script("sys.stdout.close(); signal.pause()"), timeout_s=1.0)


def test_a_child_that_writes_too_much_is_ended(script: Script) -> None:
    with pytest.raises(ChildFailed, match="writes more than it may"):
        result(script("while True: print('more')"))


def test_a_child_may_write_all_that_is_allowed(script: Script) -> None:
    assert len(result(script("sys.stdout.write('x' * 500_000)"), output_bytes=500_000)) == 500_000


def test_a_child_that_refuses_says_why(script: Script) -> None:
    with pytest.raises(ChildFailed, match=r"^it is no picture$"):
        result(script("print('it is no picture'); sys.exit(os.EX_DATAERR)"))


@pytest.mark.parametrize("end", [
    "os.abort()", "signal.raise_signal(signal.SIGSEGV)", "sys.exit(3)", "raise ValueError",
])
def test_a_child_that_crashes_gives_no_result(script: Script, end: str) -> None:
    with pytest.raises(ChildFailed, match="crashed or needed too much"):
        result(script(f"print('half', flush=True); {end}"))


def test_a_child_may_be_talked_with(script: Script) -> None:
    program = script("for line in sys.stdin: print(line.upper(), end='', flush=True)\nsys.exit(7)")
    with start(program, limits=AMPLE, environment={}) as child:
        for word in (b"one\n", b"two\n"):
            child.stdin.write(word)
            child.stdin.flush()
            assert child.stdout.readline() == word.upper()
        with pytest.raises(TimeoutError):
            child.wait(0.01)
        child.stdin.close()
        assert child.wait() == 7
        child.kill()
        assert child.wait() == 7


GRANDCHILD = """
if os.fork() == 0:
    gate = open(sys.argv[1], "w")
    print("up", flush=True)
    signal.pause()
"""


def test_a_grandchild_is_killed_with_the_child(script: Script, alive: Path) -> None:
    program = script(GRANDCHILD + "signal.pause()")
    reach = Reach(writes=[alive])
    with start(program, [str(alive)], limits=AMPLE, environment={}, reach=reach) as child, alive.open() as gate:
        assert child.stdout.readline() == b"up\n"
        child.kill()
        assert gate.read() == ""
        assert child.wait() == -signal.SIGKILL


def test_a_grandchild_does_not_outlive_a_child_that_ends(script: Script, alive: Path) -> None:
    program, reach = script(GRANDCHILD), Reach(writes=[alive])
    with start(program, [str(alive)], limits=AMPLE, environment={}, reach=reach) as child, alive.open() as gate:
        assert child.stdout.readline() == b"up\n"
        assert child.wait() == 0
        assert gate.read() == ""


def test_a_child_is_killed_while_another_thread_waits_for_it(script: Script) -> None:
    with start(script("print('up', flush=True); signal.pause()"), limits=AMPLE, environment={}) as child:
        assert child.stdout.readline() == b"up\n"
        read: list[bytes] = []
        codes: list[int] = []
        waiting = [threading.Thread(target=lambda: read.append(child.stdout.read())),
                   threading.Thread(target=lambda: codes.append(child.wait()))]
        for thread in waiting:
            thread.start()
        child.kill()
        for thread in waiting:
            thread.join()
        assert (read, codes) == ([b""], [-signal.SIGKILL])


def test_a_child_outlives_the_thread_that_started_it(script: Script) -> None:
    children = []
    program = script("for line in sys.stdin: print(line, end='', flush=True)")
    thread = threading.Thread(target=lambda: children.append(start(program, limits=AMPLE, environment={})))
    thread.start()
    thread.join()
    with children[0] as child:
        child.stdin.write(b"there?\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"there?\n"


PARENT = """
import pathlib, signal, sys
from renderer.sandbox import Limits, start
from renderer.confine import Reach
reach = Reach(writes=[pathlib.Path(sys.argv[2])])
child = start(sys.argv[1], sys.argv[2:], limits=Limits(1 << 30), environment={}, reach=reach)
child.stdout.readline()
print("up", flush=True)
signal.pause()
"""


def test_child_and_grandchild_are_gone_when_the_parent_is_killed(script: Script, alive: Path) -> None:
    program = script(GRANDCHILD + "gate = open(sys.argv[1], 'w')\nsignal.pause()")
    command = [sys.executable, "-c", PARENT, str(program), str(alive)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        try:
            with alive.open() as gate:
                assert piped(parent.stdout).readline() == b"up\n"
                parent.kill()
                assert gate.read() == ""
        finally:
            parent.kill()


def test_no_garbage_is_collected_in_the_confined_thread(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    collected_in: list[str] = []

    class Garbage:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            collected_in.append(threading.current_thread().name)

    def confine_among_garbage(*arguments: Any) -> None:
        confine(*arguments)
        for _ in range(10 * gc.get_threshold()[0]):
            Garbage()

    monkeypatch.setattr(sandbox, "confine", confine_among_garbage)
    assert result(script("print()")) == b"\n"
    gc.collect()
    assert set(collected_in) == {threading.current_thread().name}
    assert gc.isenabled()


def test_nothing_is_left_open(script: Script) -> None:
    def descriptors() -> set[str]:
        return set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - their names are all that is wanted

    before = descriptors()
    result(script("print()"))
    with pytest.raises(ChildFailed):
        result(script("signal.pause()"), timeout_s=0)
    assert descriptors() == before


def piped(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream

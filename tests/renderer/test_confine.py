"""What a confined child can't reach, tried by a child; the same programs succeed where they are allowed to."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from renderer import confine, sandbox
from renderer.confine import Reach
from renderer.sandbox import Limits

SECRET = "postgresql://farm:secret@database"


def tried(folder: Path, code: str, *arguments: object, **options: Any) -> str:
    """What `code` prints in a child: "done", or the name of the error that it ends in."""
    program = folder / "program.py"
    lines = "".join(f"    {line}\n" for line in code.strip().splitlines())
    program.write_text(f"import os, signal, socket, sys\ntry:\n{lines}    print('done')\n"
                       "except OSError as error:\n    print(type(error).__name__)\n")
    usual: dict[str, Any] = {"limits": Limits(1 << 30), "environment": {}}
    with sandbox.start(program, [str(each) for each in arguments], **usual | options) as child:
        assert child.wait(60) == 0
        return child.stdout.read().decode().strip()


def test_this_system_has_both() -> None:
    assert confine.missing() == {}


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"])
def test_a_child_opens_no_socket(tmp_path: Path, family: str) -> None:
    code = f"socket.socket(socket.{family}, socket.SOCK_DGRAM if '{family}' != 'AF_NETLINK' else socket.SOCK_RAW)"
    assert tried(tmp_path, code) == "PermissionError"


def test_an_unconfined_child_opens_one(tmp_path: Path) -> None:
    assert tried(tmp_path, "socket.socket(socket.AF_INET)", reach=None) == "done"


def test_nor_does_what_a_child_starts(tmp_path: Path) -> None:
    code = "import subprocess\nsubprocess.run([sys.executable, '-c', 'import socket; socket.socket()'], check=True)"
    assert tried(tmp_path, code.replace("check=True", "check=False, stderr=-3)\nassert done.returncode == 1").replace(
        "subprocess.run", "done = subprocess.run", 1).replace("== 1)", "== 1")) == "done"


def test_a_child_reads_and_writes_what_it_is_given_and_nothing_else(tmp_path: Path) -> None:
    given, other = tmp_path / "given", tmp_path / "other"
    for folder in (given, other):
        folder.mkdir()
        (folder / "file").write_text("text")
    read, write = "open(sys.argv[1]).read()", "open(sys.argv[1], 'a').write('more')"
    for code, folder, reach in (
        (read, given, Reach(reads=[given])), (read, given, Reach(writes=[given])), (write, given, Reach(writes=[given])),
    ):
        assert tried(tmp_path, code, folder / "file", reach=reach) == "done"
    for code, folder, reach in (
        (read, other, Reach(writes=[given])), (write, given, Reach(reads=[given])), (write, other, Reach(writes=[given])),
        ("os.listdir(sys.argv[1])", other, Reach(writes=[given])),
        ("os.unlink(sys.argv[1])", given, Reach(reads=[given])),
        ("os.truncate(sys.argv[1], 0)", other, Reach(writes=[given])),
    ):
        assert tried(tmp_path, code, folder / "file", reach=reach) in ("PermissionError", "NotADirectoryError")
    assert (other / "file").read_text() == "text"


@pytest.mark.parametrize("path", ["/etc/passwd", "/root", "/var/log", "/tmp", "/proc/self/environ", "/home", "/srv"])
def test_a_child_sees_little_of_the_system(tmp_path: Path, path: str) -> None:
    code = "os.listdir(sys.argv[1]) if os.path.isdir(sys.argv[1]) else open(sys.argv[1]).read()"
    assert tried(tmp_path, code, path) == "PermissionError"


@pytest.mark.parametrize("code", [
    "os.symlink('/etc/passwd', sys.argv[1] + '/link')", "os.mkfifo(sys.argv[1] + '/pipe')",
    "os.mknod(sys.argv[1] + '/device', 0o20666, os.makedev(1, 5))",
])
def test_a_child_leaves_nothing_but_files_and_folders(tmp_path: Path, code: str) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    assert tried(tmp_path, code, folder, reach=Reach(writes=[folder])) == "PermissionError"
    assert list(folder.iterdir()) == []


def test_a_child_moves_and_links_files_within_its_folder_only(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    (own / "a").mkdir(parents=True)
    other.mkdir()
    (own / "file").touch()
    (other / "secret").touch()
    reach = Reach(writes=[own])
    assert tried(tmp_path, "os.link(sys.argv[1] + '/file', sys.argv[1] + '/a/file')", own, reach=reach) == "done"
    assert tried(tmp_path, "os.rename(sys.argv[1] + '/file', sys.argv[1] + '/a/moved')", own, reach=reach) == "done"
    for code in ("os.link(sys.argv[1] + '/secret', sys.argv[2] + '/s')", "os.link(sys.argv[2] + '/a/file', sys.argv[1])",
                 "os.rename(sys.argv[1] + '/secret', sys.argv[2] + '/s')"):
        assert tried(tmp_path, code, other, own, reach=reach) != "done"


def test_a_child_that_draws_can_read_neither_environment_nor_memory_of_another_process(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], stdin=-1, stdout=-1,
                             env={"SECRET": SECRET})
    with other:
        try:
            assert other.stdout is not None
            other.stdout.readline()
            folder = f"/proc/{other.pid}"
            assert SECRET in Path(folder, "environ").read_text()
            reach = Reach(graphics=True)
            for name in ("environ", "mem", "maps", "root/etc/hostname", "cwd/."):
                code = "os.close(os.open(sys.argv[1], os.O_RDONLY))"
                assert tried(tmp_path, code, f"{folder}/{name}", reach=reach) == "PermissionError"
            assert tried(tmp_path, "open('/proc/cpuinfo').read()", reach=reach) == "done"
        finally:
            other.kill()


def test_a_child_sends_no_signal_to_its_parent(tmp_path: Path) -> None:
    assert tried(tmp_path, f"os.kill({os.getpid()}, signal.SIGTERM)") == "PermissionError"
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL  # it would have ended this process


def test_whoever_started_the_child_is_as_free_as_before(tmp_path: Path) -> None:
    assert tried(tmp_path, "pass") == "done"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
    (tmp_path / "file").write_text("written")
    os.symlink("/etc/passwd", tmp_path / "link")  # noqa: PTH211


def test_a_confined_child_confines_children_of_its_own_further(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    code = f"""
sys.path[:0] = [{str(Path(confine.__file__).parents[1])!r}]
from pathlib import Path
from renderer import sandbox
sandbox.run(Path(sys.argv[0]).with_name("inner.py"), [sys.argv[1]], limits=sandbox.Limits(1 << 30), environment={{}},
            timeout_s=60, output_bytes=100)
"""
    inner = tmp_path / "inner.py"
    project = Path(confine.__file__).parent
    for written in ("open(sys.argv[1] + '/file', 'w')", "pass"):
        inner.write_text(f"import sys\n{written}\n")
        try:
            ended = tried(tmp_path, code + "\n", own, reach=Reach(
                reads=[project, inner], writes=[own], lists=[project.parent], graphics=True))
        except AssertionError:
            ended = "failed"
        assert ended == ("done" if written == "pass" else "failed")


def test_a_path_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tried(tmp_path, "pass", reach=Reach(writes=[tmp_path / "missing"]))

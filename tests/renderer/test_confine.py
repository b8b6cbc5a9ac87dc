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


@pytest.mark.parametrize(("family", "ends"), [
    ("AF_INET", "done"), ("AF_INET6", "done"), ("AF_UNIX", "PermissionError"), ("AF_NETLINK", "PermissionError"),
    ("AF_PACKET", "PermissionError"), ("AF_VSOCK", "PermissionError"), ("AF_IPX", "PermissionError"),
])
def test_one_that_may_use_the_network_opens_sockets_of_ip_only(tmp_path: Path, family: str, ends: str) -> None:
    code = f"socket.socket(socket.{family}, socket.SOCK_DGRAM)"
    assert tried(tmp_path, code, reach=Reach(network=True)) == ends


def test_it_connects_finds_addresses_and_takes_no_calls(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = "socket.create_connection(('localhost', int(sys.argv[1])))"
        assert tried(tmp_path, code, listener.getsockname()[1], reach=Reach(network=True)) == "done"
    assert tried(tmp_path, "socket.create_server(('127.0.0.1', 0))", reach=Reach(network=True)) == "PermissionError"


def test_an_unconfined_child_opens_one(tmp_path: Path) -> None:
    assert tried(tmp_path, "socket.socket(socket.AF_INET)", reach=None) == "done"


def test_nor_does_what_a_child_starts(tmp_path: Path) -> None:
    code = """import subprocess
inner = "import socket\\ntry: socket.socket()\\nexcept PermissionError: print('refused')"
assert subprocess.run([sys.executable, '-c', inner], stdout=subprocess.PIPE).stdout == b'refused\\n'"""
    assert tried(tmp_path, code) == "done"


READ, APPEND = "open(sys.argv[1]).read()", "open(sys.argv[1], 'a').write('more')"


@pytest.mark.parametrize(("code", "given", "ends"), [
    (READ, "reads", "done"), (READ, "writes", "done"), (READ, "lists", "PermissionError"),
    (READ, "", "PermissionError"),
    (APPEND, "writes", "done"), (APPEND, "reads", "PermissionError"), (APPEND, "", "PermissionError"),
    ("os.unlink(sys.argv[1])", "reads", "PermissionError"), ("os.truncate(sys.argv[1], 0)", "reads", "PermissionError"),
    ("os.listdir(os.path.dirname(sys.argv[1]))", "lists", "done"),
    ("os.listdir(os.path.dirname(sys.argv[1]))", "", "PermissionError"),
])
def test_a_child_does_with_files_what_it_may(tmp_path: Path, code: str, given: str, ends: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_text("text")
    folders = {kind: [folder] if kind == given else [] for kind in ("reads", "writes", "lists")}
    reach = Reach(folders["reads"], folders["writes"], folders["lists"])
    assert tried(tmp_path, code, folder / "file", reach=reach) == ends


@pytest.mark.parametrize("path", ["/etc/passwd", "/root", "/var/log", "/sys", "/home", "/srv"])
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
    for call in ("link", "rename"):
        into = f"os.{call}(sys.argv[1] + '/secret', sys.argv[2] + '/secret')"
        out = f"os.{call}(sys.argv[2] + '/a/moved', sys.argv[1] + '/moved')"
        ends = {tried(tmp_path, code, other, own, reach=reach) for code in (into, out)}
        assert ends <= {"PermissionError", "OSError"}
    assert [path.name for path in other.iterdir()] == ["secret"]


def test_a_child_reads_neither_environment_nor_memory_of_another_process(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], stdin=-1, stdout=-1,
                             env={"SECRET": SECRET})
    with other:
        try:
            assert other.stdout is not None
            other.stdout.readline()
            folder = f"/proc/{other.pid}"
            assert SECRET in Path(folder, "environ").read_text()
            code = f"""for name in ('environ', 'mem', 'maps', 'root/etc/hostname', 'cwd/.'):
    try:
        print(name, os.open('{folder}/' + name, os.O_RDONLY))
    except PermissionError:
        pass
open('/proc/self/environ').read()"""
            assert tried(tmp_path, code) == "done"
        finally:
            other.kill()


def test_a_child_sends_no_signal_to_its_parent(tmp_path: Path) -> None:
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: received.append(number))
    try:
        assert tried(tmp_path, f"os.kill({os.getpid()}, signal.SIGTERM)") == "PermissionError"
    finally:
        signal.signal(signal.SIGTERM, before)
    assert received == []


def test_whoever_started_the_child_is_as_free_as_before(tmp_path: Path) -> None:
    assert tried(tmp_path, "pass") == "done"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
    (tmp_path / "file").write_text("written")
    os.symlink("/etc/passwd", tmp_path / "link")  # noqa: PTH211


NESTING = """
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from renderer import sandbox
inner = Path(sys.argv[0]).with_name("inner.py")
print(sandbox.run(inner, [sys.argv[2]], limits=sandbox.Limits(1 << 30), environment={}, timeout_s=60, output_bytes=99))
"""


def test_a_confined_child_confines_its_own_children_further(tmp_path: Path) -> None:
    own, renderer = tmp_path / "own", Path(confine.__file__).parent
    own.mkdir()
    inner = tmp_path / "inner.py"
    inner.write_text("import sys\ntry: open(sys.argv[1] + '/file', 'w')\nexcept PermissionError: print('refused')\n")
    reach = Reach(reads=[renderer, inner], writes=[own], lists=[renderer.parent])
    assert tried(tmp_path, NESTING, renderer.parent, own, reach=reach) == "b'refused\\n'\ndone"
    assert list(own.iterdir()) == []


def test_a_path_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tried(tmp_path, "pass", reach=Reach(writes=[tmp_path / "missing"]))

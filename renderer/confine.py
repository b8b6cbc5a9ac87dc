"""What a child of `sandbox.py` may reach: the files that it is given, by Landlock, and no network, by seccomp, a filter
of system calls, unless it is there for the network.

Both are the Linux kernel's, need no privilege, hold for a thread and for all that it starts, and are never lifted
again. So a thread of this process confines itself, starts the child, and ends. Where the kernel or a library lacks one
of the two, the other holds alone; `missing` says so.

Landlock also keeps the child from looking into other processes, their environment and memory, and from sending signals
to them (the last since Linux 6.12), although they run under the same user. Where that is root, the child gets none of
root's privileges but that over files, which Landlock bounds.
"""

import contextlib
import ctypes
import dataclasses
import errno
import functools
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import landlockpy
from landlockpy import AccessFS, AccessNet

PARTS = ("landlock", "seccomp")

LEAST_LANDLOCK = 2
"""The version of Landlock, of Linux 5.19, that lets a child move a file from one of its folders to another."""

FILE_RIGHTS = AccessFS.EXECUTE | AccessFS.READ_FILE | AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.IOCTL_DEV
"""Those that a file, which is no folder, can have."""

READ = AccessFS.READ_FILE | AccessFS.READ_DIR
RUN = READ | AccessFS.EXECUTE
USE = AccessFS.READ_FILE | AccessFS.WRITE_FILE | AccessFS.READ_DIR | AccessFS.IOCTL_DEV
WRITE = (
    READ | AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.MAKE_REG | AccessFS.MAKE_DIR
    | AccessFS.REMOVE_FILE | AccessFS.REMOVE_DIR | AccessFS.REFER
)  # fmt: skip
"""No links, pipes, sockets or devices: nobody who reads a child's files should meet one."""

PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store")
SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/proc")
"""Of /proc, Landlock leaves what any process may know of any other. Without it, starting a child would take longer: a
new process finds there which files it has to close, and else tries all numbers, 8 ms for 20,000."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

NETWORK_SETTINGS = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/ssl", "/etc/pki",
)  # fmt: skip
"""What finding addresses takes, and the authorities whose certificates the system trusts."""

DRIVER_SETTINGS = ("/sys", "/etc/glvnd", "/etc/drirc", "/etc/vulkan", "/run/opengl-driver", "/run/udev/data")
"""What drivers read to find their cards."""
DRIVER_DEVICES = ("dri", "nvidia*", "kfd", "dxg", "udmabuf")
"""Below /dev: Mesa's and AMD's, NVIDIA's, AMD's computing, Windows' for its Linux, and memory shared with cards."""
DRIVER_CACHES = (".cache/mesa_shader_cache", ".cache/mesa_shader_cache_db", ".cache/nvidia", ".nv")
"""In the user's home: where drivers keep compiled shaders, without which opening a device takes seconds."""

FORBIDDEN_CALLS: Mapping[int, Sequence[str]] = {
    errno.EPERM: (
        "socket", "io_uring_setup",  # the network, and local sockets such as a database's
        "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp",  # other processes
        "unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig",
        "fsmount", "fspick", "mount_setattr", "open_by_handle_at", "name_to_handle_at",  # other views of the files
        "add_key", "request_key", "keyctl", "bpf", "perf_event_open", "userfaultfd", "quotactl", "acct", "syslog",
        "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff",
    ),
    errno.ENOSYS: ("clone3",),  # its flags can't be seen by a filter: libc then calls clone
}  # fmt: skip
"""By the error that they end in. Beside the first two lines, what no decoder or driver needs of the kernel."""

KEPT_CAPABILITIES = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of capabilities(7): root may run what is installed for somebody else."""
CAPABILITY_VERSION = 0x20080522

CLONE_NEWUSER = 0x10000000
"""A flag of clone(2): a user namespace, in which much of the kernel opens up."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reach:
    """Absolute paths of files, or of folders with all below, that a child may read, or read and write; in `lists`, of
    folders in which it may see what there is.

    It can also read and run Python, the system's programs and libraries, and what its environment's PATH and
    LD_LIBRARY_PATH name. `graphics`: and use graphics cards, with what their drivers need. `network`: and open
    connections by IP, and nothing else that is a socket.
    """

    reads: Sequence[Path] = ()
    writes: Sequence[Path] = ()
    lists: Sequence[Path] = ()
    graphics: bool = False
    network: bool = False


def missing() -> dict[str, str]:
    """Which of PARTS this system has not, each with what follows and what to do about it."""
    found = {}
    if _landlock_version() < LEAST_LANDLOCK:
        found["landlock"] = (
            "children may read and write whatever their user may: run Linux 5.19 or newer with landlock among its "
            "security modules (kernel parameter lsm=), in a container runtime that allows its system calls"
        )
    if not _seccomp_works():
        found["seccomp"] = (
            "children may open connections: install libseccomp2, on a kernel built with CONFIG_SECCOMP_FILTER"
        )
    return found


def confine(reach: Reach, environment: Mapping[str, str]) -> None:
    """Confines the calling thread, for ever, and the children that it starts, whose environment that is.

    Raises FileNotFoundError where a path of `reach` is missing.
    """
    if _landlock_version() >= LEAST_LANDLOCK:
        scopes = landlockpy.Scope.SIGNAL | landlockpy.Scope.ABSTRACT_UNIX_SOCKET
        refused = AccessNet.BIND_TCP if reach.network else None  # None: all that has to do with the network
        with landlockpy.Ruleset(handled_net=refused, scoped=scopes) as ruleset:
            for path, rights in _rules(reach, environment):
                ruleset.allow_path(path, rights if path.is_dir() else rights & FILE_RIGHTS)
            ruleset.restrict()
    _drop_capabilities()
    if _seccomp_works():
        _forbid_calls(network=reach.network)


def _rules(reach: Reach, environment: Mapping[str, str]) -> Iterator[tuple[Path, AccessFS]]:
    packages = (path for path in sys.path if path.endswith(("site-packages", "dist-packages")))
    named = (path for name in ("PATH", "LD_LIBRARY_PATH") for path in environment.get(name, "").split(":"))
    system = [
        (RUN, [*PROGRAMS, sys.prefix, sys.base_prefix, *packages, *(path for path in named if path.startswith("/"))]),
        (READ, SETTINGS),
        (USE, DEVICES),
    ]
    if reach.graphics:
        cards = [str(path) for pattern in DRIVER_DEVICES for path in Path("/dev").glob(pattern)]
        system += [(READ, DRIVER_SETTINGS), (USE, cards), (WRITE, _driver_caches(environment))]
    if reach.network:
        system.append((READ, NETWORK_SETTINGS))
    for rights, paths in system:
        yield from ((path, rights) for path in map(Path, paths) if path.exists())
    yield from ((path, READ) for path in reach.reads)
    yield from ((path, WRITE) for path in reach.writes)
    yield from ((path, AccessFS.READ_DIR) for path in reach.lists)


def _driver_caches(environment: Mapping[str, str]) -> list[str]:
    """Made, if need be: a confined driver can't make them, and does without."""
    folders = [Path(environment["HOME"], name) for name in DRIVER_CACHES] if "HOME" in environment else []
    if "XDG_CACHE_HOME" in environment:
        folders += [Path(environment["XDG_CACHE_HOME"], Path(name).name) for name in DRIVER_CACHES]
    if "MESA_SHADER_CACHE_DIR" in environment:
        folders.append(Path(environment["MESA_SHADER_CACHE_DIR"]))
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
    return [str(folder) for folder in folders]


def _drop_capabilities() -> None:
    """Of the calling thread, by capset(2): for two calls of libc, no library would be less code than they are.

    CAP_PERFMON alone would let the child read the environment of any process, past Landlock.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    held = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the same of those numbered 32 and more
    if libc.capget(header, held):
        raise OSError(ctypes.get_errno(), "capget")
    for index, bits in enumerate(held):
        held[index] = bits & KEPT_CAPABILITIES if index < 3 else 0
    if libc.capset(header, held):
        raise OSError(ctypes.get_errno(), "capset")


@functools.cache
def _landlock_version() -> int:
    try:
        return landlockpy.abi_version()
    except landlockpy.LandlockError:
        return 0


@functools.cache
def _seccomp_works() -> bool:
    try:
        import pyseccomp  # noqa: F401 - raises RuntimeError where it finds no libseccomp
    except RuntimeError:
        return False
    return Path("/proc/sys/kernel/seccomp").is_dir()


def _forbid_calls(*, network: bool) -> None:
    import pyseccomp

    calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for error, names in FORBIDDEN_CALLS.items():
        for name in names:
            for conditions in _other_families() if network and name == "socket" else [()]:
                calls.add_rule(pyseccomp.ERRNO(error), name, *conditions)
    new_user = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)
    calls.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", new_user)
    calls.load()


def _other_families() -> list[tuple[Any, ...]]:
    """The conditions that a call of socket(2) is for none of the two of IP."""
    import pyseccomp

    lower = [family for family in range(socket.AF_INET6) if family != socket.AF_INET]
    return [
        *((pyseccomp.Arg(0, pyseccomp.EQ, family),) for family in lower),
        (pyseccomp.Arg(0, pyseccomp.GT, int(socket.AF_INET6)),),
    ]

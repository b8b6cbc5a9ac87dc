"""TCP ports for servers that must be told one."""

import contextlib
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def reserved_port() -> Iterator[int]:
    """A port on 127.0.0.1 that nobody else gets meanwhile: it is bound, but nobody listens.

    Connections are refused until a server listens there; it can if it sets SO_REUSEADDR, as servers do.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses now: for servers that come and go, of which nobody can hold the port."""
    with reserved_port() as port:
        return port

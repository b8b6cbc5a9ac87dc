"""The server around the application: uvicorn with this package's protocol, its caps and its time limits."""

import asyncio
import logging
import resource
import socket

import uvicorn
from fastapi import FastAPI

from api.http.connections import Connections
from api.http.peers import Proxies
from api.http.protocol import BoundedProtocol
from api.http.state import Farm

CLOSE_CONNECTIONS_S = 3
"""How long running requests may take after SIGTERM."""
KEEP_ALIVE_S = 75
"""How long a connection is kept for a next request: longer than proxies keep theirs (60 s in deploy/), because one
that is closed while a request is on its way is a request lost. Where a cap is reached, waiting connections go first."""
ANSWER_S = 60.0
"""How long a request may take until its answer begins, beside a download that it orders."""
OTHER_FILES = 200
"""Open files of a server beside its connections and the files that these read: pools, pipes, locks, libraries."""
LOOK_TICKS = 5
"""Every how many of uvicorn's ticks, of 0.1 s, connections are looked at."""


log = logging.getLogger("api.http")


class Server(uvicorn.Server):
    """Serves an application of `create_app`. Raises ValueError where PIROUETTE_TRUSTED_PROXIES is malformed.

    When it stops, it ends the streams of events first: uvicorn waits for all running requests, and they end with their
    render.
    """

    server_state: Connections

    def __init__(self, app: FastAPI) -> None:
        self._farm: Farm = app.state.farm
        settings = self._farm.settings
        proxies = Proxies(settings.trusted_proxies)
        config = uvicorn.Config(
            app,
            http=BoundedProtocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxies.names),
            forwarded_allow_ips=list(proxies.names),
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=CLOSE_CONNECTIONS_S,
        )
        super().__init__(config)
        self.server_state = Connections(
            most=_possible(settings.max_connections),
            most_per_client=settings.max_connections_per_client,
            proxies=proxies,
            answer_seconds=ANSWER_S + settings.ingest_seconds,
        )

    async def on_tick(self, counter: int) -> bool:
        if counter % LOOK_TICKS == 0:
            self.server_state.look(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._farm.touches.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._farm.stopping.set()
        await super().shutdown(sockets)
        await asyncio.to_thread(self._farm.touches.stop)


def _possible(connections: int) -> int:
    """As many of them as the limit of open files allows: beyond it nothing works, not even refusing one."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    possible = max(1, (files - OTHER_FILES) // 2)
    if files == resource.RLIM_INFINITY or possible >= connections:
        return connections
    log.warning("Open files are limited to %d: %d connections instead of %d", files, possible, connections)
    return possible

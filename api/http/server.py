"""The server around the application: uvicorn, which tells the application when it begins to stop."""

import asyncio
import socket

import uvicorn

from api.http.state import Farm


class Server(uvicorn.Server):
    """Ends the streams of events first: uvicorn waits for all running requests, and they end with their render."""

    def __init__(self, config: uvicorn.Config, farm: Farm) -> None:
        super().__init__(config)
        self._farm = farm

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._farm.touches.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._farm.stopping.set()
        await super().shutdown(sockets)
        await asyncio.to_thread(self._farm.touches.stop)

"""A hosted service on loopback, as its engine sees it, and what such services send."""

import asyncio
import functools
import io
import json
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import PIL.Image

from api.engines.services import PROTOCOLS, MeshProtocol, MeshService, PictureService
from renderer.generate.protocols import Context
from renderer.gl.context import Device
from tests.support.origin import Answer, Origin, answer
from tests.support.waiting import HANG_S

KEY = "xai-hunter2"


def picture_service(origin: Origin, *, allow: str = "", seconds: float = HANG_S, key: str = KEY) -> PictureService:
    return PictureService(
        name="xai", title="xAI", url=f"{origin.url}/v1/images/generations", key=key, model="grok-imagine", allow=allow,
        seconds=seconds, fields={"aspect_ratio": "1:1", "response_format": "b64_json"},
    )  # fmt: skip


def mesh_service(
    origin: Origin, protocol: str | MeshProtocol = "bytes", *, allow: str = "", seconds: float = HANG_S
) -> MeshService:
    known = PROTOCOLS[protocol] if isinstance(protocol, str) else protocol
    return MeshService(
        url=f"{origin.url}/make", title="The service", key=KEY, protocol=known, allow=allow, seconds=seconds
    )


def context(folder: Path) -> Context:
    def no_device() -> Device:
        raise AssertionError("hosted engines draw nothing")

    return Context(folder, no_device)


def told(value: Any, status: str = "200 OK", **headers: str) -> bytes:
    return answer(json.dumps(value).encode(), status=status, headers={"Content-Type": "application/json", **headers})


def in_turn(*answers: Answer) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """One answer after the other, then the last again and again."""
    left = list(answers)

    async def give(writer: asyncio.StreamWriter) -> None:
        reply = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(reply, bytes):
            writer.write(reply)
            await writer.drain()
        else:
            await reply(writer)

    return give


def stalled(began: Callable[[], None]) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """Begins an answer, says so, and never ends it."""

    async def give(writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"da')
        await writer.drain()
        began()
        await asyncio.sleep(HANG_S)  # by the loop's clock: of what waits for nothing the loop keeps no hold

    return give


async def endless(writer: asyncio.StreamWriter) -> None:
    """More than 200 MB, if anybody takes it."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(200):
        writer.write(bytes(1024 * 1024))
        await writer.drain()


@functools.cache
def jpeg(side: int = 24, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    PIL.Image.new(mode, (side, side), (200, 40, 40) if mode == "RGB" else 128).save(file, "JPEG")
    return file.getvalue()


def glb(**changes: Any) -> bytes:
    """A triangle far from the ground."""
    corners = struct.pack("<9f", 4, 5, 6, 5, 5, 6, 4, 7, 7)
    document = {
        "asset": {"version": "2.0", "extras": ["theirs"]}, "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}], "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
                       "min": [4, 5, 6], "max": [5, 7, 7]}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}], "buffers": [{"byteLength": 36}],
    } | changes  # fmt: skip
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", 36, 0x004E4942) + corners
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body

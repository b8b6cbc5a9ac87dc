"""Pictures to models by a service: one that answers with the GLB, or one that takes a job, which is then asked about.

    picture -> (upload ->) submit -> GLB
                                  -> id -> ask, ask, ask -> URL -> GLB

How the service wants it said is its MeshProtocol.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from api.engines.answers import json_of, printable, text_at, value_at
from api.engines.client import Client
from api.engines.services import MeshProtocol, MeshService
from renderer.checkpoints import checkpoint
from renderer.errors import EngineFailed, EngineRejected
from renderer.generate.protocols import Context, MeshOptions, MeshResult
from renderer.generate.received import Unusable, received_model, received_picture

MAX_MODEL_BYTES = 100 * 1024 * 1024
"""As of an upload by users."""
MAX_ANSWER_BYTES = 1024 * 1024
"""Of the JSON about a job."""

PICTURE_SIDE = 2048
"""Pixels of the picture that is sent: the services scale larger ones down, and some refuse them."""

POLL_S = 2.0
"""Between two questions about a job, which takes from 10 s to some minutes."""


class HostedMeshes:
    """An ImageToMesh. Quality, texture and, with most services, the seed are the service's choice."""

    name = "hosted"

    def __init__(self, service: MeshService) -> None:
        self._service = service

    def available(self) -> tuple[bool, str]:
        return True, ""

    def mesh_of_picture(self, picture: Path, options: MeshOptions, context: Context) -> MeshResult:
        protocol = self._service.protocol
        key = self._service.key
        client = Client(self._service, protocol.authorization.replace("{key}", key) if key else "")
        try:
            jpeg = received_picture(picture.read_bytes(), PICTURE_SIDE, context.folder)
        except Unusable as error:
            raise EngineRejected(f"the picture {error}") from error
        glb = client.run(lambda: _Call(client, protocol, key, jpeg, options.seed).model())
        checkpoint()
        metadata: dict[str, Any] = {"engine": self.name}
        try:
            model = received_model(glb, metadata, context.folder)
        except Unusable as error:
            raise EngineFailed(f"{client.title} sent a model that can't be used: {error}") from error
        return MeshResult(model.glb, {**metadata, **model.facts})


class _Call:
    def __init__(self, client: Client, protocol: MeshProtocol, key: str, jpeg: bytes, seed: int) -> None:
        self._client = client
        self._protocol = protocol
        self._key = key
        self._jpeg = jpeg
        url = client.url
        self._words = {"url": str(url), "origin": str(url.copy_with(raw_path=b"/")).rstrip("/")}
        self._values: dict[str, Any] = {"{seed}": seed}

    async def model(self) -> bytes:
        """The GLB's bytes."""
        protocol, client = self._protocol, self._client
        if protocol.upload is not None:
            upload = protocol.upload
            answer = await self._post(upload.url.format_map(self._words), upload.form, None, MAX_ANSWER_BYTES)
            self._values["{token}"] = text_at(client.title, json_of(client.title, answer), upload.gives)
        most = MAX_ANSWER_BYTES if protocol.id else MAX_MODEL_BYTES
        answer = await self._post(str(client.url), protocol.form, protocol.body, most)
        if not protocol.id:
            return answer
        job = text_at(client.title, json_of(client.title, answer), protocol.id)
        url = await self._result_of(protocol.poll.format_map(self._words | {"id": quote(job, safe="")}))
        return await client.get(url, accept="model/gltf-binary, */*", most=MAX_MODEL_BYTES)

    async def _result_of(self, question: str) -> str:
        """The URL of the job's GLB, once it is done."""
        protocol, title = self._protocol, self._client.title
        while True:
            answer = await self._client.get(question, accept="application/json", most=MAX_ANSWER_BYTES)
            told = json_of(title, answer)
            status = text_at(title, told, protocol.status)
            if status in protocol.done:
                return text_at(title, told, protocol.result)
            if status in (*protocol.refused, *protocol.failed):
                why = value_at(told, protocol.problem) if protocol.problem else None
                words = f": {printable(why, self._key)}" if isinstance(why, str) and why else ""
                kind = EngineRejected if status in protocol.refused else EngineFailed
                raise kind(f"{title} ended the job as {printable(status, self._key)}{words}")
            await self._client.pause(POLL_S)

    async def _post(
        self, url: str, form: Mapping[str, str] | None, body: Mapping[str, Any] | None, most: int
    ) -> bytes:
        if form is not None:
            media_type, data = _form(form, self._values, self._jpeg)
        else:
            uri = "data:image/jpeg;base64," + base64.b64encode(self._jpeg).decode()
            media_type, data = "application/json", json.dumps(_filled(body, self._values | {"{picture}": uri})).encode()
        return await self._client.post(url, media_type, data, accept="*/*", most=most)


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    """The JSON `value`, with each text that is a name of `values` replaced by what that is."""
    if isinstance(value, dict):
        return {name: _filled(each, values) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, values) for each in value]
    return values.get(value, value) if isinstance(value, str) else value


def _form(form: Mapping[str, str], values: Mapping[str, Any], jpeg: bytes) -> tuple[str, bytes]:
    """The media type and the bytes of multipart/form-data."""
    files = {name: ("picture.jpg", jpeg, "image/jpeg") for name, value in form.items() if value == "{picture}"}
    data = {name: str(values.get(value, value)) for name, value in form.items() if name not in files}
    request = httpx.Request("POST", "http://form", data=data, files=files)
    return request.headers["content-type"], request.read()

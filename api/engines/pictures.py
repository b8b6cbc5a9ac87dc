"""Text to pictures by a service with OpenAI's API for images, such as xAI's."""

import base64
import binascii
import json
import re
from typing import Any

from api.engines.answers import json_of, printable, value_at
from api.engines.client import Client
from api.engines.services import PictureService
from renderer.checkpoints import checkpoint
from renderer.errors import EngineFailed
from renderer.generate.protocols import Context, ImageResult
from renderer.generate.received import Unusable, received_picture
from renderer.generate.wording import one_object

MAX_PICTURE_BYTES = 32 * 1024 * 1024
"""A PNG of 2048 x 2048 pixels of noise has 12 MB."""
MAX_ANSWER_BYTES = MAX_PICTURE_BYTES * 4 // 3 + 64 * 1024

_DATA_URI = re.compile(r"data:[^,]{0,100},")


class HostedPictures:
    """A TextToImage. The services take no seed: equal calls give different pictures."""

    def __init__(self, service: PictureService) -> None:
        self._service = service

    @property
    def name(self) -> str:
        return self._service.name

    def available(self) -> tuple[bool, str]:
        return True, ""

    def picture(self, prompt: str, seed: int, size: int, context: Context) -> ImageResult:
        client = Client(self._service, f"Bearer {self._service.key}" if self._service.key else "")
        data, revised = client.run(lambda: self._ask(client, prompt))
        checkpoint()
        metadata = {"engine": self.name, "model": self._service.model}
        if revised:
            metadata["revised_prompt"] = revised
        try:
            return ImageResult(received_picture(data, size, context.folder, square=True), metadata)
        except Unusable as error:
            raise EngineFailed(f"{client.title} sent a picture that can't be used: {error}") from error

    async def _ask(self, client: Client, prompt: str) -> tuple[bytes, str]:
        """The picture's file, and what the service made of the prompt."""
        body = {
            "model": self._service.model, "prompt": one_object(prompt), "n": 1, **self._service.fields,
        }  # fmt: skip
        answer = await client.post(
            self._service.url, "application/json", json.dumps(body).encode(), accept="application/json",
            most=MAX_ANSWER_BYTES,
        )  # fmt: skip
        told = value_at(json_of(client.title, answer), "data.0")
        revised = value_at(told, "revised_prompt")
        data = await self._picture_in(client, told)
        return data, printable(revised, self._service.key) if isinstance(revised, str) else ""

    async def _picture_in(self, client: Client, told: Any) -> bytes:
        encoded, url = value_at(told, "b64_json"), value_at(told, "url")
        if isinstance(encoded, str):
            return _decoded(client.title, encoded)
        if not isinstance(url, str):
            raise EngineFailed(f"{client.title} answers without a picture")
        if url.startswith("data:"):
            return _decoded(client.title, url)
        return await client.get(url, accept="image/*", most=MAX_PICTURE_BYTES)


def _decoded(title: str, text: str) -> bytes:
    """Base64, which may be a data URI."""
    try:
        return base64.b64decode(_DATA_URI.sub("", text, count=1), validate=True)
    except (binascii.Error, ValueError):
        raise EngineFailed(f"{title} answers with a picture that is no base64") from None

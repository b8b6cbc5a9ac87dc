"""The client's part for /v1/models: files up and down, and what they are called."""

import base64
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

from api.client.results import Generated, Model, Outcome, Upload
from api.client.transport import OnProgress, Transport, ignore_progress, new_key, notified, permanently

INGEST_S = 150.0
"""Longer than a farm downloads by default; it answers when it has the file."""


IN_PARTS_BYTES = 90 * 1024 * 1024
"""Larger files go in parts, as dx.gl's own portal sends them: a lost connection costs one part, not all."""


class ModelChanges(TypedDict, total=False):
    """What is absent stays as it is; None takes a title or SKU away."""

    title: str | None
    sku: str | None
    tags: Collection[str]


class Models:
    """All methods raise FarmUnreachable and RequestRefused."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def upload(
        self,
        path: Path,
        settings: Mapping[str, Any] | None = None,
        on_progress: OnProgress = ignore_progress,
        *,
        notify_url: str | None = None,
        key: str | None = None,
    ) -> Upload:
        """Sends a model, such as a .glb or a .zip, and orders a render of it, which costs credits.

        Its end is POSTed to `notify_url`. The same upload under the same `key` is paid once in 24 hours.

        A file above 90 MB goes in parts: what has come of it before is not sent again, also by another process. Under
        the same `key`, a render of a large file that the farm has is ordered once.
        """
        if path.stat().st_size > IN_PARTS_BYTES:
            return self._upload_in_parts(path, settings, on_progress, notify_url, key)
        fields = {} if settings is None else {"renderSettings": json.dumps(dict(settings))}
        fields |= notified(notify_url)
        return Upload.of(self._transport.send_file("/models", path, fields, on_progress, key=key or new_key()))

    def _upload_in_parts(
        self, path: Path, settings: Mapping[str, Any] | None, on_progress: OnProgress, notify_url: str | None,
        key: str | None,
    ) -> Upload:  # fmt: skip
        size, order = path.stat().st_size, {"renderSettings": dict(settings or {}), **notified(notify_url)}
        announced = {"name": path.name, "size": size, "sha256": _sha256_of(path), **order}
        begun = self._transport.data("POST", "/uploads", json=announced)
        if begun["modelId"] is not None:
            render = self._transport.order("/renders", key=key, json={"modelId": begun["modelId"], **order})
            return Upload(begun["modelId"], render["id"], duplicate=True, unarchived=False)
        with path.open("rb") as file:
            for number in range(1, begun["partCount"] + 1):
                if number not in begun["parts"]:
                    file.seek((number - 1) * begun["partSize"])
                    self._transport.put(f"/uploads/{begun['id']}/{number}", file.read(begun["partSize"]))
                on_progress(min(size, number * begun["partSize"]), size)
        return Upload.of(self._transport.data("POST", f"/uploads/{begun['id']}/complete"))

    def ingest(
        self, url: str, settings: Mapping[str, Any] | None = None, *, notify_url: str | None = None
    ) -> Upload:
        """Like `upload`, but the farm downloads the file itself; returns when it has."""
        body = {"url": url, "renderSettings": dict(settings or {}), **notified(notify_url)}
        return Upload.of(self._transport.order("/models/ingest", json=body, timeout=INGEST_S))

    def generate(
        self,
        prompt: str | None = None,
        *,
        image: Path | None = None,
        settings: Mapping[str, Any] | None = None,
        seed: int = -1,
        quality: Literal["low", "high"] = "high",
        notify_url: str | None = None,
    ) -> Generated:
        """Orders a model of a text or of a picture and, with `settings`, a render of it; both cost credits."""
        body: dict[str, Any] = {"seed": seed, "quality": quality, **notified(notify_url)}
        if prompt is not None:
            body["prompt"] = prompt
        if image is not None:
            body["image"] = base64.b64encode(image.read_bytes()).decode()
        if settings is not None:
            body["renderSettings"] = dict(settings)
        return Generated.of(self._transport.order("/models/generate", json=body))

    def list(self, *, tags: Collection[str] = (), archived: bool = False) -> Iterator[Model]:
        """Newest first, those with any of `tags`. Pages are asked for as the iterator gets to them."""
        wanted = {"tags": ",".join(tags)} if tags else {}
        hidden = {"archived": "true"} if archived else {}
        return (Model.of(each) for each in self._transport.pages("/models", 100, **wanted, **hidden))

    def get(self, model_id: str) -> Model:
        return Model.of(self._transport.data("GET", f"/models/{model_id}"))

    def update(self, model_id: str, **changes: Unpack[ModelChanges]) -> Model:
        body = {**changes, "tags": [*changes["tags"]]} if "tags" in changes else changes
        return Model.of(self._transport.data("PATCH", f"/models/{model_id}", json=body))

    def archive(self, model_id: str) -> Model:
        """Hides the model from lists."""
        return Model.of(self._transport.data("PATCH", f"/models/{model_id}/archive"))

    def unarchive(self, model_id: str) -> Model:
        return Model.of(self._transport.data("PATCH", f"/models/{model_id}/unarchive"))

    def download(self, model_id: str, path: Path, on_progress: OnProgress = ignore_progress) -> None:
        """Streams the model's own file to `path`, which appears only when it is whole."""
        self._transport.fetch_file(f"/models/{model_id}/file", path, on_progress)

    def image_url(
        self, model_id: str, settings: Mapping[str, Any] | None = None, *, width: int = 512, height: int = 512,
        image_format: Literal["webp", "png", "avif"] = "webp",
    ) -> str:
        """A URL that shows a picture of the model to whoever has it; drawn, and paid for, when it is asked for first.
        """
        wanted = {"width": width, "height": height, "format": image_format, "renderSettings": dict(settings or {})}
        url: str = self._transport.data("POST", f"/models/{model_id}/image-url", json=wanted)["url"]
        return url

    def find(self, path: Path) -> str | None:
        """The id of the model with this file's bytes, if there is one: then it needn't be uploaded."""
        return self.check_hash(_sha256_of(path))

    def check_hash(self, sha256: str) -> str | None:
        """The id of the model whose file has this hash, in 64 hex digits, if there is one."""
        answer = self._transport.data("POST", "/models/check-hash", json={"sha256": sha256})
        return answer["modelId"] if answer["exists"] else None

    def delete(self, model_id: str, *, permanent: bool = False) -> None:
        """Its renders stay. Unless that is `permanent`, the farm keeps it for a while, for `restore`."""
        self._transport.data("DELETE", f"/models/{model_id}", repeatable=False, params=permanently(permanent))

    def restore(self, model_id: str) -> Model:
        """A deleted model is there again."""
        return Model.of(self._transport.data("POST", f"/models/{model_id}/restore", repeatable=False))

    def delete_all(self, model_ids: Iterable[str]) -> Iterator[Outcome]:
        """Like `delete`, of any number, each for itself."""
        return map(Outcome.of, self._transport.change_all("/models/delete", model_ids))


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

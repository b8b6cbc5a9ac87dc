"""What happens on the farm, as POSTed to Glossi's users.

The bytes are those that JSON.stringify makes of them once they are parsed, because Glossi's documentation verifies a
signature so: compact, no number but whole ones, and no character escaped that needn't be.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

import orjson

from api import clock
from api.domain.webhooks.deliveries import Event
from api.domain.webhooks.events import TEST
from api.http.links import below
from api.storage.base import Storage
from renderer.media_types import MEDIA_TYPES

DIALECT = "glossi"

LINK_SECONDS = 7 * 24 * 3600
"""How long links in an event work: as long as S3's signatures can."""

Data = Mapping[str, Any]
Link = Callable[[str, str | None], str]
"""From a storage key, and what the file is called if it is a download, to a URL that everybody may fetch it by."""


def _model_processed(data: Data, link: Link) -> dict[str, Any]:
    thumbnail = data["thumbnail_key"]
    return {
        "modelId": data["model_id"],
        "name": data["name"],
        "status": "READY",
        "glbFilePath": link(data["file_key"], data["file_name"]),
        "thumbnailUrl": None if thumbnail is None else link(thumbnail, None),
    }


def _model_failed(data: Data, link: Link) -> dict[str, Any]:
    return {
        "modelId": data["model_id"],
        "name": data["name"],
        "status": "FAILED",
        "errorCode": data["error_code"],
        "errorMessage": data["error_message"],
    }


def _project_created(data: Data, link: Link) -> dict[str, Any]:
    return {
        "projectId": data["project_id"],
        "name": data["name"],
        "status": data["status"],
        "modelIds": data["model_ids"],
        "templateId": data["template_id"],
    }


def _job_complete(data: Data, link: Link) -> dict[str, Any]:
    return {"jobId": data["job_id"], "status": "COMPLETE", "results": data["results"]}


def _job_failed(data: Data, link: Link) -> dict[str, Any]:
    return {"jobId": data["job_id"], "status": "FAILED", "error": data["error"], "results": data["results"]}


def _render_complete(data: Data, link: Link) -> dict[str, Any]:
    return {
        "jobId": data["job_id"],
        "status": "COMPLETED",
        "projectId": data["project_id"],
        "renderIds": data["render_ids"],
    }


def _render_failed(data: Data, link: Link) -> dict[str, Any]:
    return {
        "jobId": data["job_id"],
        "status": "FAILED",
        "projectId": data["project_id"],
        "errorMessage": data["error"],
    }


EVENTS: dict[str, Callable[[Data, Link], dict[str, Any]]] = {
    "model.processed": _model_processed,
    "model.failed": _model_failed,
    "project.created": _project_created,
    "job.complete": _job_complete,
    "job.failed": _job_failed,
    "render.complete": _render_complete,
    "render.failed": _render_failed,
}
"""What is told of each event. Source: Glossi's API documentation, "Set Up Webhooks"; its failures are in our words."""


def notice(event: Event, link: Link) -> bytes:
    """The body: which event, when it happened, and what there is to tell of it."""
    told = dict(event.data) if event.name == TEST else EVENTS[event.name](event.data, link)
    return orjson.dumps({"event": event.name, "timestamp": clock.iso(event.occurred_at), "data": told})


def headers(event: Event, body: bytes, secret: str) -> dict[str, str]:
    """The signature is over the body's bytes, with the whole of the secret's text as the key."""
    return {
        "X-Glossi-Event": event.name,
        "X-Glossi-Delivery": event.id,
        "X-Glossi-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def links_to(storage: Storage, base: str) -> Link:
    """Links to the storage's own server or, where it has none, to the farm at the URL `base`."""

    def link(key: str, file_name: str | None) -> str:
        content_type = MEDIA_TYPES.get(PurePosixPath(key).suffix)
        return below(
            base,
            storage.signed_download(key, seconds=LINK_SECONDS, filename=file_name, content_type=content_type),
        )

    return link

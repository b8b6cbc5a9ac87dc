"""Overlays: images that renders are composited with, and panoramas that light them. An account has its own, and all
have those of the system.

A deleted overlay can't be ordered any more, but its file stays until the last unfinished render that shows it is
finished (see api.domain.removal.overlays): `pin` and `delete` lock its row, so that each order comes either before the
deletion, which then spares the file, or after it.
"""

import dataclasses
import datetime as dt
from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import count_now
from api.db.tables import Overlay
from api.domain.accounts import quotas
from api.domain.accounts.quotas import Quotas
from api.domain.kit import paging
from api.domain.kit.paging import Page
from api.domain.kit.texts import checked_text
from api.errors import FileTooLarge, InvalidRequest, OverlayNotFound, UploadLimit
from api.ids import is_id, new_id
from renderer.spec import ANCHORS

MAX_NAME_LENGTH = 100
MAX_DESCRIPTION_LENGTH = 500
MAX_OVERLAYS = 500
"""Of one account: they cost nothing."""


class Layer(StrEnum):
    """Where an overlay lies, in dx.gl's words."""

    BACKGROUND = "background"
    FOREGROUND = "foreground"
    ENVIRONMENT = "environment"  # ours: the light


MAX_FILE_MB: dict[str, int] = {Layer.BACKGROUND: 10, Layer.FOREGROUND: 10, Layer.ENVIRONMENT: 40}
"""MB (1024 x 1024 bytes) of an overlay's file. Panoramas of 4096 pixels take some 25."""

LAYERS = {"bg_image_id": Layer.BACKGROUND, "fg_image_id": Layer.FOREGROUND, "environment_id": Layer.ENVIRONMENT}
"""The layer of the overlay that a render setting names."""


@dataclasses.dataclass(frozen=True, slots=True)
class OverlayView:
    """`alignment` is one of renderer.spec.ANCHORS. `file_size` is in bytes, `width` and `height` in pixels."""

    id: str
    layer: Layer
    name: str | None
    description: str | None
    alignment: str
    content_type: str
    file_size: int
    width: int
    height: int
    is_system: bool
    created_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Pinned:
    """An overlay that an order may show."""

    layer: Layer
    storage_key: str


def new_key() -> str:
    """A new storage key for an overlay's file."""
    return f"overlays/{new_id()}"


def add(
    session: Session,
    account_id: str | None,
    *,
    storage_key: str,
    content_type: str,
    file_size: int,
    width: int,
    height: int,
    layer: str = Layer.BACKGROUND,
    name: str | None = None,
    description: str | None = None,
    alignment: str = ANCHORS[0],
    allowed: Quotas | None = None,
) -> OverlayView:
    """Takes a stored image among the account's overlays, or with None among those of the system.

    `allowed` are the quotas of accounts of which nothing else is said, None where none apply.
    Raises InvalidRequest naming the field, FileTooLarge, UploadLimit, StorageLimit; then the file should be deleted.
    """
    check_size(layer, file_size)
    for field, value, choices in (("layer", layer, tuple(Layer)), ("alignment", alignment, ANCHORS)):
        if value not in choices:
            raise InvalidRequest(f"{field} must be one of {', '.join(choices)}", param=field)
    if account_id is not None:
        overlays = session.scalar(select(func.count()).select_from(Overlay).where(*_live(account_id)))
        if (overlays or 0) >= MAX_OVERLAYS:
            raise UploadLimit(f"An account has up to {MAX_OVERLAYS} overlays")
    overlay = Overlay(
        id=new_id(),
        account_id=account_id,
        layer=layer,
        name=checked_text("name", name, MAX_NAME_LENGTH),
        description=checked_text("description", description, MAX_DESCRIPTION_LENGTH),
        alignment=alignment,
        storage_key=storage_key,
        content_type=content_type,
        file_size=file_size,
        width=width,
        height=height,
        created_at=clock.now(),
    )
    session.add(overlay)
    session.flush()
    if account_id is not None and allowed is not None:
        limit_mb = quotas.of_account(session, account_id, allowed).storage_mb
        count_now(session)
        quotas.check_storage(quotas.used_bytes(session, account_id), limit_mb)
    return _view(overlay)


def check_size(layer: str, file_size: int) -> None:
    """Raises FileTooLarge for a file of more bytes than an overlay of that layer may have; any goes for no layer."""
    megabytes = MAX_FILE_MB.get(layer, max(MAX_FILE_MB.values()))
    if file_size > megabytes * 1024 * 1024:
        raise FileTooLarge(f"File exceeds the {megabytes} MB limit", param="file")


def list_overlays(
    session: Session, account_id: str, *, limit: int, offset: int, layer: Layer | None = None
) -> Page[OverlayView]:
    """The account's and the system's overlays, newest first."""
    conditions = [_usable(account_id)]
    if layer is not None:
        conditions.append(Overlay.layer == layer)
    newest = select(Overlay).where(*conditions).order_by(Overlay.created_at.desc(), Overlay.id.desc())
    count = select(func.count()).select_from(Overlay).where(*conditions)
    rows, total = paging.fetch(session, paging.windowed(newest, count), count, limit=limit, offset=offset)
    return Page(tuple(_view(overlay) for overlay, _ in rows), total)


def pin(session: Session, account_id: str | None, overlay_ids: Collection[str]) -> dict[str, Pinned]:
    """Those of the overlays that the account may use or, with None, everybody. None of them is deleted before the
    transaction ends."""
    if not overlay_ids:
        return {}
    usable = (
        select(Overlay.id, Overlay.layer, Overlay.storage_key)
        .where(Overlay.id.in_(overlay_ids), _usable(account_id))
        .order_by(Overlay.id)
        .with_for_update(read=True)
    )
    return {row.id: Pinned(Layer(row.layer), row.storage_key) for row in session.execute(usable)}


def delete_overlay(session: Session, account_id: str | None, overlay_id: str) -> None:
    """An overlay of the account, or with None of the system, is gone. Raises OverlayNotFound.

    Its file goes with the next `discard_unneeded`, or when no unfinished render needs it any more.
    """
    deleted = None
    if is_id(overlay_id):
        deleted = session.scalar(
            update(Overlay)
            .where(Overlay.id == overlay_id, *_live(account_id))
            .values(deleted_at=clock.now())
            .returning(Overlay.id)
        )
    if deleted is None:
        raise OverlayNotFound


def _live(account_id: str | None) -> tuple[ColumnElement[bool], ...]:
    return Overlay.account_id == account_id, Overlay.deleted_at.is_(None)


def _usable(account_id: str | None) -> ColumnElement[bool]:
    return or_(Overlay.account_id == account_id, Overlay.account_id.is_(None)) & Overlay.deleted_at.is_(None)


def _view(overlay: Overlay) -> OverlayView:
    return OverlayView(
        id=overlay.id,
        layer=Layer(overlay.layer),
        name=overlay.name,
        description=overlay.description,
        alignment=overlay.alignment,
        content_type=overlay.content_type,
        file_size=overlay.file_size,
        width=overlay.width,
        height=overlay.height,
        is_system=overlay.account_id is None,
        created_at=overlay.created_at,
    )

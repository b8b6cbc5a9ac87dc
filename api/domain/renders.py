"""Renders: what a user asked and paid for. Creating them is one transaction of price, rows, hint and charge."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Model, Render, Segment
from api.domain import ledger, outbox, shots
from api.domain.pricing import price
from api.domain.states import RenderStatus, SegmentState
from api.errors import ModelNotFound, RenderNotFound
from api.ids import is_id, new_id
from renderer.spec import RenderSettings, VideoPlan, plan_preview, plan_video


@dataclasses.dataclass(frozen=True, slots=True)
class FileView:
    """A stored file: its storage key, size in bytes, entity tag and media type."""

    key: str
    size: int
    etag: str
    content_type: str

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far a render is. `seconds_left` is an estimate, None until a frame is drawn and once nothing is left to do.

    `stage` is "queued", a stage of the renderer ("loading" ... "checking"), "done" or "failed".
    """

    stage: str
    frames_done: int
    frames_total: int
    seconds_left: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class RenderView:
    """`settings` are JSON names and effective values. `files` has video, web, thumb, poster, poster_full as stored."""

    id: str
    model_id: str
    status: RenderStatus
    settings: dict[str, Any]
    is_system_preview: bool
    credits: int
    files: dict[str, FileView]
    error_message: str | None
    progress: Progress
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """One render to be created. `credits` is 0 for system previews alone."""

    model_id: str
    model_sha256: str
    settings: RenderSettings
    plan: VideoPlan
    credits: int
    priority: int

    @property
    def shot_key(self) -> tuple[str, int]:
        """Orders of one account and one call share a shot if this is equal."""
        return self.plan.frames.key(self.model_sha256), self.priority


def paid_order(model_id: str, model_sha256: str, settings: RenderSettings) -> Order:
    return Order(model_id, model_sha256, settings, plan_video(settings), price(settings), shots.PAID_PRIORITY)


def preview_order(model_id: str, model_sha256: str) -> Order:
    """The free render that every upload triggers."""
    plan = plan_preview()
    settings = RenderSettings(length=plan.frames.frame_count / plan.frames.fps, easing=plan.frames.easing)
    return Order(model_id, model_sha256, settings, plan, 0, shots.PREVIEW_PRIORITY)


def place(session: Session, account_id: str, orders: Sequence[Order]) -> list[str]:
    """Creates the renders and takes their credits, all or, with NoCredits, nothing. Returns ids in the given order."""
    moment = clock.now()
    shot_ids: dict[tuple[str, int], str] = {}
    renders = []
    for order in sorted(orders, key=lambda o: o.priority):  # lanes are always locked in the same order
        if order.shot_key not in shot_ids:
            shot_ids[order.shot_key] = shots.add_shot(
                session,
                account_id,
                order.model_id,
                frames=order.plan.frames,
                frame_key=order.shot_key[0],
                priority=order.priority,
                created_at=moment,
            )
    for order in orders:
        renders.append(
            Render(
                id=new_id(),
                account_id=account_id,
                model_id=order.model_id,
                shot_id=shot_ids[order.shot_key],
                status=RenderStatus.PENDING,
                settings=order.settings.to_json(),
                variant=order.plan.variant.to_json(),
                is_system_preview=order.credits == 0,
                credits=order.credits,
                files={},
                created_at=moment,
                updated_at=moment,
            )
        )
    session.add_all(renders)
    session.flush()
    outbox.add(session, shots.RENDER_QUEUE)
    ledger.charge(session, account_id, {render.id: render.credits for render in renders if render.credits})
    return [render.id for render in renders]


def create_renders(
    session: Session, account_id: str, orders: Sequence[tuple[str, RenderSettings]]
) -> list[RenderView]:
    """One render for each (model id, settings). Raises ModelNotFound, NoCredits; then nothing is created."""
    wanted = {model_id for model_id, _ in orders if is_id(model_id)}
    rows = session.execute(
        select(Model.id, Model.sha256).where(
            Model.id.in_(wanted), Model.account_id == account_id, Model.deleted_at.is_(None)
        )
    )
    found = dict(rows.all())
    if any(model_id not in found for model_id, _ in orders):
        raise ModelNotFound(param="modelId")
    ids = place(session, account_id, [paid_order(model, found[model], settings) for model, settings in orders])
    created = {view.id: view for view in select_views(session, Render.id.in_(ids))}
    return [created[render_id] for render_id in ids]


def create_render(session: Session, account_id: str, model_id: str, settings: RenderSettings) -> RenderView:
    """Raises ModelNotFound, NoCredits."""
    return create_renders(session, account_id, [(model_id, settings)])[0]


def get_render(session: Session, account_id: str, render_id: str) -> RenderView:
    """Raises RenderNotFound, also for a render of another account."""
    if not is_id(render_id):
        raise RenderNotFound
    views = select_views(session, Render.id == render_id, Render.account_id == account_id)
    if not views:
        raise RenderNotFound
    return views[0]


def select_views(session: Session, *conditions: ColumnElement[bool]) -> list[RenderView]:
    """The renders that meet the conditions, newest first."""
    found = session.execute(
        select(Render, Segment)
        .join(Segment, Segment.shot_id == Render.shot_id)
        .where(*conditions)
        .order_by(Render.created_at.desc(), Render.id)
        .execution_options(populate_existing=True)
    )
    return [_view(render, segment) for render, segment in found]


def _view(render: Render, segment: Segment) -> RenderView:
    return RenderView(
        id=render.id,
        model_id=render.model_id,
        status=RenderStatus(render.status),
        settings=render.settings,
        is_system_preview=render.is_system_preview,
        credits=render.credits,
        files=_files(render.files),
        error_message=render.error_message,
        progress=Progress(segment.stage, segment.frames_done, segment.frame_count, _seconds_left(segment)),
        created_at=render.created_at,
        updated_at=render.updated_at,
    )


def _files(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, FileView]:
    return {name: FileView(**file) for name, file in stored.items()}


def _seconds_left(segment: Segment) -> float | None:
    """As if the frames to come took as long as those drawn, up to the last heartbeat."""
    if segment.state != SegmentState.RUNNING or segment.started_at is None or not segment.frames_done:
        return None
    drawing = (segment.updated_at - segment.started_at).total_seconds()
    return drawing / segment.frames_done * (segment.frame_count - segment.frames_done)

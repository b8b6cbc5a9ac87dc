"""Renders: what a user asked and paid for. Creating them is one transaction of price, rows, hint and charge.

What becomes of them: scheduling; how they go away: removal.
"""

import dataclasses
import datetime as dt
import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, func, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import iso_text
from api.db.tables import Account, Model, Render, RenderOverlay, Shot
from api.domain import contents, ledger, outbox, overlays, paging, shots
from api.domain.overlays import LAYERS
from api.domain.paging import Page
from api.domain.pricing import price
from api.domain.shots import NewShot, Work
from api.domain.states import COMES_FROM, RenderStatus
from api.errors import InvalidSettings, InvalidState, ModelNotFound, RenderNotFound
from api.ids import is_id, new_id
from renderer.spec import RenderSettings, plan_preview


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


class RenderView(NamedTuple):
    """A render as there is to tell of it. A page has many, and tuples are made at a fraction of a dataclass's cost.

    `settings_json`, `files_json` and `warnings_json` are as the database holds them: who passes them on needn't take
    them apart. Times are as `clock.iso` writes them. `started_at` and `heard_at` are None unless a worker is at work.
    """

    id: str
    model_id: str
    status: RenderStatus
    settings_json: str
    is_system_preview: bool
    credits: int
    files_json: str
    warnings_json: str
    error_message: str | None
    created_at: str
    updated_at: str
    stage: str
    frames_done: int
    frames_total: int
    started_at: dt.datetime | None
    heard_at: dt.datetime | None

    @property
    def settings(self) -> dict[str, Any]:
        """By their names in JSON, as they are in effect."""
        settings: dict[str, Any] = orjson.loads(self.settings_json)
        return settings

    @property
    def files(self) -> dict[str, FileView]:
        """Those of `api.db.tables.Render`, as stored."""
        return {name: FileView(**file) for name, file in orjson.loads(self.files_json).items()}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the model isn't shown, once a worker has read it."""
        return tuple(orjson.loads(self.warnings_json))

    @property
    def progress(self) -> Progress:
        return progress_of(self)

    @property
    def seconds_left(self) -> float | None:
        return _seconds_left(self) if self.started_at is not None else None


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """One render to be created. `credits` is 0 for system previews alone."""

    model_id: str
    model_sha256: str
    settings: RenderSettings
    work: Work
    credits: int
    priority: int

    @property
    def shot_key(self) -> tuple[str, int]:
        """Orders of one account and one call share a shot if this is equal."""
        return self.work.key(self.model_sha256), self.priority

    @property
    def overlays(self) -> dict[str, str]:
        """The ids of the overlays that it shows, by the settings that name them."""
        named = self.settings.to_json()
        return {setting: named[setting] for setting in LAYERS if setting in named}


def paid_order(model_id: str, model_sha256: str, settings: RenderSettings) -> Order:
    work = shots.WORK[settings.output](settings)
    return Order(model_id, model_sha256, settings, work, price(settings), shots.PAID_PRIORITY)


def preview_order(model_id: str, model_sha256: str) -> Order:
    """The free render that every upload triggers."""
    plan = plan_preview()
    settings = RenderSettings(length=plan.frames.frame_count / plan.frames.fps, easing=plan.frames.easing)
    return Order(model_id, model_sha256, settings, shots.video_work(plan), 0, shots.PREVIEW_PRIORITY)


def place(session: Session, account_id: str, orders: Sequence[Order], *, item: str = "") -> list[str]:
    """Creates the renders and takes their credits, all or, with an error, nothing. Returns ids in the given order.

    Raises NoCredits; InvalidSettings for an overlay that the account can't use there, and for an animation or a variant
    that the model is known to lack, `item` as in `create_renders`.
    """
    _pin_overlays(session, account_id, orders, item)
    _check_names(session, orders, item)
    moment = clock.now()
    new = {
        order.shot_key: NewShot(order.model_id, order.work, order.shot_key[0], order.priority)
        for order in orders
    }
    shot_ids = dict(zip(new, shots.add_shots(session, account_id, list(new.values()), moment), strict=True))
    renders = []
    for order in orders:
        renders.append(
            Render(
                id=new_id(),
                account_id=account_id,
                model_id=order.model_id,
                shot_id=shot_ids[order.shot_key],
                status=RenderStatus.PENDING,
                settings=order.settings.to_json(),
                variant=order.work.variant,
                is_system_preview=order.credits == 0,
                credits=order.credits,
                files={},
                created_at=moment,
                updated_at=moment,
            )
        )
    session.add_all(renders)
    session.flush()
    session.add_all(
        RenderOverlay(overlay_id=overlay_id, render_id=render.id)
        for render, order in zip(renders, orders, strict=True)
        for overlay_id in set(order.overlays.values())
    )
    session.flush()
    outbox.add(session, shots.RENDER_QUEUE)
    ledger.charge(session, account_id, {render.id: render.credits for render in renders if render.credits})
    return [render.id for render in renders]


def create_renders(
    session: Session, account_id: str, orders: Sequence[tuple[str, RenderSettings]], *, item: str = "renders[{}]"
) -> list[RenderView]:
    """One render for each (model id, settings); `item` is how errors name the order of an index.

    Raises ModelNotFound, InvalidSettings, NoCredits; then nothing is created.
    """
    wanted = {model_id for model_id, _ in orders if is_id(model_id)}
    rows = session.execute(
        select(Model.id, Model.sha256).where(
            Model.id.in_(wanted), Model.account_id == account_id, Model.deleted_at.is_(None)
        )
    )
    found = dict(rows.all())
    for index, (model_id, _) in enumerate(orders):
        if model_id not in found:
            raise ModelNotFound(param=f"{item.format(index)}.modelId".lstrip("."))
    paid = [paid_order(model, found[model], settings) for model, settings in orders]
    ids = place(session, account_id, paid, item=item)
    created = {view.id: view for view in select_views(session, Render.id.in_(ids))}
    return [created[render_id] for render_id in ids]


def create_render(session: Session, account_id: str, model_id: str, settings: RenderSettings) -> RenderView:
    """Raises ModelNotFound, InvalidSettings, NoCredits."""
    return create_renders(session, account_id, [(model_id, settings)], item="")[0]


def get_render(session: Session, account_id: str, render_id: str) -> RenderView:
    """Raises RenderNotFound, also for a render of another account."""
    if not is_id(render_id):
        raise RenderNotFound
    row = session.connection().execute(_ONE, {"render_id": render_id, "account_id": account_id}).one_or_none()
    if row is None:
        raise RenderNotFound
    return RenderView._make(row)


def list_renders(
    session: Session,
    account_id: str,
    *,
    limit: int,
    offset: int,
    model_id: str | None = None,
    status: RenderStatus | None = None,
    previews: bool = False,
) -> Page[RenderView]:
    """The account's renders, newest first: of one model, of one status, with or without system previews."""
    if model_id is not None and not is_id(model_id):
        return Page((), 0)
    rows, count = _listing(model_id is not None, status is not None, previews)
    found, total = paging.fetch(
        session.connection(), rows, count, limit=limit, offset=offset, account_id=account_id, model_id=model_id,
        status=status,
    )  # fmt: skip
    return Page(tuple([RenderView._make(row[:-1]) for row in found]), total)


def dismiss_render(session: Session, account_id: str, render_id: str) -> RenderView:
    """The owner has taken note of an error. Raises RenderNotFound; InvalidState for a render that isn't in error."""
    view = get_render(session, account_id, render_id)
    dismissed = session.scalar(
        update(Render)
        .where(Render.id == render_id, Render.status.in_(COMES_FROM[RenderStatus.FAILED]))
        .values(status=RenderStatus.FAILED, updated_at=clock.now())
        .returning(Render.id)
    )
    if dismissed is None:
        raise InvalidState(f"Only a render in error can be dismissed; this one is {view.status}")
    return get_render(session, account_id, render_id)


def select_views(session: Session, *conditions: ColumnElement[bool]) -> list[RenderView]:
    """The renders that meet the conditions, newest first."""
    return [RenderView._make(row) for row in session.execute(_newest(*conditions))]


PROGRESS = (Shot.stage, Shot.frames_done, Shot.frame_count.label("frames_total"), Shot.started_at, Shot.heard_at)
"""The columns that `progress_of` works with."""


def progress_of(row: Any) -> Progress:
    return Progress(row.stage, row.frames_done, row.frames_total, _seconds_left(row))


def _pin_overlays(session: Session, account_id: str, orders: Sequence[Order], item: str) -> None:
    wanted = {overlay_id for order in orders for overlay_id in order.overlays.values()}
    usable = overlays.pin(session, account_id, wanted)
    for index, order in enumerate(orders):
        for setting, overlay_id in order.overlays.items():
            layer, fits = usable.get(overlay_id), LAYERS[setting]
            if layer is None:
                raise _invalid(item, index, setting, f"there is no overlay {overlay_id}")
            if layer != fits:
                raise _invalid(item, index, setting, f"overlay {overlay_id} is of the layer {layer}, not {fits}")


def _check_names(session: Session, orders: Sequence[Order], item: str) -> None:
    named = [
        (index, setting, name)
        for index, order in enumerate(orders)
        for setting, name in order.settings.to_json().items()
        if setting in contents.NAMED and (setting, name) != ("animation", "*")
    ]
    known = contents.known_contents(session, {orders[index].model_id for index, _, _ in named})
    for index, setting, name in named:
        has = known.get(orders[index].model_id, {}).get(setting)
        if has is not None and name not in has:
            listed, what = ", ".join(f'"{each}"' for each in has[:10]) or "none", contents.NAMED[setting]
            raise _invalid(item, index, setting, f'the model has no {what} "{name}"; it has {listed}')


def _invalid(item: str, index: int, field: str, message: str) -> InvalidSettings:
    """The settings of the order at `index` are refused, `item` as in `create_renders`."""
    place = f"{item.format(index)}.renderSettings." if item else ""
    return InvalidSettings(f"{field}: {message}", param=f"{place}{field}")


_VIEWS = select(
    Render.id, Render.model_id, Render.status, cast(Render.settings, Text).label("settings"), Render.is_system_preview,
    Render.credits, cast(Render.files, Text).label("files"), cast(Render.warnings, Text).label("warnings"),
    Render.error_message, iso_text(Render.created_at), iso_text(Render.updated_at), *PROGRESS,
).join(Shot, Shot.id == Render.shot_id)  # fmt: skip
"""Plain columns: a list of rows costs a fraction of a list of mapped objects."""

_ONE = _VIEWS.where(Render.id == bindparam("render_id"), Render.account_id == bindparam("account_id"))
"""Made once, and executed past the ORM: the most frequent question of all, and both cost as much as to ask it."""


@functools.cache
def _listing(of_model: bool, of_status: bool, previews: bool) -> tuple[Select[*tuple[Any, ...]], Select[int]]:
    """The statements for a list of that kind, made once like `_ONE`: its page, and how many there are."""
    conditions: list[ColumnElement[bool]] = [Render.account_id == bindparam("account_id")]
    if of_model:
        conditions.append(Render.model_id == bindparam("model_id"))
    if of_status:
        conditions.append(Render.status == bindparam("status"))
    if not previews:
        conditions.append(Render.is_system_preview.is_(False))
    if of_model or of_status:
        count = select(func.count()).select_from(Render).where(*conditions)
    else:
        total = Account.render_count + Account.preview_count if previews else Account.render_count
        count = select(total).where(Account.id == bindparam("account_id"))
    return paging.windowed(_newest(*conditions), count), count


def _newest(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return _VIEWS.where(*conditions).order_by(Render.created_at.desc(), Render.id.desc())


def _seconds_left(row: Any) -> float | None:
    """As if the frames to come took as long as those drawn, up to the last heartbeat."""
    if row.started_at is None or not row.frames_done:
        return None
    drawing = (row.heard_at - row.started_at).total_seconds()
    seconds: float = drawing / row.frames_done * (row.frames_total - row.frames_done)
    return round(seconds, 1)

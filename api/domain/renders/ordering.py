"""Orders: one transaction makes the renders with their tasks, prices and charges.

    paid_order, preview_order -> place -> tasks + renders + ledger

A render of a model that nobody has read yet waits for the model's inspection, and fails if that fails.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Model, Render, RenderOverlay, Segment, Task
from api.domain.accounts import ledger
from api.domain.catalog import contents, overlays
from api.domain.catalog.inspection import INPUT
from api.domain.catalog.overlays import LAYERS
from api.domain.catalog.states import ModelState
from api.domain.renders import limits, plans, previews
from api.domain.renders.outcomes import SUBJECT
from api.domain.renders.pricing import price
from api.domain.renders.renders import RenderView, get_render, select_views
from api.domain.renders.states import RETRIED_FROM, RenderStatus
from api.domain.renders.task_locks import lock_tasks
from api.domain.work import tasks
from api.domain.work.states import Role, TaskState
from api.domain.work.tasks import NewTask, Priority, Work
from api.errors import InvalidSettings, InvalidState, ModelNotFound
from api.ids import is_id, new_id
from renderer.spec import RenderSettings, plan_preview

Spell = Callable[[RenderSettings], Mapping[str, Any]]
"""Settings as a dialect tells them to its users. They are kept with the render for it, and nothing below reads them."""

NAMED = {"animation": "animation", "material_variant": "material variant"}
"""The render settings that name a part of the model, and what users call such a part."""


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """A model to draw: where its file is or, if `storage_key` is None, the task that will make it drawable."""

    model_id: str
    sha256: str
    storage_key: str | None
    inspection_id: str | None

    @property
    def inputs(self) -> dict[str, str]:
        return {} if self.storage_key is None else {INPUT: self.storage_key}

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.inspection_id,) if self.storage_key is None and self.inspection_id is not None else ()


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """One render to be created. `is_preview`: the free render that every upload triggers.

    `told` are the settings as its owner is told them, if not as `place` spells them.
    """

    source: Source
    settings: RenderSettings
    work: Work
    credits: int
    priority: Priority
    is_preview: bool = False
    told: Mapping[str, Any] | None = None

    @property
    def task_key(self) -> tuple[str, Priority]:
        """Orders of one account and one call share a task if this is equal."""
        return self.work.key(self.source.sha256), self.priority

    @property
    def output(self) -> str:
        """What is made, as `renders.outputs` knows it."""
        return "still" if self.work.kind == "stills" else self.settings.output

    @property
    def overlays(self) -> dict[str, str]:
        """The ids of the overlays that it shows, by the settings that name them."""
        named = self.settings.to_json()
        return {setting: named[setting] for setting in LAYERS if setting in named}


def paid_order(source: Source, settings: RenderSettings) -> Order:
    work = plans.WORK[settings.output](settings)
    return Order(source, settings, work, price(settings), Priority.PAID)


def preview_order(source: Source) -> Order:
    """The free render that every upload triggers."""
    plan = plan_preview()
    settings = RenderSettings(length=plan.frames.frame_count / plan.frames.fps, easing=plan.frames.easing)
    return Order(source, settings, plans.video_work(plan), 0, Priority.AWAITED, is_preview=True)


def place(
    session: Session,
    account_id: str,
    orders: Sequence[Order],
    *,
    spell: Spell = RenderSettings.to_json,
    item: str = "",
    first: Sequence[NewTask] = (),
) -> list[str]:
    """Creates the renders and takes their credits, all or, with an error, nothing. Returns ids in the given order.

    The tasks `first`, which the orders' sources name, are made beside them. Raises NoCredits; TooManyRequests where too
    many are unfinished; InvalidSettings for an overlay that the account can't use there, and for an animation or a
    variant that the model is known to lack, `item` as in `create_renders`.
    """
    overlay_keys = pin_overlays(session, account_id, orders, item)
    check_names(session, orders, item)
    moment = clock.now()
    shared = _shared_tasks(orders, overlay_keys)
    renders = []
    for order in orders:
        task = shared[order.task_key]
        renders.append({
            "id": new_id(), "account_id": account_id, "model_id": order.source.model_id, "task_id": task.id,
            "status": RenderStatus.PENDING, "output": order.output,
            "settings": spell(order.settings) if order.told is None else order.told,
            "variant": order.work.variant, "is_system_preview": order.is_preview, "credits": order.credits,
            "created_at": moment, "updated_at": moment,
        })  # fmt: skip
    tasks.add(session, account_id, [*first, *shared.values()], moment)
    session.execute(insert(Render), renders)
    ids = [str(render["id"]) for render in renders]
    shown = [
        {"overlay_id": overlay_id, "render_id": render_id}
        for render_id, order in zip(ids, orders, strict=True) for overlay_id in set(order.overlays.values())
    ]  # fmt: skip
    if shown:
        session.execute(insert(RenderOverlay), shown)
    paid = {render_id: order.credits for render_id, order in zip(ids, orders, strict=True) if order.credits}
    if paid:
        ledger.charge(session, account_id, SUBJECT, paid)
    limits.refuse_unfinished(session, account_id)
    return ids


def create_renders(
    session: Session,
    account_id: str,
    orders: Sequence[tuple[str, RenderSettings]],
    *,
    spell: Spell = RenderSettings.to_json,
    item: str = "orders[{}]",
) -> list[RenderView]:
    """One render for each (model id, settings); `item` is how errors name the order of an index.

    Raises ModelNotFound, InvalidSettings, NoCredits, TooManyRequests; then nothing is created.
    """
    model_ids = {model_id for model_id, _ in orders if is_id(model_id)}
    draw_previews(session, account_id, model_ids)
    found = sources(session, account_id, model_ids)
    for index, (model_id, _) in enumerate(orders):
        if model_id not in found:
            raise ModelNotFound(param=f"{item.format(index)}.model_id".lstrip("."))
    paid = [paid_order(found[model_id], settings) for model_id, settings in orders]
    ids = place(session, account_id, paid, spell=spell, item=item)
    created = {view.id: view for view in select_views(session, Render.id.in_(ids))}
    return [created[render_id] for render_id in ids]


def create_render(
    session: Session,
    account_id: str,
    model_id: str,
    settings: RenderSettings,
    *,
    spell: Spell = RenderSettings.to_json,
) -> RenderView:
    """Raises ModelNotFound, InvalidSettings, NoCredits."""
    return create_renders(session, account_id, [(model_id, settings)], spell=spell, item="")[0]


def retry_render(session: Session, account_id: str, render_id: str) -> RenderView:
    """A render in error is to be made after all, and is charged again. Its files are made from the start.

    Raises RenderNotFound; InvalidState for a render that isn't in error, or a preview with nothing paid; NoCredits.
    """
    view = get_render(session, account_id, render_id)
    if view.is_system_preview and not previews.is_paid(session, view.model_id):
        raise InvalidState("A preview is free with a paid render of its model, and there is none")

    def together() -> list[str]:
        unpaid = () if view.is_system_preview else previews.ended_unpaid(session, account_id, [view.model_id])
        return [render_id, *unpaid]

    for preview_id in lock_tasks(session, together, needs=True)[1:]:
        _draw_again(session, account_id, preview_id)
    if (credits := _draw_again(session, account_id, render_id)) is None:
        status = get_render(session, account_id, render_id).status  # it may have been deleted just before
        raise InvalidState(f"Only a render in error can be tried again; this one is {status}")
    if credits:
        number = ledger.next_number(session, SUBJECT, render_id)
        ledger.charge(session, account_id, SUBJECT, {render_id: credits}, number=number)
    limits.refuse_unfinished(session, account_id)
    return get_render(session, account_id, render_id)


def draw_previews(session: Session, account_id: str, model_ids: Collection[str]) -> None:
    """Something is paid for with these models: the account's previews of them that ended unpaid are drawn after all.

    Call it before `sources`, whose lock the end of a model's inspection waits for, or for models that are ready.
    """
    def unpaid() -> Sequence[str]:
        return previews.ended_unpaid(session, account_id, model_ids)

    if unpaid():
        for preview_id in lock_tasks(session, unpaid, needs=True):
            _draw_again(session, account_id, preview_id)


def sources(session: Session, account_id: str, model_ids: Collection[str]) -> dict[str, Source]:
    """By id, the account's models, without those that aren't there. Those that could not be read are read again."""
    wanted = (
        select(Model.id, Model.sha256, Model.storage_key, Model.state, Model.inspection_id)
        .where(Model.id.in_(model_ids), Model.account_id == account_id, Model.deleted_at.is_(None))
        .order_by(Model.id)
    )
    rows = {row.id: row for row in session.execute(wanted)}
    if unread := [row.id for row in rows.values() if row.state != ModelState.READY]:
        # An inspection ends with its model's row, and then lets those go on that wait for it: not before this commit.
        locked = wanted.where(Model.id.in_(unread)).with_for_update(key_share=True)
        rows |= {row.id: row for row in session.execute(locked)}
    for row in rows.values():
        if row.state == ModelState.FAILED:
            tasks.retry(session, row.inspection_id)
    return {
        row.id: Source(
            row.id, row.sha256, row.storage_key if row.state == ModelState.READY else None, row.inspection_id
        )
        for row in rows.values()
    }


def _draw_again(session: Session, account_id: str, render_id: str) -> int | None:
    """A render in error, whose task is locked, is to be made from the start.

    Returns what that costs its owner; None if it isn't in error, or isn't there any more.
    """
    render = session.execute(
        select(Render.model_id, Render.task_id, Render.credits, Task.state)
        .join(Task, Task.id == Render.task_id)
        .where(Render.id == render_id)
        .with_for_update(of=Task)
    ).one_or_none()
    if render is None:
        return None
    values: dict[str, object] = {"status": RenderStatus.PENDING, "error_code": None, "error_message": None}
    if render.state in (TaskState.OPEN, TaskState.DONE):  # it was cancelled, and others' frames were drawn without it
        values["task_id"] = _same_task_again(session, account_id, render.task_id, render.model_id)
    retried = session.scalar(
        update(Render)
        .where(Render.id == render_id, Render.status.in_(RETRIED_FROM))
        .values(updated_at=clock.now(), **values)
        .returning(Render.id)
    )
    if retried is None:
        return None
    if "task_id" not in values:
        tasks.retry(session, render.task_id)
    credits: int = render.credits
    return credits


def _shared_tasks(orders: Sequence[Order], overlay_keys: dict[str, str]) -> dict[tuple[str, Priority], NewTask]:
    """A task for each `Order.task_key`, with the overlays of all its orders."""
    found: dict[tuple[str, Priority], NewTask] = {}
    for order in orders:
        inputs = {overlay_id: overlay_keys[overlay_id] for overlay_id in order.overlays.values()}
        same = found.get(order.task_key)
        if same is None:
            key, priority = order.task_key
            found[order.task_key] = NewTask(
                order.work, key, priority, inputs=inputs | order.source.inputs, needs=order.source.needs
            )
        else:
            found[order.task_key] = dataclasses.replace(same, inputs={**same.inputs, **inputs})
    return found


def _same_task_again(session: Session, account_id: str, task_id: str, model_id: str) -> str:
    """A new task that does the same. Its attempts go on counting, so that their keys are new as well."""
    old = session.execute(
        select(Task.kind, Task.key, Task.spec, Task.inputs, Task.frame_count).where(Task.id == task_id)
    ).one()
    segments = session.execute(
        select(Segment.role, Segment.priority, Segment.attempt).where(Segment.task_id == task_id)
    ).all()
    parts = sum(segment.role == Role.PART for segment in segments) or 1
    source = sources(session, account_id, [model_id]).get(model_id)
    again = NewTask(
        Work(old.kind, old.spec, {}, old.frame_count, parts), old.key, Priority(segments[0].priority),
        inputs=old.inputs | (source.inputs if source else {}), needs=source.needs if source else (),
        attempt=max(segment.attempt for segment in segments),
    )  # fmt: skip
    tasks.add(session, account_id, [again], clock.now())
    return again.id


def pin_overlays(session: Session, account_id: str, orders: Sequence[Order], item: str) -> dict[str, str]:
    """The storage keys of all overlays that the orders name, by id. Raises InvalidSettings, `item` as in
    `create_renders`, for one that the account can't use there."""
    wanted = {overlay_id for order in orders for overlay_id in order.overlays.values()}
    usable = overlays.pin(session, account_id, wanted)
    for index, order in enumerate(orders):
        for setting, overlay_id in order.overlays.items():
            pinned, fits = usable.get(overlay_id), LAYERS[setting]
            if pinned is None:
                raise _invalid(item, index, setting, f"there is no overlay {overlay_id}")
            if pinned.layer != fits:
                raise _invalid(item, index, setting, f"overlay {overlay_id} is of the layer {pinned.layer}, not {fits}")
    return {overlay_id: pinned.storage_key for overlay_id, pinned in usable.items()}


def check_names(session: Session, orders: Sequence[Order], item: str) -> None:
    """Raises InvalidSettings, `item` as in `create_renders`, for a name that a model is known to lack, and for a time
    after the end of an animation."""
    named = [
        (index, setting, name)
        for index, order in enumerate(orders)
        for setting, name in order.settings.to_json().items()
        if setting in NAMED and (setting, name) != ("animation", "*")
    ]
    known = contents.known_names(session, {orders[index].source.model_id for index, _, _ in named})
    for index, setting, name in named:
        has = known.get(orders[index].source.model_id, {}).get(setting)
        if has is not None and name not in has:
            listed, what = ", ".join(f'"{each}"' for each in has[:10]) or "none", NAMED[setting]
            raise _invalid(item, index, setting, f'the model has no {what} "{name}"; it has {listed}')
    timed = [(index, order) for index, order in enumerate(orders)
             if order.settings.output == "image" and order.settings.animation and order.settings.time]
    durations = contents.known_durations(session, {order.source.model_id for _, order in timed})
    for index, order in timed:
        seconds = durations.get(order.source.model_id, {}).get(order.settings.animation or "")
        if seconds is not None and (order.settings.time or 0) > seconds:
            raise _invalid(item, index, "time", f"the animation lasts {seconds:g} s")


def _invalid(item: str, index: int, field: str, message: str) -> InvalidSettings:
    """The settings of the order at `index` are refused, `item` as in `create_renders`."""
    place = f"{item.format(index)}.settings." if item else ""
    return InvalidSettings(f"{field}: {message}", param=f"{place}{field}")

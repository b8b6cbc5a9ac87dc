"""Orders: renders come to be in one transaction of price, rows, hint and charge.

    paid_order, preview_order -> place -> shots + renders + outbox + ledger
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Model, Render, RenderOverlay
from api.domain.accounts import ledger
from api.domain.catalog import contents, overlays
from api.domain.catalog.overlays import LAYERS
from api.domain.renders import plans
from api.domain.renders.pricing import price
from api.domain.renders.renders import RenderView, select_views
from api.domain.renders.states import RenderStatus
from api.domain.work import outbox, shots
from api.domain.work.shots import NewShot, Work
from api.errors import InvalidSettings, ModelNotFound
from api.ids import is_id, new_id
from renderer.spec import RenderSettings, plan_preview

Spell = Callable[[RenderSettings], Mapping[str, Any]]
"""Settings as a dialect tells them to its users. They are kept with the render for it, and nothing below reads them."""


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
    work = plans.WORK[settings.output](settings)
    return Order(model_id, model_sha256, settings, work, price(settings), shots.PAID_PRIORITY)


def preview_order(model_id: str, model_sha256: str) -> Order:
    """The free render that every upload triggers."""
    plan = plan_preview()
    settings = RenderSettings(length=plan.frames.frame_count / plan.frames.fps, easing=plan.frames.easing)
    return Order(model_id, model_sha256, settings, plans.video_work(plan), 0, shots.PREVIEW_PRIORITY)


def place(
    session: Session,
    account_id: str,
    orders: Sequence[Order],
    *,
    spell: Spell = RenderSettings.to_json,
    item: str = "",
) -> list[str]:
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
                settings=spell(order.settings),
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
    session: Session,
    account_id: str,
    orders: Sequence[tuple[str, RenderSettings]],
    *,
    spell: Spell = RenderSettings.to_json,
    item: str = "orders[{}]",
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
            raise ModelNotFound(param=f"{item.format(index)}.model_id".lstrip("."))
    paid = [paid_order(model, found[model], settings) for model, settings in orders]
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
    place = f"{item.format(index)}.settings." if item else ""
    return InvalidSettings(f"{field}: {message}", param=f"{place}{field}")

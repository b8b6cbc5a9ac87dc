"""Exact pictures: who prepares an order in the portal sees the very frame that the order's video, or still, will have.

They are free, so each person gets one every few seconds, and one at a time: what somebody asked for before, and doesn't
look at any more, is dropped. They go ahead of the account's other work, within the bound that `lanes` has for all that
does.
"""

import dataclasses
import datetime as dt
import math

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import Picture, Task
from api.domain.kit.unit import Unit
from api.domain.renders import pictures
from api.domain.renders.pictures import Wanted, key_of
from api.domain.work.states import TaskState
from api.domain.work.tasks import Priority
from api.errors import TooManyRequests
from api.ids import new_id
from renderer.spec import FrameSpec, ImageVariant, PictureSpec, RenderSettings, plan_image, plan_video

EVERY_S = 3.0
"""Between two pictures of one person: about as long as one takes to draw on two cores, and to look at."""

LONGEST_SIDE = 1280
"""Pixels: what a browser shows of it on most screens, and at most a twelfth of a frame in 4K to draw."""


def shown(settings: RenderSettings) -> tuple[RenderSettings, FrameSpec]:
    """What stands for an order with these settings, and its path; a turn for a training set, which looks from all
    around."""
    if settings.output == "dataset":
        settings = dataclasses.replace(settings, output="video", effect="turntable")
    return settings, (plan_image if settings.output == "image" else plan_video)(settings).frames


def exact(settings: RenderSettings, moment: float) -> Wanted:
    """The frame at `moment`, 0 to 1, of the path, in as many pixels as it will have, or LONGEST_SIDE."""
    settings, frames = shown(settings)
    scale = min(1.0, LONGEST_SIDE / max(frames.width, frames.height))
    smaller = dataclasses.replace(frames, width=round(frames.width * scale), height=round(frames.height * scale))
    index = min(int(moment * frames.frame_count), frames.frame_count - 1)
    look = plan_image(settings).variant
    variant = ImageVariant(
        look.backdrop, transparent=look.transparent and settings.output == "image", foreground=look.foreground
    )
    return Wanted(settings, PictureSpec(smaller, index), variant)


def ask(unit: Unit, account_id: str, person_id: str, model_id: str, wanted: Wanted) -> str:
    """Has the picture drawn, unless it is there or under way. Returns its id.

    Raises what `pictures.plan` raises, and TooManyRequests where the person has asked for another one just now.
    """
    task = pictures.plan(unit, account_id, model_id, wanted, Priority.INTERACTIVE)
    key = key_of("exact", task.key, task.work.variant)
    known = pictures.by_key(unit, model_id, key)
    if known is not None and known.state in (TaskState.OPEN, TaskState.DONE):
        return known.id
    _refuse_haste(unit, person_id)
    for picture_id in _unseen(unit, person_id, known):
        pictures.remove(unit, picture_id)
    made: str | None = unit.scalar(
        insert(unit, Picture)
        .values(
            id=new_id(), account_id=account_id, model_id=model_id, key=key, variant={}, asked_by=person_id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Picture.model_id, Picture.key])
        .returning(Picture.id)
    )
    if made is None:  # somebody else has asked at the same moment
        return unit.scalars(select(Picture.id).where(Picture.model_id == model_id, Picture.key == key)).one()
    pictures.draw(unit, account_id, made, task)
    return made


def _refuse_haste(session: Session, person_id: str) -> None:
    last = session.scalar(select(func.max(Picture.created_at)).where(Picture.asked_by == person_id))
    if last is None:
        return
    wait = (last + dt.timedelta(seconds=EVERY_S) - clock.now()).total_seconds()
    if wait > 0:
        raise TooManyRequests(
            f"An exact picture can be had every {EVERY_S:g} seconds; try again in a moment",
            retry_after=math.ceil(wait),
        )


def _unseen(session: Session, person_id: str, failed: pictures.PictureView | None) -> list[str]:
    """The pictures that the person no longer waits for, and the one that is to be made anew."""
    waiting = (
        select(Picture.id)
        .join(Task, Task.id == Picture.task_id)
        .where(Picture.asked_by == person_id, Task.state == TaskState.OPEN)
        .order_by(Picture.id)
    )
    return [*([failed.id] if failed else []), *session.scalars(waiting)]

"""Links to pictures: whoever has one sees the picture, which is drawn for whoever comes first.

A link says which picture of which model, and is signed with a key of the model's account, so that nobody else can have
pictures drawn at the account's cost. A new key makes all earlier links void. A picture costs what a still costs, when
it is asked for first; it counts for the API key by which its link was made, if there is one. It is never paid for
twice, unless its drawing failed, when the credits come back.
"""

import dataclasses
import hashlib
import hmac
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import Account, Model, Picture, PictureKey, Task, Token
from api.domain.accounts import ledger
from api.domain.kit.unit import Unit, spend_for
from api.domain.renders import pictures
from api.domain.renders.pictures import FINAL, SUBJECT, Wanted, key_of
from api.domain.renders.pricing import IMAGE_CREDITS
from api.domain.work import tasks
from api.domain.work.states import TaskState
from api.domain.work.tasks import Priority
from api.errors import Forbidden, ImageNotFound, ModelNotFound
from api.ids import new_id
from renderer.spec import PictureSpec, RenderSettings, plan_image

SMALLEST_SIDE, LARGEST_SIDE = 16, 2048
"""Pixels of a picture's width and height. The largest are drawn and encoded on a core within a visitor's patience; a
still may have more."""

SECRET_BYTES = 32
SIGNATURE_DIGITS = 32
"""Hex digits of HMAC-SHA256 that a link carries: 128 bits."""


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """`name` is what the link calls the picture, in one spelling for equal ones: the picture's key is made of it, so
    that none is paid for again when the farm's defaults change."""

    model_id: str
    name: str
    settings: RenderSettings
    width: int
    height: int

    @property
    def key(self) -> str:
        return key_of("link", self.name)

    @property
    def wanted(self) -> Wanted:
        plan = plan_image(self.settings)
        frames = dataclasses.replace(plan.frames, width=self.width, height=self.height)
        return Wanted(self.settings, PictureSpec(frames), plan.variant)


def secret(session: Session, account_id: str) -> str:
    """What the account's links are signed with; made when it is asked for first."""
    kept = select(PictureKey.secret).where(PictureKey.account_id == account_id)
    known = session.scalar(kept)
    if known is None:
        made = {"account_id": account_id, "secret": secrets.token_hex(SECRET_BYTES), "created_at": clock.now()}
        session.execute(insert(session, PictureKey).values(made).on_conflict_do_nothing())
        known = session.scalars(kept).one()
    return known


def replace_secret(session: Session, account_id: str) -> str:
    """A new one: no earlier link leads anywhere any more."""
    made, moment = secrets.token_hex(SECRET_BYTES), clock.now()
    session.execute(
        insert(session, PictureKey)
        .values(account_id=account_id, secret=made, created_at=moment)
        .on_conflict_do_update(index_elements=[PictureKey.account_id], set_={"secret": made, "created_at": moment})
    )
    return made


def signature(key: str, text: str) -> str:
    """Of what a link says after its signature, such as "w:512,h:512/Ab3kF9x2qL1m.webp"."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:SIGNATURE_DIGITS]


def sign(session: Session, account_id: str, link: Link, text: str, token_id: str) -> str:
    """The signature of `text`, by which the link is made. What it leads to will count for the key `token_id`, unless
    another's link led there before. Raises what `pictures.plan` raises.
    """
    pictures.plan(session, account_id, link.model_id, link.wanted, Priority.AWAITED)
    _note(session, account_id, link, token_id)
    return signature(secret(session, account_id), text)


def owner(session: Session, model_id: str, text: str, signed: str) -> str:
    """The account of the model that a link leads to. Raises Forbidden for a link that isn't signed by it; ModelNotFound
    where the model is deleted, or its account suspended."""
    row = session.execute(
        select(Model.account_id, Model.deleted_at, Account.suspended_at, PictureKey.secret)
        .join(Account, Account.id == Model.account_id)
        .join(PictureKey, PictureKey.account_id == Model.account_id)
        .where(Model.id == model_id)
    ).one_or_none()
    if row is None or not hmac.compare_digest(signature(row.secret, text).encode(), signed.encode()):
        raise Forbidden("The link is not signed for this picture, or no longer")
    if row.deleted_at is not None or row.suspended_at is not None:
        raise ModelNotFound
    account_id: str = row.account_id
    return account_id


def ask(unit: Unit, account_id: str, link: Link) -> None:
    """Has the picture drawn, unless it is there or under way; tries again what failed by no fault of the model.

    Raises what `pictures.plan` raises; ImageNotFound, with the reason, for a model that can't be drawn; NoCredits and
    SpendingCap.
    """
    task = pictures.plan(unit, account_id, link.model_id, link.wanted, Priority.AWAITED)
    _note(unit, account_id, link, None)
    row = unit.execute(
        select(Picture.id, Picture.task_id, Picture.token_id)
        .where(Picture.model_id == link.model_id, Picture.key == link.key)
        .with_for_update()
    ).one()
    if row.task_id is None:
        pictures.draw(unit, account_id, row.id, task)
    elif not _try_again(unit, row.task_id):
        return
    spend_for(unit, unit.scalar(select(Token.id).where(Token.id == row.token_id)))  # sessions' keys are forgotten
    number = ledger.next_number(unit, SUBJECT, row.id)
    ledger.charge(unit, account_id, SUBJECT, {row.id: IMAGE_CREDITS}, number=number)


def _note(session: Session, account_id: str, link: Link, token_id: str | None) -> None:
    session.execute(
        insert(session, Picture)
        .values(
            id=new_id(), account_id=account_id, model_id=link.model_id, key=link.key, variant={}, token_id=token_id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Picture.model_id, Picture.key])
    )


def _try_again(unit: Unit, task_id: str) -> bool:
    """Whether the task had failed, and is to be done again. Raises ImageNotFound where it would fail again."""
    tasks.lock_needs(unit, task_id)
    task = unit.execute(
        select(Task.state, Task.error_code, Task.error_message).where(Task.id == task_id).with_for_update()
    ).one()
    if task.state not in (TaskState.FAILED, TaskState.CANCELLED):
        return False
    if task.error_code in FINAL:
        raise ImageNotFound(f"The picture can't be drawn: {task.error_message}")
    tasks.retry(unit, task_id)
    return True

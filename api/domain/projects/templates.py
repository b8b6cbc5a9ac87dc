"""Templates: the farm's own, those that an administrator has published for all, and an account's own."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Template
from api.domain.catalog import overlays
from api.domain.catalog.overlays import LAYERS
from api.domain.kit.texts import checked_text
from api.domain.projects import builtin
from api.domain.projects.content import Content, parse_content
from api.errors import InvalidRequest, InvalidSettings, TemplateNotFound
from api.ids import is_id, new_id
from renderer.spec.spelling import camel_case

MAX_NAME_LENGTH = 100
MAX_DESCRIPTION_LENGTH = 500
MAX_TAGS = 20
MAX_TAG_LENGTH = 50

MAX_TEMPLATES = 1000
"""Of one account: lists show them all."""


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateView:
    """`is_public`: every account has it, and none but the farm's administrators may change it."""

    id: str
    name: str
    description: str
    tags: tuple[str, ...]
    content: Content
    is_public: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Description:
    """What an owner says of a template. `of` raises InvalidRequest or InvalidSettings for what it can't be."""

    name: str
    description: str
    tags: tuple[str, ...]
    content: Content

    @classmethod
    def of(
        cls, *, name: str, description: str | None, tags: Sequence[str], content: Mapping[str, Any]
    ) -> "Description":
        named = checked_text("name", name, MAX_NAME_LENGTH)
        if not named:
            raise InvalidRequest(f"A template's name has 1 to {MAX_NAME_LENGTH} characters", param="name")
        if len(tags) > MAX_TAGS:
            raise InvalidRequest(f"A template has up to {MAX_TAGS} tags", param="tags")
        kept = tuple(dict.fromkeys(checked_text("tags", tag, MAX_TAG_LENGTH) or "" for tag in tags))
        if "" in kept:
            raise InvalidRequest("A tag is not empty", param="tags")
        told = checked_text("description", description, MAX_DESCRIPTION_LENGTH) or ""
        return cls(named, told, kept, parse_content(content))

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "name": self.name, "description": self.description, "tags": list(self.tags),
            "content": self.content.to_json(), "updated_at": clock.now(),
        }  # fmt: skip


BUILTIN = {
    each.id: TemplateView(each.id, each.name, each.description, each.tags, each.content, is_public=True)
    for each in builtin.BUILTIN
}
"""The farm's own, by their ids. The first is taken where none is named."""


def list_templates(
    session: Session, account_id: str, *, internal: bool = True, public: bool = True
) -> list[TemplateView]:
    """The farm's own first, then those that were published, then the account's, each oldest first.

    `internal`: with the account's own. `public`: with those for all.
    """
    owners: list[ColumnElement[bool]] = []
    if public:
        owners.append(Template.account_id.is_(None))
    if internal:
        owners.append(Template.account_id == account_id)
    if not owners:
        return []
    rows = session.scalars(
        select(Template)
        .where(or_(*owners), Template.deleted_at.is_(None))
        .order_by(Template.account_id.is_not(None), Template.created_at, Template.id)
    )
    return [*(BUILTIN.values() if public else ()), *map(_view, rows)]


def get_template(session: Session, account_id: str, template_id: str, *, deleted: bool = False) -> TemplateView:
    """Raises TemplateNotFound, also for another account's, and for a deleted one unless `deleted` may be found too."""
    if template_id in BUILTIN:
        return BUILTIN[template_id]
    if not is_id(template_id):
        raise TemplateNotFound
    usable = or_(Template.account_id.is_(None), Template.account_id == account_id)
    row = session.scalar(select(Template).where(Template.id == template_id, usable))
    if row is None or (row.deleted_at is not None and not deleted):
        raise TemplateNotFound
    return _view(row)


def create_template(session: Session, account_id: str | None, described: Description) -> TemplateView:
    """For the account or, with None, for all.

    Raises InvalidRequest where the account has MAX_TEMPLATES; InvalidSettings for images that can't be used there.
    """
    _check_images(session, account_id, described.content)
    if account_id is not None and len(list_templates(session, account_id, public=False)) >= MAX_TEMPLATES:
        raise InvalidRequest(f"An account has up to {MAX_TEMPLATES:,} templates")
    template = Template(id=new_id(), account_id=account_id, created_at=clock.now(), **described.columns)
    session.add(template)
    session.flush()
    return _view(template)


def change_template(session: Session, account_id: str, template_id: str, described: Description) -> TemplateView:
    """Renders that were ordered before stay as they were.

    Raises TemplateNotFound unless the account owns it; InvalidSettings for images that can't be used there.
    """
    _check_images(session, account_id, described.content)
    changed = session.scalar(
        update(Template).where(*_owned(account_id, template_id)).values(**described.columns).returning(Template.id)
    )
    if changed is None:
        raise TemplateNotFound
    return get_template(session, account_id, template_id)


def delete_template(session: Session, account_id: str | None, template_id: str) -> None:
    """No new project can have it; those that do can still be rendered. It is the account's or, with None, for all.

    Raises TemplateNotFound.
    """
    deleted = session.scalar(
        update(Template)
        .where(*_owned(account_id, template_id))
        .values(deleted_at=clock.now())
        .returning(Template.id)
    )
    if deleted is None:
        raise TemplateNotFound


def _check_images(session: Session, account_id: str | None, content: Content) -> None:
    """An image may be deleted later; then renders say so."""
    named = content.look.to_json()
    wanted = {setting: named[setting] for setting in LAYERS if setting in named}
    usable = overlays.pin(session, account_id, wanted.values())
    for setting, overlay_id in wanted.items():
        if overlay_id not in usable or usable[overlay_id].layer != LAYERS[setting]:
            field = camel_case(setting)
            raise InvalidSettings(
                f"{field}: there is no overlay {overlay_id} of the layer {LAYERS[setting]}", param=f"look.{field}"
            )


def _owned(account_id: str | None, template_id: str) -> tuple[ColumnElement[bool], ...]:
    return Template.id == template_id, Template.account_id == account_id, Template.deleted_at.is_(None)


def _view(row: Template) -> TemplateView:
    return TemplateView(
        row.id, row.name, row.description, tuple(row.tags), parse_content(row.content), row.account_id is None
    )

"""Pages of an account's renders: filtered, searched and sorted."""

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from api.db.tables import Account, Model, Render, UtcDateTime
from api.domain.catalog.catalog import matching
from api.domain.kit import paging
from api.domain.kit.paging import Page, Sort
from api.domain.renders.renders import RenderView, views_of
from api.domain.renders.states import RenderStatus
from api.ids import is_id

SORTS = ("created_at", "updated_at")


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """Which renders. `statuses`: of any of these, or of all. `text` is looked for in what their models are called.

    `created_after` and `created_before` don't belong to what is found. `settings` are names and values as the dialect
    spells them; older renders may not echo all.
    """

    model_id: str | None = None
    statuses: tuple[RenderStatus, ...] = ()
    previews: bool = False
    text: str = ""
    created_after: dt.datetime | None = None
    created_before: dt.datetime | None = None
    settings: tuple[tuple[str, str], ...] = ()


ALL = Filter()
NEWEST = Sort("created_at", descending=True)


def list_renders(
    database: Session | Connection,
    account_id: str,
    *,
    limit: int,
    offset: int,
    where: Filter = ALL,
    sort: Sort = NEWEST,
) -> Page[RenderView]:
    """The account's renders that `where` describes. `sort` names one of SORTS."""
    if where.model_id is not None and not is_id(where.model_id):
        return Page((), 0)
    rows, count = _listing(limit, sort, _Shape.of(where))
    found, total = paging.fetch(
        database, rows, count, limit=limit, offset=offset, account_id=account_id, **_values(where)
    )
    return Page(tuple([RenderView._make(row[:-1]) for row in found]), total)


@dataclasses.dataclass(frozen=True, slots=True)
class ExportRow:
    """A render with what its model is called. `settings` as its dialect spells them."""

    id: str
    model_id: str
    title: str | None
    sku: str | None
    tags: tuple[str, ...]
    output: str
    settings: dict[str, Any]
    status: RenderStatus
    created_at: dt.datetime


EXPORTED_AT_ONCE = 1000


def export(read: Callable[[], AbstractContextManager[Session]], account_id: str, where: Filter) -> Iterator[ExportRow]:
    """All renders that `where` describes, newest first. Each piece is read by itself, so a slow reader holds nothing.
    """
    columns = (
        Render.id, Render.model_id, Model.title, Model.sku, Model.tags, Render.output, Render.settings, Render.status,
        Render.created_at,
    )  # fmt: skip
    found = select(*columns).join(Model, Model.id == Render.model_id).where(*_conditions(_Shape.of(where)))
    piece = found.order_by(*NEWEST.by(Render)).limit(EXPORTED_AT_ONCE)
    values = {"account_id": account_id, **_values(where)}
    while True:
        with read() as session:
            rows = session.execute(piece, values).all()
        for row in rows:
            yield ExportRow(**{**row._mapping, "tags": tuple(row.tags), "status": RenderStatus(row.status)})
        if len(rows) < EXPORTED_AT_ONCE:
            return
        last = rows[-1]
        older = tuple_(Render.created_at, Render.id) < tuple_(literal(last.created_at), literal(last.id))
        piece = found.where(older).order_by(*NEWEST.by(Render)).limit(EXPORTED_AT_ONCE)


class _Shape(NamedTuple):
    """All of a filter that its statement depends on; its other values are parameters of the statement."""

    of_model: bool
    statuses: tuple[RenderStatus, ...]
    previews: bool
    words: int
    after: bool
    before: bool
    settings: tuple[str, ...]

    @classmethod
    def of(cls, where: Filter) -> "_Shape":
        return cls(
            where.model_id is not None, where.statuses, where.previews, len(where.text.split()),
            where.created_after is not None, where.created_before is not None,
            tuple(name for name, _ in where.settings),
        )  # fmt: skip


def _values(where: Filter) -> dict[str, object]:
    return {
        "model_id": where.model_id, "after": where.created_after, "before": where.created_before,
        **{f"setting_{index}": value for index, (_, value) in enumerate(where.settings)},
        **{f"word_{index}": paging.contains(word) for index, word in enumerate(where.text.split())},
    }  # fmt: skip


_OWN_MODEL = (
    select(Model.id)
    .where(Model.id == bindparam("model_id"), Model.account_id == bindparam("account_id"))
    .scalar_subquery()
)


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    moment = UtcDateTime()
    conditions: list[ColumnElement[bool]] = [
        # of a model, without the account: PostgreSQL would look for all of its renders as well
        Render.model_id == _OWN_MODEL if shape.of_model else Render.account_id == bindparam("account_id")
    ]
    if len(shape.statuses) == 1:
        conditions.append(Render.status == literal_column(f"'{shape.statuses[0]}'"))
    elif shape.statuses:
        conditions.append(Render.status.in_([literal_column(f"'{status}'") for status in shape.statuses]))
    if shape.after:
        conditions.append(Render.created_at > bindparam("after", type_=moment))
    if shape.before:
        conditions.append(Render.created_at < bindparam("before", type_=moment))
    for index, name in enumerate(shape.settings):
        conditions.append(Render.settings[name].as_string() == bindparam(f"setting_{index}"))
    if shape.words:
        called = (matching(bindparam(f"word_{index}")) for index in range(shape.words))
        models = select(Model.id).where(Model.account_id == bindparam("account_id"), *called)
        conditions.append(Render.model_id.in_(models))
    if not shape.previews:
        conditions.append(Render.is_system_preview.is_(False))
    return conditions


@functools.lru_cache(maxsize=256)
def _listing(limit: int, sort: Sort, shape: _Shape) -> tuple[Select[*tuple[Any, ...]], Select[int]]:
    """The statements for a list of that kind, made once like that of one render: its page, and how many there are.

    Tasks are looked up for the page alone, not for all that is skipped before it. The limit and the statuses stand in
    the statement, because they decide which plan is best: one page is little, and one status is rare where another is
    not.
    """
    conditions = _conditions(shape)
    if shape._replace(previews=False) == _EVERYTHING:
        total = Account.render_count + Account.preview_count if shape.previews else Account.render_count
        count = select(total).where(Account.id == bindparam("account_id"))
    else:
        count = select(func.count()).select_from(Render).where(*conditions)
    window = select(Render).where(*conditions).order_by(*sort.by(Render)).limit(literal_column(str(limit)))
    page = aliased(Render, window.offset(paging.OFFSET).subquery("page"))
    return paging.with_total(views_of(page).order_by(*sort.by(page)), count), count


_EVERYTHING = _Shape.of(ALL)

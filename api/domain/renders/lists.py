"""Pages of an account's renders: filtered, searched and sorted."""

import dataclasses
import datetime as dt
import functools
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, select
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
    words = tuple(where.text.split())
    rows, count = _listing(
        limit, sort, where.model_id is not None, where.statuses, where.previews, len(words),
        where.created_after is not None, where.created_before is not None, tuple(name for name, _ in where.settings),
    )  # fmt: skip
    found, total = paging.fetch(
        database, rows, count, limit=limit, offset=offset, account_id=account_id, model_id=where.model_id,
        after=where.created_after, before=where.created_before,
        **{f"setting_{index}": value for index, (_, value) in enumerate(where.settings)},
        **{f"word_{index}": paging.contains(word) for index, word in enumerate(words)},
    )  # fmt: skip
    return Page(tuple([RenderView._make(row[:-1]) for row in found]), total)


@functools.lru_cache(maxsize=256)
def _listing(
    limit: int,
    sort: Sort,
    of_model: bool,
    statuses: tuple[RenderStatus, ...],
    previews: bool,
    words: int,
    after: bool,
    before: bool,
    settings: tuple[str, ...],
) -> tuple[Select[*tuple[Any, ...]], Select[int]]:
    """The statements for a list of that kind, made once like that of one render: its page, and how many there are.

    Tasks are looked up for the page alone, not for all that is skipped before it. The limit and the statuses stand in
    the statement, because they decide which plan is best: one page is little, and one status is rare where another is
    not.
    """
    moment = UtcDateTime()
    conditions: list[ColumnElement[bool]] = [Render.account_id == bindparam("account_id")]
    if of_model:
        conditions.append(Render.model_id == bindparam("model_id"))
    if len(statuses) == 1:
        conditions.append(Render.status == literal_column(f"'{statuses[0]}'"))
    elif statuses:
        conditions.append(Render.status.in_([literal_column(f"'{status}'") for status in statuses]))
    if after:
        conditions.append(Render.created_at > bindparam("after", type_=moment))
    if before:
        conditions.append(Render.created_at < bindparam("before", type_=moment))
    conditions += [
        Render.settings[name].as_string() == bindparam(f"setting_{index}") for index, name in enumerate(settings)
    ]
    if words:
        called = (matching(bindparam(f"word_{index}")) for index in range(words))
        models = select(Model.id).where(Model.account_id == bindparam("account_id"), *called)
        conditions.append(Render.model_id.in_(models))
    filtered = len(conditions) > 1
    if not previews:
        conditions.append(Render.is_system_preview.is_(False))
    if filtered:
        count = select(func.count()).select_from(Render).where(*conditions)
    else:
        total = Account.render_count + Account.preview_count if previews else Account.render_count
        count = select(total).where(Account.id == bindparam("account_id"))
    window = select(Render).where(*conditions).order_by(*sort.by(Render)).limit(literal_column(str(limit)))
    page = aliased(Render, window.offset(paging.OFFSET).subquery("page"))
    return paging.with_total(views_of(page).order_by(*sort.by(page)), count), count

"""/v1/renders: order renders of models, see how far they are, put them away."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, Field

from api.domain.accounts.credentials import Principal
from api.domain.projects import pieces
from api.domain.renders import lists, notices, ordering, queue, renders, trash
from api.domain.renders.lists import Filter
from api.domain.renders.states import RenderStatus
from api.errors import InvalidRequest, InvalidState, InvalidUrl, ModelNotFound, NoCredits, RenderNotFound, SpendingCap
from api.http.body import body_of, documented
from api.http.dxgl.auth import Reader, Renderer, Writer
from api.http.dxgl.errors import ModelIdRequired, RendersRequired, TooMany
from api.http.dxgl.failures import ORDERING, errors
from api.http.dxgl.notices import DIALECT, notify_url
from api.http.dxgl.paths import Permanent, RenderId, listed, new_router
from api.http.dxgl.schemas import (
    BatchRequest,
    Data,
    Deleted,
    Listing,
    RenderCreated,
    RenderDetail,
    RenderRequest,
    render_detail,
)
from api.http.dxgl.settings import refuse_misplaced, render_settings
from api.http.dxgl.spelling import naming, spell, told_apart
from api.http.idempotency import Once
from api.http.params import (
    LIMIT,
    OFFSET,
    SORT,
    Moment,
    Search,
    documented_query,
    query_of,
    sort_in,
    window_in,
)
from api.http.state import Farm, FarmDep
from renderer.spec import RenderSettings

router = new_router("renders")


@router.post(
    "/renders",
    status_code=201,
    responses=errors(ModelIdRequired, ModelNotFound, InvalidUrl, *ORDERING),
    openapi_extra=documented(RenderRequest),
)
def create_render(
    principal: Renderer,
    farm: FarmDep,
    once: Once,
    body: Annotated[RenderRequest, Depends(body_of(RenderRequest))],
) -> Data[RenderCreated]:
    model_id = _model_id(body)
    refuse_misplaced(body.misplaced)
    settings = render_settings(body.renderSettings, principal)
    url = notify_url(farm, body.notifyUrl)
    once.hold(principal, model_id, told_apart(settings), url)
    with farm.work(principal) as unit:
        view = ordering.create_render(unit, principal.account_id, model_id, settings, spell=spell)
        notices.notify(unit, principal.account_id, DIALECT, {view.id: url} if url else {})
        answer = Data[RenderCreated](data=RenderCreated.of(view))
        once.keep(unit, answer)
    return answer


@router.post(
    "/renders/batch",
    status_code=201,
    responses=errors(RendersRequired, TooMany, ModelIdRequired, ModelNotFound, InvalidUrl, *ORDERING),
    openapi_extra=documented(BatchRequest),
)
def create_batch(
    principal: Renderer,
    farm: FarmDep,
    once: Once,
    body: Annotated[BatchRequest, Depends(body_of(BatchRequest))],
) -> Data[list[RenderCreated]]:
    """Orders up to 100 renders, all or none. Those whose frames are equal are drawn once."""
    items = listed(body.renders)
    refuse_misplaced(body.misplaced, "renderSettings of each item")
    orders = [_order(item, f"renders[{index}]", principal) for index, item in enumerate(items)]
    urls = _notify_urls(farm, body, items)
    once.hold(principal, [(model_id, told_apart(settings)) for model_id, settings in orders], urls)
    with farm.work(principal) as unit:
        views = ordering.create_renders(unit, principal.account_id, orders, spell=spell)
        wanted = {views[index].id: url for index, url in urls.items()}
        notices.notify(unit, principal.account_id, DIALECT, wanted)
        answer: Data[list[RenderCreated]] = Data(data=[RenderCreated.of(view) for view in views])
        once.keep(unit, answer)
    return answer


class FilterQuery(BaseModel):
    """Which renders are meant."""

    model: str = Field("", description="Only renders of the model with this id")
    status: str = Field(
        "", description=f"Only renders of these statuses, with commas between: {', '.join(RenderStatus)}"
    )
    include: str = Field("", description='"preview" lists the free previews of uploads too')
    q: Search = Field("", description="Words in the title, SKU, file name or tags of the render's model")
    quality: str = Field("", description="Only renders of this quality, such as 4k")
    createdAfter: Moment | None = Field(None, description="Only renders ordered after this time")
    createdBefore: Moment | None = Field(None, description="Only renders ordered before this time")

    def filter(self) -> Filter:
        """Raises InvalidRequest."""
        return Filter(
            model_id=self.model or None, statuses=_statuses(self.status), previews=self.include == "preview",
            text=self.q, created_after=self.createdAfter, created_before=self.createdBefore,
            settings=(("quality", self.quality),) if self.quality else (),
        )  # fmt: skip


class ListQuery(FilterQuery):
    """Which part of their list."""

    limit: int = Field(50, description=LIMIT.format(most=100))
    offset: int = Field(0, description=OFFSET)
    sort: str = Field("-createdAt", description=SORT.format(names="createdAt, updatedAt"))


SORTS = {"createdAt": "created_at", "updatedAt": "updated_at"}


def _statuses(text: str) -> tuple[RenderStatus, ...]:
    """Each once, in their own order, so that equal lists are equal. Raises InvalidRequest."""
    given = {name.strip() for name in text.split(",") if name.strip()}
    unknown = given - set(RenderStatus)
    if unknown:
        raise InvalidRequest(f"status must be of {', '.join(RenderStatus)}, not {sorted(unknown)[0]!r}", param="status")
    return tuple(status for status in RenderStatus if status in given)


@router.get(
    "/renders", response_model=Listing[RenderDetail], responses=errors(), openapi_extra=documented_query(ListQuery)
)
def list_renders(
    principal: Reader, farm: FarmDep, query: Annotated[ListQuery, Depends(query_of(ListQuery))]
) -> dict[str, Any]:
    """Newest first, unless `sort` says otherwise."""
    window, where, sort = window_in(query.limit, query.offset, most=100), query.filter(), sort_in(query.sort, SORTS)
    with farm.database.read_rows() as connection:
        page = lists.list_renders(
            connection, principal.account_id, limit=window.limit, offset=window.offset, where=where, sort=sort
        )
    meta = {"total": page.total, "offset": window.offset, "limit": window.limit}
    return {"data": [render_detail(view) for view in page.items], "meta": meta}


@router.get("/renders/{render_id}", response_model=Data[RenderDetail], responses=errors(RenderNotFound))
def get_render(principal: Reader, farm: FarmDep, render_id: RenderId) -> dict[str, RenderDetail]:
    with farm.database.read_rows() as connection:
        return {"data": render_detail(renders.get_render(connection, principal.account_id, render_id))}


@router.patch(
    "/renders/{render_id}/dismiss",
    response_model=Data[RenderDetail],
    responses=errors(RenderNotFound, InvalidState),
)
def dismiss_render(principal: Writer, farm: FarmDep, render_id: RenderId) -> dict[str, RenderDetail]:
    """Takes note of a render's error: its status becomes `failed`."""
    with farm.database.begin() as session:
        return {"data": render_detail(renders.dismiss_render(session, principal.account_id, render_id))}


@router.patch(
    "/renders/{render_id}/cancel",
    response_model=Data[RenderDetail],
    responses=errors(RenderNotFound, InvalidState),
)
def cancel_render(principal: Writer, farm: FarmDep, render_id: RenderId) -> dict[str, RenderDetail]:
    """Ends an unfinished render: its status becomes `error`, with the `errorCode` "cancelled".

    All of its credits come back before its poster is there; after that the share of the frames not drawn yet, rounded
    up. Pictures and videos of a job of Glossi's are refused until it has ended, here and for deletion.
    """
    with farm.work() as unit:
        return {"data": render_detail(pieces.cancel_render(unit, principal.account_id, render_id))}


@router.patch(
    "/renders/{render_id}/put-first",
    response_model=Data[RenderDetail],
    responses=errors(RenderNotFound, InvalidState),
)
def put_render_first(principal: Writer, farm: FarmDep, render_id: RenderId) -> dict[str, RenderDetail]:
    """Beyond dx.gl's API: the render is the next of the account's own that wait. Other accounts wait no longer for it.
    """
    with farm.work() as unit:
        return {"data": render_detail(queue.put_first(unit, principal.account_id, render_id))}


@router.patch(
    "/renders/{render_id}/retry",
    response_model=Data[RenderDetail],
    responses=errors(RenderNotFound, InvalidState, NoCredits, SpendingCap),
)
def retry_render(principal: Renderer, farm: FarmDep, render_id: RenderId) -> dict[str, RenderDetail]:
    """Makes a render in error, or a cancelled one, from the start, for its price. Its status becomes `pending`.

    Pictures and videos of Glossi's jobs are refused: they are tried again by their job.
    """
    with farm.work(principal) as unit:
        return {"data": render_detail(pieces.retry_render(unit, principal.account_id, render_id))}


@router.delete("/renders/{render_id}", responses=errors(RenderNotFound, InvalidState))
def delete_render(
    principal: Writer, farm: FarmDep, render_id: RenderId, permanent: Permanent = False
) -> Data[Deleted]:
    """Deletes the render and its files. One that is done can be restored for a while; the credits of others come back
    if their poster wasn't there yet."""
    with farm.work() as unit:
        pieces.delete_render(unit, principal.account_id, render_id, kept=farm.kept(permanent))
    return Data(data=Deleted(id=render_id))


@router.post(
    "/renders/{render_id}/restore", response_model=Data[RenderDetail], responses=errors(RenderNotFound, InvalidState)
)
def restore_render(principal: Writer, farm: FarmDep, render_id: RenderId) -> dict[str, RenderDetail]:
    """Beyond dx.gl's API: a deleted render is there again, with its files and its link."""
    with farm.database.begin() as session:
        trash.restore_render(session, principal.account_id, render_id)
        return {"data": render_detail(renders.get_render(session, principal.account_id, render_id))}


def _model_id(body: RenderRequest) -> str:
    if not body.modelId:
        raise ModelIdRequired(param="modelId")
    return body.modelId


def _notify_urls(farm: Farm, body: BatchRequest, items: Sequence[RenderRequest]) -> dict[int, str]:
    """Where each item's end is told, if anywhere, by the item's index."""
    of_all = notify_url(farm, body.notifyUrl)
    urls = {}
    for index, item in enumerate(items):
        with naming(f"renders[{index}]"):
            url = notify_url(farm, item.notifyUrl) or of_all
        if url:
            urls[index] = url
    return urls


def _order(item: RenderRequest, place: str, principal: Principal) -> tuple[str, RenderSettings]:
    with naming(place):
        model_id = _model_id(item)
        refuse_misplaced(item.misplaced)
    with naming(f"{place}.renderSettings"):
        return model_id, render_settings(item.renderSettings, principal)

"""/s/...: a shared render as a page; /embed/...: the same as a part of another server's page."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.domain.renders import shares
from api.errors import RenderNotFound
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import RenderId
from api.http.dxgl.public_pages import Preview, figures, gone, is_for_people, page, picture, shown, video
from api.http.dxgl.share_paths import EMBED_PREFIX, PAGE_PREFIX, PUBLIC_PREFIX
from api.http.routes import JsonRoute, operation_id
from api.http.state import FarmDep

public = APIRouter(tags=["shares"], route_class=JsonRoute, generate_unique_id_function=operation_id)


@public.get(
    f"{PAGE_PREFIX}/{{share_id}}",
    response_class=HTMLResponse,
    responses=errors(RenderNotFound, token=False),
)
def get_share_page(farm: FarmDep, share_id: RenderId, request: Request) -> HTMLResponse:
    """What is shared by this link, to be looked at in a browser."""
    try:
        with farm.database.read() as session:
            renders = shares.shared_by(session, share_id)
    except RenderNotFound:
        if is_for_people(request):
            return gone()
        raise
    base = str(request.base_url).rstrip("/")
    folders = [f"{PUBLIC_PREFIX}/{share_id}/{render.render_id}" for render in renders]
    first = renders[0]
    preview = Preview(
        first.name, f"{base}{PAGE_PREFIX}/{share_id}", image=picture(first, base + folders[0]),
        video=video(first, base + folders[0]),
    )
    return page(f'<main class="one">{figures(renders, folders)}</main>\n', first.name, preview=preview)


@public.get(
    f"{EMBED_PREFIX}/{{share_id}}/{{render_id}}",
    response_class=HTMLResponse,
    responses=errors(RenderNotFound, token=False),
)
def get_embedded_player(farm: FarmDep, share_id: RenderId, render_id: RenderId, request: Request) -> HTMLResponse:
    """A shared render, by its link's id or by that of a gallery, for an `<iframe>` in a page of any server."""
    try:
        with farm.database.read() as session:
            render = shares.one_shared(session, share_id, render_id)
    except RenderNotFound:
        if is_for_people(request):
            return gone(framed=True)
        raise
    folder = f"{PUBLIC_PREFIX}/{share_id}/{render_id}"
    return page(f'<main class="frame">{shown(render, folder)}</main>\n', render.name, framed=True)

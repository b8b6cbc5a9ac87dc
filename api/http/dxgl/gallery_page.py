"""/g: galleries as pages: the list of those that are public, each of them, and each of its renders."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.domain.renders import galleries
from api.domain.renders.galleries import GalleryView
from api.domain.renders.shares import SharedRender
from api.errors import NotFound
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import RenderId
from api.http.dxgl.public_pages import Preview, figures, gone, is_for_people, page, picture, video
from api.http.dxgl.share_paths import GALLERY_PREFIX, PUBLIC_PREFIX
from api.http.params import id_else
from api.http.routes import JsonRoute, operation_id
from api.http.state import Farm, FarmDep

PAGE = 60
"""Galleries on a page of the list: whole rows of 2 to 6."""

public = APIRouter(
    prefix=GALLERY_PREFIX, tags=["shares"], route_class=JsonRoute, generate_unique_id_function=operation_id
)

GalleryId = Annotated[str, id_else(NotFound)]


@public.get("", response_class=HTMLResponse, responses=errors(token=False))
def list_public_galleries(
    farm: FarmDep, offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> HTMLResponse:
    """All public galleries of this farm, newest first."""
    with farm.database.read() as session:
        found = galleries.list_public(session, limit=PAGE, offset=offset)
        first = {view.id: galleries.look(session, view.id)[1] for view in found.items}
    cards = "".join(_card(
        f"{GALLERY_PREFIX}/{view.id}", view.title, next(iter(first[view.id]), None), view.id,
        note=f"{len(view.render_ids)} {'piece' if len(view.render_ids) == 1 else 'pieces'}",
    ) for view in found.items)  # fmt: skip
    told = f"<ul>{cards}</ul>" if cards else "<p>There are no public galleries yet.</p>"
    more = f'<p><a href="{GALLERY_PREFIX}?offset={offset + PAGE}">Older galleries</a></p>'
    body = f"<header><h1>Galleries</h1></header>{told}{more if found.total > offset + PAGE else ''}"
    return page(f'<main class="many">{body}</main>\n', "Galleries", listed=True)


@public.get("/{gallery_id}", response_class=HTMLResponse, responses=errors(NotFound, token=False))
def get_gallery_page(farm: FarmDep, gallery_id: GalleryId, request: Request) -> HTMLResponse:
    """A gallery, for everybody who has its link."""
    found = _find(farm, gallery_id, request)
    if found is None:
        return gone()
    view, renders = found
    cards = "".join(
        _card(f"{GALLERY_PREFIX}/{gallery_id}/{each.render_id}", each.name, each, gallery_id) for each in renders
    )
    text = f"<p>{escape(view.text)}</p>" if view.text else ""
    body = f'<main class="many"><header><h1>{escape(view.title)}</h1>{text}</header><ul>{cards}</ul></main>\n'
    base = str(request.base_url).rstrip("/")
    pictures = (picture(each, f"{base}{_folder(gallery_id, each)}") for each in renders)
    preview = Preview(
        view.title, f"{base}{GALLERY_PREFIX}/{gallery_id}", view.text, image=next(filter(None, pictures), None)
    )
    return page(body, view.title, preview=preview, listed=view.is_public)


@public.get("/{gallery_id}/{render_id}", response_class=HTMLResponse, responses=errors(NotFound, token=False))
def get_gallery_piece(
    farm: FarmDep, gallery_id: GalleryId, render_id: RenderId, request: Request
) -> HTMLResponse:
    """A render of a gallery."""
    found = _find(farm, gallery_id, request)
    render = next((each for each in found[1] if each.render_id == render_id), None) if found else None
    if found is None or render is None:
        if is_for_people(request):
            return gone()
        raise NotFound("No such render in the gallery")
    view, _ = found
    base, folder = str(request.base_url).rstrip("/"), _folder(gallery_id, render)
    preview = Preview(
        render.name, f"{base}{GALLERY_PREFIX}/{gallery_id}/{render_id}", image=picture(render, base + folder),
        video=video(render, base + folder),
    )
    back = f'<p><a href="{GALLERY_PREFIX}/{gallery_id}">{escape(view.title)}</a></p>'
    body = f'<main class="one">{figures([render], [folder])}{back}</main>\n'
    return page(body, f"{render.name} · {view.title}", preview=preview, listed=view.is_public)


def _find(farm: Farm, gallery_id: str, request: Request) -> tuple[GalleryView, list[SharedRender]] | None:
    """None where there is none, for people. Raises NotFound for programs."""
    try:
        with farm.database.read() as session:
            return galleries.look(session, gallery_id)
    except NotFound:
        if is_for_people(request):
            return None
        raise


def _folder(gallery_id: str, render: SharedRender) -> str:
    return f"{PUBLIC_PREFIX}/{gallery_id}/{render.render_id}"


def _card(path: str, name: str, render: SharedRender | None, gallery_id: str, *, note: str = "") -> str:
    """A picture that leads to `path`."""
    source = render and picture(render, _folder(gallery_id, render), full=False)
    image = f'<img src="{source}" alt="" loading="lazy">' if source else '<span class="wait">Not finished yet</span>'
    small = f"<small>{note}</small>" if note else ""
    return f'<li><a href="{path}">{image}<span class="name">{escape(name)}{small}</span></a></li>'

"""/s/...: a shared render as a page, for people and for what previews links in chats and feeds (Open Graph, ogp.me)."""

import base64
import hashlib
from collections.abc import Callable
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.domain.renders import shares
from api.domain.renders.outputs import FILES, MAIN
from api.domain.renders.shares import SharedRender
from api.domain.renders.states import UNFINISHED, RenderStatus
from api.errors import RenderNotFound
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import RenderId
from api.http.dxgl.share_paths import PAGE_PREFIX, PUBLIC_PREFIX
from api.http.files import REVOCABLE
from api.http.routes import JsonRoute, operation_id
from api.http.state import FarmDep

STYLE = """
:root { color-scheme: light dark; --ink: #1d1d1f; --paper: #f5f5f4; --line: #d9d9d6 }
@media (prefers-color-scheme: dark) { :root { --ink: #f2f2f0; --paper: #161617; --line: #38383a } }
* { box-sizing: border-box }
body { margin: 0; padding: 4vmin; min-height: 100vh; display: grid; gap: 6vmin; align-content: center;
       justify-items: center; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
figure { margin: 0; width: fit-content; max-width: min(100%, 72rem) }
video, img { display: block; max-width: 100%; max-height: 82vh; border: 1px solid var(--line); border-radius: .5rem }
figcaption { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding: .75rem .125rem 0 }
h1 { font-size: 1.125rem; font-weight: 600; margin: 0; overflow-wrap: anywhere; flex: 1 }
a { color: inherit } p { margin: 0 }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src 'self'; "
    "media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *",  # what is shared may be embedded
    "Cache-Control": REVOCABLE,
    "X-Robots-Tag": "noindex",  # who has the link may look; search engines are not told of it
}

public = APIRouter(tags=["shares"], route_class=JsonRoute, generate_unique_id_function=operation_id)


@public.get(
    f"{PAGE_PREFIX}/{{share_id}}",
    response_class=HTMLResponse,
    responses=errors(RenderNotFound, token=False),
)
def get_share_page(farm: FarmDep, share_id: RenderId, request: Request) -> HTMLResponse:
    """What is shared by this link, to be looked at in a browser."""
    with farm.database.read() as session:
        renders = shares.shared_by(session, share_id)
    base = str(request.base_url).rstrip("/")
    folders = [f"{PUBLIC_PREFIX}/{share_id}/{render.render_id}" for render in renders]
    return HTMLResponse(_page(renders, folders, base, f"{base}{PAGE_PREFIX}/{share_id}"), headers=HEADERS)


def _page(renders: list[SharedRender], folders: list[str], base: str, url: str) -> str:
    title = escape(renders[0].name)
    figures = "".join(_figure(render, folder) for render, folder in zip(renders, folders, strict=True))
    tags = [("og:title", title), ("og:url", url), ("og:site_name", "Pirouette"),
            *_preview(renders[0], f"{base}{folders[0]}")]  # fmt: skip
    meta = "".join(f'<meta property="{name}" content="{content}">\n' for name, content in tags)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{title}</title>\n{meta}<meta name="twitter:card" content="summary_large_image">\n'
        f"<style>{STYLE}</style>\n{figures}</html>\n"
    )


def _preview(render: SharedRender, folder: str) -> list[tuple[str, str]]:
    if render.status != RenderStatus.DONE:
        return [("og:type", "website")]
    file = "poster?quality=full" if "poster_full" in FILES[render.output] else MAIN[render.output]
    picture = [("og:image", f"{folder}/{file}"), ("og:image:type", "image/png")]
    if render.output != "video":
        return [("og:type", "website"), *picture]
    return [("og:type", "video.other"), *picture, ("og:video", _video(render, folder)), ("og:video:type", "video/mp4")]


def _video(render: SharedRender, folder: str) -> str:
    """One that browsers play: a ProRes video's web version."""
    return f"{folder}/video?quality=web" if render.has_web else f"{folder}/video"


def _figure(render: SharedRender, folder: str) -> str:
    if render.status in UNFINISHED:
        shown, link = "<p>This render is not finished yet. Come back in a while.</p>", ""
    elif render.status != RenderStatus.DONE:
        shown, link = "<p>This render could not be made.</p>", ""
    else:
        shown = _SHOWN[render.output](render, folder)
        link = f'<a href="{folder}/{MAIN[render.output]}" download>Download</a>'
    return f"<figure>{shown}<figcaption><h1>{escape(render.name)}</h1>{link}</figcaption></figure>\n"


def _moving(render: SharedRender, folder: str) -> str:
    return (
        f'<video src="{_video(render, folder)}" poster="{folder}/poster?quality=full" autoplay loop muted playsinline '
        'controls></video>'
    )


def _still(file: str) -> Callable[[SharedRender, str], str]:
    return lambda render, folder: f'<img src="{folder}/{file}" alt="{escape(render.name)}">'


_SHOWN: dict[str, Callable[[SharedRender, str], str]] = {
    "video": _moving, "image": _still("image"), "still": _still("image"), "dataset": _still("poster?quality=full")
}

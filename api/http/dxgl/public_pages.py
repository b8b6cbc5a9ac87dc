"""What the pages for everybody have in common: how they look, what previews of links are told (Open Graph, ogp.me), and
what a person sees whose link leads nowhere. Nothing in them is a script, or from elsewhere.
"""

import base64
import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.domain.renders.outputs import FILES, MAIN
from api.domain.renders.shares import SharedRender
from api.domain.renders.states import UNFINISHED, RenderStatus
from api.http.files import REVOCABLE

STYLE = """
:root { color-scheme: light dark; --ink: #1b1a17; --soft: #5d594f; --paper: #f6f5f2; --card: #fff; --line: #e0dcd3;
        --accent: #b03c0d }
@media (prefers-color-scheme: dark) { :root { --ink: #f2f0ea; --soft: #aca79c; --paper: #131312; --card: #1c1b19;
        --line: #34322e; --accent: #ff8a58 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
a { color: inherit } p, h1, h2, figure, ul { margin: 0 } ul { padding: 0; list-style: none }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px }
h1 { font-size: 1.125rem; font-weight: 600; overflow-wrap: anywhere; flex: 1 }
main.one { padding: 4vmin; min-height: 100vh; display: grid; gap: 6vmin; align-content: center; justify-items: center }
main.one figure { width: fit-content; max-width: min(100%, 72rem) }
main.one video, main.one img { display: block; max-width: 100%; max-height: 82vh; border: 1px solid var(--line);
        border-radius: .5rem }
figcaption { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding: .75rem .125rem 0 }
main.many { max-width: 110rem; margin: auto; padding: clamp(1.5rem, 5vw, 4.5rem) clamp(1rem, 4vw, 4rem) }
main.many header { display: grid; gap: .75rem; max-width: 44rem; margin-bottom: clamp(1.5rem, 4vw, 3.5rem) }
main.many h1 { font-size: clamp(1.75rem, 1.2rem + 2.2vw, 3rem); font-weight: 650; letter-spacing: -.02em;
        line-height: 1.1 }
main.many header p { color: var(--soft); font-size: 1.0625rem; overflow-wrap: anywhere; white-space: pre-line }
main.many ul { display: grid; gap: clamp(.75rem, 1.6vw, 1.5rem);
        grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)) }
main.many li a { display: block; height: 100%; border: 1px solid var(--line); border-radius: .75rem; overflow: hidden;
        background: var(--card); text-decoration: none }
main.many li a:hover { border-color: var(--accent) }
main.many li img, main.many li .wait { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: contain;
        background: #fff }
main.many li .wait { display: grid; place-items: center; background: var(--line); color: var(--soft) }
main.many li span.name { display: block; padding: .875rem 1rem; font-weight: 550; overflow-wrap: anywhere }
main.many li small { display: block; color: var(--soft); font-weight: 400 }
main.frame { height: 100vh } main.frame video, main.frame img { display: block; width: 100%; height: 100%;
        object-fit: contain }
main.gone { min-height: 100vh; display: grid; gap: .75rem; place-content: center; padding: 2rem; text-align: center }
main.gone h1 { font-size: 1.75rem } main.gone p { color: var(--soft); max-width: 32rem }
"""
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#b8400f"/>'
    '<g fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"><ellipse cx="16" cy="21" rx="9.5" ry="4"/>'
    '<path d="M16 21V9.5M16 9.5l4.6 2.6M16 9.5l-4.6 2.6"/></g></svg>'
)
"""The portal's icon. It stands in the pages themselves, since they are there without the portal, too."""
_ICON = f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{quote(MARK)}">\n'
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


@dataclasses.dataclass(frozen=True, slots=True)
class Preview:
    """What a preview of a link shows. `image` is a URL, `video` one too, if there is one."""

    title: str
    url: str
    text: str = ""
    image: str | None = None
    video: str | None = None

    @property
    def tags(self) -> str:
        told = [
            ("og:title", self.title), ("og:url", self.url), ("og:site_name", "Pirouette"),
            ("og:description", self.text), ("og:type", "video.other" if self.video else "website"),
            ("og:image", self.image), ("og:image:type", self.image and "image/png"), ("og:video", self.video),
            ("og:video:type", self.video and "video/mp4"),
        ]  # fmt: skip
        meta = "".join(f'<meta property="{name}" content="{escape(text)}">\n' for name, text in told if text)
        return f'{meta}<meta name="twitter:card" content="summary_large_image">\n'


def page(
    body: str, title: str, *, preview: Preview | None = None, framed: bool = False, listed: bool = False,
    status: int = 200,
) -> HTMLResponse:  # fmt: skip
    """A page; `body` is HTML. `framed`: pages of other servers may show it within theirs. `listed`: search engines may
    tell of it; else who has the link may look, and no search engine is told."""
    ancestors = "*" if framed else "'none'"
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src 'self' data:; "
        f"media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}",
        "Cache-Control": REVOCABLE,
    }
    if not listed:
        headers["X-Robots-Tag"] = "noindex"
    return HTMLResponse(
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n{_ICON}{preview.tags if preview else ''}<style>{STYLE}</style>\n"
        f"{body}</html>\n",
        status, headers,
    )  # fmt: skip


def is_for_people(request: Request) -> bool:
    """Whether a browser asks, for a page: programs are told errors in the API's envelope."""
    return "text/html" in request.headers.get("accept", "")


def gone(*, framed: bool = False) -> HTMLResponse:
    """What people see whose link leads nowhere."""
    told = "Whoever shared it may have taken it back. Ask them for a new link."
    body = f'<main class="gone"><h1>This link no longer works</h1><p>{told}</p></main>\n'
    return page(body, "Link no longer works", framed=framed, status=404)


def picture(render: SharedRender, folder: str, *, full: bool = True) -> str | None:
    """The path of a picture of the render, below the `folder` of its files; None while there is none."""
    if render.status != RenderStatus.DONE:
        return None
    if "poster_full" in FILES[render.output]:
        return f"{folder}/poster?quality=full" if full else f"{folder}/poster"
    return f"{folder}/{MAIN[render.output]}"


def video(render: SharedRender, folder: str) -> str | None:
    """The path of a video that browsers play, if the render is one: a ProRes video's web version."""
    if render.output != "video" or render.status != RenderStatus.DONE:
        return None
    return f"{folder}/video?quality=web" if render.has_web else f"{folder}/video"


def figures(renders: Sequence[SharedRender], folders: Sequence[str]) -> str:
    return "".join(_figure(render, folder) for render, folder in zip(renders, folders, strict=True))


def shown(render: SharedRender, folder: str) -> str:
    """The render's video or picture as HTML, or why there is none."""
    if render.status in UNFINISHED:
        return "<p>This render is not finished yet. Come back in a while.</p>"
    if render.status != RenderStatus.DONE:
        return "<p>This render could not be made.</p>"
    return _SHOWN[render.output](render, folder)


def _figure(render: SharedRender, folder: str) -> str:
    done = render.status == RenderStatus.DONE
    link = f'<a href="{folder}/{MAIN[render.output]}" download>Download</a>' if done else ""
    caption = f"<figcaption><h1>{escape(render.name)}</h1>{link}</figcaption>"
    return f"<figure>{shown(render, folder)}{caption}</figure>\n"


def _moving(render: SharedRender, folder: str) -> str:
    return (
        f'<video src="{video(render, folder)}" poster="{folder}/poster?quality=full" '
        f'aria-label="{escape(render.name)}" autoplay loop muted playsinline controls></video>'
    )


def _still(file: str) -> Callable[[SharedRender, str], str]:
    return lambda render, folder: f'<img src="{folder}/{file}" alt="{escape(render.name)}">'


_SHOWN: dict[str, Callable[[SharedRender, str], str]] = {
    "video": _moving, "image": _still("image"), "still": _still("image"), "dataset": _still("poster?quality=full")
}

"""dx.gl's API as the application knows it."""

from api.http.dialect import Dialect, Upload
from api.http.dxgl import (
    account,
    assets,
    bulk,
    events,
    export,
    gallery_page,
    generate,
    health,
    ingest,
    keys,
    ledger,
    models,
    overlays,
    pictures,
    quote,
    renders,
    resumable,
    share_page,
    shares,
    trash,
    webhooks,
)
from api.http.dxgl.auth import authenticate
from api.http.dxgl.errors import tell
from api.http.dxgl.paths import PREFIX
from api.http.dxgl.share_paths import EMBED_PREFIX, GALLERY_PREFIX, PAGE_PREFIX, PICTURE_PREFIX, PUBLIC_PREFIX
from api.http.flow_inputs import BODY_MB
from api.http.rates import Surface, unlimited

TAGS = {
    "models": "Uploaded 3D files",
    "uploads": "Large 3D files that come in parts",
    "renders": "What is made of them",
    "assets": "The files of a render",
    "shares": "Files that everybody may fetch",
    "pictures": "Pictures of models by links, drawn when they are asked for first",
    "overlays": "Images behind and before models, panoramas that light them",
    "quote": "Prices",
    "webhooks": "Notifications of renders that have ended, and how they are signed",
    "account": "Who you are and what you may spend",
    "health": "Whether the farm can work",
}

PARTS = (
    export, renders, assets, events, models, resumable, ingest, overlays, quote, account, keys, ledger, health,
    shares, webhooks, bulk, generate, pictures, trash,
)  # fmt: skip
"""Looked through in this order: what is asked for most comes first, but for paths that another one would match."""

DXGL = Dialect(
    name="dxgl",
    prefixes=("", PREFIX, PUBLIC_PREFIX),
    routers=(
        *(part.router for part in PARTS), bulk.of_models, shares.public, share_page.public, gallery_page.public,
        pictures.public,
    ),
    authenticate=authenticate,
    tell=tell,
    uploads=(
        Upload("POST", models.UPLOAD_PATH, lambda settings: settings.max_upload_mb),
        Upload("PUT", resumable.PART_PATH, lambda _: resumable.PART_MB),
        Upload("POST", overlays.UPLOAD_PATH, lambda _: overlays.LARGEST_MB),
        Upload("POST", generate.GENERATE_PATH, lambda _: BODY_MB),
    ),
    tags=TAGS,
    surfaces=(
        # dx.gl's reference: rate limits are "not currently enforced"
        Surface(PREFIX, lambda settings: settings.account_requests, unlimited),
        Surface("", unlimited, lambda settings: settings.client_requests),
    ),
    secret_paths=(PUBLIC_PREFIX, PAGE_PREFIX, PICTURE_PREFIX, EMBED_PREFIX, GALLERY_PREFIX),
)

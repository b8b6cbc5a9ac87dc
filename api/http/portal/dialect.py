"""The portal as the application knows it."""

from api.http.dialect import Dialect
from api.http.portal import (
    accounts,
    camera,
    door,
    events,
    generations,
    keys,
    lights,
    pages,
    people,
    pictures,
    presets,
    session,
    settings,
    workers,
)
from api.http.portal.auth import authenticate
from api.http.portal.errors import tell
from api.http.portal.paths import PREFIX
from api.http.rates import Surface

PARTS = (
    session, door, settings, events, camera, lights, pictures, presets, generations, people, keys, accounts, workers,
    pages,
)  # fmt: skip

PORTAL = Dialect(
    name="portal",
    prefixes=(PREFIX,),
    routers=tuple(part.router for part in PARTS),
    authenticate=authenticate,
    tell=tell,
    uploads=(),
    tags={},
    surfaces=(
        Surface(PREFIX, lambda settings: settings.account_requests, lambda settings: settings.client_requests),
    ),
)

"""The portal as the application knows it."""

from api.http.dialect import Dialect, Upload
from api.http.flow_inputs import BODY_MB
from api.http.portal import (
    accounts,
    camera,
    datasets,
    door,
    events,
    galleries,
    generations,
    keys,
    lights,
    pages,
    people,
    pictures,
    presets,
    projects,
    session,
    settings,
    webhooks,
    workers,
)
from api.http.portal.auth import authenticate
from api.http.portal.errors import tell
from api.http.portal.paths import API, PREFIX
from api.http.rates import Surface

PARTS = (
    session, door, settings, events, camera, lights, pictures, presets, generations, projects, galleries, datasets,
    webhooks, people, keys, accounts, workers, pages,
)  # fmt: skip

PORTAL = Dialect(
    name="portal",
    prefixes=(PREFIX,),
    routers=tuple(part.router for part in PARTS),
    authenticate=authenticate,
    tell=tell,
    uploads=(Upload("POST", f"{API}/generations", lambda _: BODY_MB),),
    tags={},
    surfaces=(
        Surface(PREFIX, lambda settings: settings.account_requests, lambda settings: settings.client_requests),
    ),
)

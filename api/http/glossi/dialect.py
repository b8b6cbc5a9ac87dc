"""Glossi's API as the application knows it."""

from api.http.dialect import Dialect
from api.http.glossi import jobs, models, projects, renders, templates, webhooks
from api.http.glossi.auth import authenticate
from api.http.glossi.errors import tell
from api.http.glossi.paths import PREFIX, tag_of
from api.http.rates import Surface, unlimited

TAGS = {
    tag_of("models"): "3D files: announced, uploaded by signed links, confirmed and processed",
    tag_of("templates"): "Looks, with the cameras to take them by",
    tag_of("projects"): "Models in the look of a template",
    tag_of("renders"): "All pictures and videos of a project",
    tag_of("jobs"): "From files to pictures in one order",
    tag_of("webhooks"): "Where events are sent to, and how they fared",
}

PARTS = (
    renders, jobs, models, projects, templates, webhooks,
)  # fmt: skip

GLOSSI = Dialect(
    name="glossi",
    prefixes=(PREFIX,),
    routers=tuple(part.router for part in PARTS),
    authenticate=authenticate,
    tell=tell,
    uploads=(),
    tags=TAGS,
    surfaces=(Surface(PREFIX, lambda settings: settings.account_requests, unlimited),),
)

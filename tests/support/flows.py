"""A hand that does what generators do, for tests of the web application: it stores files, and settles steps."""

import contextlib
import functools
import io
import threading
from collections.abc import Iterator

from PIL import Image
from sqlalchemy import select

from api.db.tables import Result
from api.domain.generations.plans import STEPS
from api.domain.kit.failures import Failure
from api.domain.work import claims, scheduling
from api.domain.work.claims import Claim
from tests.support.web import Web, serving

FILES = {
    "image": ("image.jpg", "image/jpeg"), "glb": ("model.glb", "model/gltf-binary"),
    "usdz": ("model.usdz", "model/vnd.usdz+zip"),
}  # fmt: skip
"""File name and media type by the names in the database."""


def claim_step(web: Web) -> Claim:
    """Takes the next step as a worker would."""
    with web.database.begin() as session:
        claim = claims.claim(session, worker="test", queues=["generate"], lease_seconds=60)
    assert claim is not None
    return claim


@functools.cache
def contents(kind: str) -> bytes:
    """What the file of a step of that kind holds. Pictures are pictures, all else are texts."""
    if kind != "generate-image":
        return f"{kind} ".encode() * 50
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "JPEG")
    return picture.getvalue()


def finish_step(web: Web, claim: Claim) -> None:
    name = STEPS[claim.kind].file
    file_name, media_type = FILES[name]
    made = {owner: {name: web.put(claim, owner, file_name, contents(claim.kind), media_type)}
            for owner in claim.variants}  # fmt: skip
    with web.app.state.farm.work() as unit:
        assert scheduling.settle_done(unit, claim, made, {"engine": "procedural"})


def fail_step(web: Web, claim: Claim, message: str) -> None:
    with web.app.state.farm.work() as unit:
        failure = Failure("engine_rejected", message)
        assert scheduling.settle_error(unit, claim, failure, retry=False, max_attempts=3)


def finish_steps(web: Web) -> None:
    """Brings all flows that were started to their end."""
    while True:
        with web.database.begin() as session:
            claim = claims.claim(session, worker="test", queues=["generate"], lease_seconds=60)
        if claim is None:
            return
        finish_step(web, claim)


def lose_results(web: Web) -> None:
    """The storage has none of the files any more that the database speaks of."""
    with web.database.read() as session:
        keys = session.scalars(select(Result.key)).all()
    assert keys
    for key in keys:
        web.storage.delete(key)


@contextlib.contextmanager
def served(web: Web) -> Iterator[str]:
    """A real server whose flows are brought to their end as soon as they are started; yields its URL."""
    started, over = threading.Event(), threading.Event()
    web.__dict__["app"] = web.app_with(started.set)

    def hand() -> None:
        while not over.is_set():
            started.wait()
            started.clear()
            finish_steps(web)

    thread = threading.Thread(target=hand)
    thread.start()
    try:
        with serving(web.app) as url:
            yield url
    finally:
        over.set()
        started.set()
        thread.join()

"""A hand that does what generators do, for tests of the web application: it stores files, and settles steps."""

from api.domain.generations.plans import STEPS
from api.domain.kit.failures import Failure
from api.domain.work import claims, scheduling
from api.domain.work.claims import Claim
from tests.support.web import Web

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


def contents(kind: str) -> bytes:
    """What the file of a step of that kind holds."""
    return f"{kind} ".encode() * 50


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

"""/portal/api/webhooks: where events are sent to in the words of each dialect, how they fared, sending them again."""

import datetime as dt
from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel
from starlette.responses import Response

from api.domain.projects import notices as of_projects
from api.domain.renders import notices as of_renders
from api.domain.webhooks import deliveries, events, targets
from api.domain.webhooks.deliveries import Delivery
from api.domain.webhooks.targets import Target
from api.errors import DeliveryNotFound, InvalidRequest, NotFound
from api.http.body import body_of
from api.http.hooks import hook_url
from api.http.params import id_else
from api.http.portal.auth import Admin, Signed
from api.http.portal.paths import new_router
from api.http.state import FarmDep

EVENTS: dict[str, tuple[str, ...]] = {
    "dxgl": tuple(of_renders.ENDED.values()), of_projects.DIALECT: of_projects.EVENTS,
}  # fmt: skip
"""By dialect, all that an account can be told of in its words."""

PAGE = 50

router = new_router()

TargetId = Annotated[str, id_else(NotFound)]
DeliveryId = Annotated[str, id_else(DeliveryNotFound)]


class TargetDetail(BaseModel):
    """`events` is empty for a URL that was named with single orders only. `paused` by its owner; `disabledReason` says
    why the farm itself sends nothing there."""

    id: str
    dialect: str
    url: str
    description: str | None
    events: list[str]
    paused: bool
    disabledReason: str | None
    createdAt: dt.datetime

    @classmethod
    def of(cls, target: Target) -> "TargetDetail":
        return cls(
            id=target.id, dialect=target.dialect, url=target.url, description=target.description,
            events=list(target.events), paused=target.paused, disabledReason=target.disabled_reason,
            createdAt=target.created_at,
        )  # fmt: skip


class DeliveryDetail(BaseModel):
    id: str
    dialect: str
    url: str
    event: str
    subjectId: str
    state: str
    attempts: int
    answerStatus: int | None
    answerBody: str | None
    problem: str | None
    createdAt: dt.datetime
    updatedAt: dt.datetime

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryDetail":
        return cls(
            id=delivery.id, dialect=delivery.dialect, url=delivery.url, event=delivery.event,
            subjectId=delivery.subject_id, state=delivery.state, attempts=delivery.attempts,
            answerStatus=delivery.answer_status, answerBody=delivery.answer_body, problem=delivery.problem,
            createdAt=delivery.created_at, updatedAt=delivery.updated_at,
        )  # fmt: skip


class TargetRequest(BaseModel):
    dialect: str = ""
    url: str = ""
    events: list[str] = []
    description: str | None = None
    paused: bool = False


@router.get("/webhooks")
def list_webhooks(signed: Signed, farm: FarmDep) -> dict[str, object]:
    """The targets of all dialects, and what each dialect can tell of."""
    with farm.database.read() as session:
        found = [each for dialect in EVENTS for each in targets.list_targets(session, signed[1].account_id, dialect)]
    return {"data": [TargetDetail.of(each).model_dump(mode="json") for each in found], "events": EVENTS}


@router.post("/webhooks")
def save_webhook(
    admin: Admin, farm: FarmDep, body: Annotated[TargetRequest, Depends(body_of(TargetRequest))]
) -> TargetDetail:
    """A new target, or the one of that URL with other events, enabled again. Raises InvalidRequest, InvalidUrl."""
    known = EVENTS.get(body.dialect)
    if known is None:
        raise InvalidRequest(f"dialect must be one of {', '.join(EVENTS)}", param="dialect")
    wanted = [event for event in known if event in body.events]
    if not wanted or len(wanted) < len(set(body.events)):
        raise InvalidRequest(f"events must be some of {', '.join(known)}", param="events")
    url = hook_url(farm, body.url, param="url")
    with farm.database.begin() as session:
        return TargetDetail.of(targets.add(
            session, admin.account_id, body.dialect, url, events=wanted, description=body.description,
            paused=body.paused,
        ))  # fmt: skip


@router.delete("/webhooks/{target_id}")
def remove_webhook(admin: Admin, farm: FarmDep, target_id: TargetId) -> Response:
    """With its log. Raises NotFound."""
    with farm.database.begin() as session:
        targets.remove(session, admin.account_id, target_id)
    return Response(status_code=204)


@router.post("/webhooks/{target_id}/enable")
def enable_webhook(admin: Admin, farm: FarmDep, target_id: TargetId) -> TargetDetail:
    """Raises NotFound."""
    with farm.database.begin() as session:
        targets.enable(session, admin.account_id, target_id)
        return TargetDetail.of(targets.get(session, admin.account_id, target_id))


@router.post("/webhooks/{target_id}/test")
def test_webhook(admin: Admin, farm: FarmDep, target_id: TargetId) -> DeliveryDetail:
    """Has a test event sent. Raises NotFound, InvalidState."""
    with farm.database.begin() as session:
        delivery_id = events.send_test(session, admin.account_id, target_id)
        return DeliveryDetail.of(deliveries.get(session, admin.account_id, delivery_id))


@router.get("/webhooks/{dialect}/secret")
def get_secret(admin: Admin, farm: FarmDep, dialect: str) -> dict[str, str]:
    """What deliveries in this dialect are signed with; made when it is asked for first. Raises NotFound."""
    if dialect not in EVENTS:
        raise NotFound("There are no webhooks of that API")
    with farm.database.begin() as session:
        return {"secret": targets.secret(session, admin.account_id, dialect)}


@router.get("/deliveries")
def list_deliveries(
    signed: Signed, farm: FarmDep, offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> dict[str, object]:
    """Newest first, of all dialects."""
    with farm.database.read() as session:
        page = deliveries.list_deliveries(session, signed[1].account_id, None, limit=PAGE, offset=offset)
    return {"data": [DeliveryDetail.of(each).model_dump(mode="json") for each in page.items], "total": page.total}


@router.post("/deliveries/{delivery_id}/again")
def send_again(admin: Admin, farm: FarmDep, delivery_id: DeliveryId) -> DeliveryDetail:
    """Raises DeliveryNotFound, InvalidState."""
    with farm.database.begin() as session:
        known = deliveries.get(session, admin.account_id, delivery_id)
        return DeliveryDetail.of(
            deliveries.send_again(session, admin.account_id, known.dialect, delivery_id)
        )

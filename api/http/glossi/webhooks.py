"""/api/v1/webhooks: where events are sent to, how they fared, and sending them again."""

from typing import Annotated, Literal

from fastapi import Depends
from pydantic import BaseModel, Field

from api.domain.webhooks import deliveries, targets
from api.domain.webhooks.deliveries import Delivery
from api.domain.webhooks.targets import MAX_DESCRIPTION_LENGTH, Target
from api.errors import DeliveryNotFound, InvalidState, InvalidUrl, NotFound
from api.http.body import body_of, documented
from api.http.glossi.auth import Reader, Writer
from api.http.glossi.failures import errors
from api.http.glossi.notices import DIALECT
from api.http.glossi.paths import DeliveryId, WindowDep, new_router
from api.http.glossi.schemas import Asked, Timestamp
from api.http.hooks import hook_url
from api.http.state import FarmDep

router = new_router("webhooks")

EXAMPLE_URL = "https://your-app.com/webhooks/glossi"
EXAMPLE_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="  # noqa: S105 (shown in openapi.json)

EventName = Literal[
    "model.processed", "model.failed", "project.created", "job.complete", "job.failed", "render.complete",
    "render.failed",
]  # fmt: skip
"""One of `notices.EVENTS`."""
Events = Annotated[list[EventName], Field(min_length=1, examples=[["model.processed", "job.complete"]])]
Description = Annotated[str | None, Field(max_length=MAX_DESCRIPTION_LENGTH, examples=["Tells our shop"])]


class WebhookRequest(Asked):
    """The body of PUT /api/v1/webhooks. What is absent gets its default: nothing is kept of what was set before but the
    secret.
    """

    url: str = Field(description="An https URL that leads to a public address", examples=[EXAMPLE_URL])
    events: Events
    enabled: bool = Field(True, description="false: nothing is sent for now")
    description: Description = None
    rotateSecret: bool = Field(False, description="Beyond Glossi's fields: true for a new secret")


class WebhookConfiguration(BaseModel):
    id: str = Field(description="Another one for another URL", examples=["Wh1kQ3w5E7r9"])
    url: str = Field(examples=[EXAMPLE_URL])
    events: Events
    enabled: bool = Field(examples=[True])
    description: Description = None
    disabledReason: str | None = Field(
        None, description="Beyond Glossi's fields: why the farm itself has disabled it. PUT enables it again"
    )


class WebhookWithSecret(WebhookConfiguration):
    secret: str = Field(
        description="What deliveries are signed with: X-Glossi-Signature by all of its text, and webhook-signature by "
        "the scheme of Standard Webhooks",
        examples=[EXAMPLE_SECRET],
    )


class WebhookDeleted(BaseModel):
    id: str = Field(examples=["Wh1kQ3w5E7r9"])
    deleted: Literal[True] = True


def configured(target: Target) -> WebhookConfiguration:
    return WebhookConfiguration(
        id=target.id,
        url=target.url,
        events=list(target.events),
        enabled=target.enabled and not target.paused,
        description=target.description,
        disabledReason=target.disabled_reason,
    )


@router.put(
    "/webhooks",
    responses=errors(InvalidUrl),
    response_model_exclude_none=True,
    openapi_extra=documented(WebhookRequest),
)
def put_webhook(
    principal: Writer, farm: FarmDep, body: Annotated[WebhookRequest, Depends(body_of(WebhookRequest))]
) -> WebhookWithSecret:
    """Creates or replaces the one webhook of the workspace. This alone tells its secret."""
    url = hook_url(farm, body.url, param="url")
    events = list(dict.fromkeys(body.events))
    with farm.database.begin() as session:
        target = targets.replace(
            session, principal.account_id, DIALECT, url, events=events, description=body.description,
            paused=not body.enabled,
        )  # fmt: skip
        tell_secret = targets.replace_secret if body.rotateSecret else targets.secret
        secret = tell_secret(session, principal.account_id, DIALECT)
    return WebhookWithSecret(**dict(configured(target)), secret=secret)


@router.get("/webhooks", responses=errors(NotFound), response_model_exclude_none=True)
def get_webhook(principal: Reader, farm: FarmDep) -> WebhookConfiguration:
    """The webhook as it is set up, without its secret."""
    with farm.database.read() as session:
        return configured(targets.only(session, principal.account_id, DIALECT))


@router.delete("/webhooks", responses=errors(NotFound))
def delete_webhook(principal: Writer, farm: FarmDep) -> WebhookDeleted:
    """Nothing is sent there any more but what jobs with this webhookUrl have asked for. The secret stays as it is."""
    with farm.database.begin() as session:
        return WebhookDeleted(id=targets.unsubscribe(session, principal.account_id, DIALECT).id)


class EventDelivery(BaseModel):
    id: str = Field(description="Also the headers webhook-id and X-Glossi-Delivery", examples=["Qw3eR5t7Yu9i"])
    url: str = Field(examples=["https://your-app.com/webhooks/glossi"])
    event: str = Field(examples=["render.complete"])
    subjectId: str = Field(description="Id of the model, project or job that it is about", examples=["Jb6nM2v8Cx4z"])
    status: Literal["pending", "delivered", "failed"] = Field(examples=["delivered"])
    attempts: int = Field(examples=[1])
    answerStatus: int | None = Field(description="What the URL's server answered last", examples=[200])
    answerBody: str | None = Field(description="Its first 64 kB", examples=["ok"])
    problem: str | None = Field(description="What went wrong at the last attempt", examples=[None])
    createdAt: Timestamp
    updatedAt: Timestamp

    @classmethod
    def of(cls, delivery: Delivery) -> "EventDelivery":
        return cls(
            id=delivery.id,
            url=delivery.url,
            event=delivery.event,
            subjectId=delivery.subject_id,
            status=delivery.state,
            attempts=delivery.attempts,
            answerStatus=delivery.answer_status,
            answerBody=delivery.answer_body,
            problem=delivery.problem,
            createdAt=delivery.created_at,
            updatedAt=delivery.updated_at,
        )


class EventDeliveries(BaseModel):
    deliveries: list[EventDelivery]
    total: int = Field(description="How many there are in all", examples=[142])
    limit: int = Field(description="As it was taken", examples=[50])
    offset: int = Field(examples=[0])


@router.get("/webhooks/deliveries", responses=errors())
def list_webhook_deliveries(principal: Reader, farm: FarmDep, window: WindowDep) -> EventDeliveries:
    """Beyond Glossi's API: what was sent and answered, newest first. Deliveries are kept for 30 days."""
    with farm.database.read() as session:
        page = deliveries.list_deliveries(
            session, principal.account_id, DIALECT, limit=window.limit, offset=window.offset
        )
    return EventDeliveries(
        deliveries=[EventDelivery.of(delivery) for delivery in page.items],
        total=page.total,
        limit=window.limit,
        offset=window.offset,
    )


@router.post("/webhooks/deliveries/{delivery_id}/send-again", responses=errors(DeliveryNotFound, InvalidState))
def send_webhook_again(principal: Writer, farm: FarmDep, delivery_id: DeliveryId) -> EventDelivery:
    """Beyond Glossi's API: sends the same bytes again, with the same id; tries anew what has failed."""
    with farm.database.begin() as session:
        return EventDelivery.of(deliveries.send_again(session, principal.account_id, DIALECT, delivery_id))

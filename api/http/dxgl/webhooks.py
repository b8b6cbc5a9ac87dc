"""/v1/webhooks: what notifications are signed with, how they fared, and sending them again."""

from typing import Literal

from pydantic import BaseModel, Field

from api.domain.webhooks import deliveries, targets
from api.domain.webhooks.deliveries import Delivery
from api.errors import DeliveryNotFound, InvalidState
from api.http.dxgl.auth import Reader, Writer
from api.http.dxgl.failures import errors
from api.http.dxgl.notices import DIALECT
from api.http.dxgl.paths import DeliveryId, WindowDep, new_router
from api.http.dxgl.schemas import Data, Listing, ListMeta, RenderIdText, Timestamp
from api.http.state import FarmDep

router = new_router("webhooks")


class WebhookSecret(BaseModel):
    secret: str = Field(
        description="What notifications are signed with, by the scheme of Standard Webhooks",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
    )


class DeliveryDetail(BaseModel):
    id: str = Field(description="Also the header webhook-id", examples=["Qw3eR5t7Yu9i"])
    url: str = Field(examples=["https://example.com/rendered"])
    event: str = Field(examples=["render.done"])
    renderId: RenderIdText
    status: Literal["pending", "delivered", "failed"] = Field(examples=["delivered"])
    attempts: int = Field(examples=[1])
    answerStatus: int | None = Field(description="What the URL's server answered last", examples=[200])
    answerBody: str | None = Field(description="Its first 64 kB", examples=["ok"])
    problem: str | None = Field(description="What went wrong at the last attempt", examples=[None])
    createdAt: Timestamp
    updatedAt: Timestamp

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryDetail":
        return cls(
            id=delivery.id,
            url=delivery.url,
            event=delivery.event,
            renderId=delivery.subject_id,
            status=delivery.state,
            attempts=delivery.attempts,
            answerStatus=delivery.answer_status,
            answerBody=delivery.answer_body,
            problem=delivery.problem,
            createdAt=delivery.created_at,
            updatedAt=delivery.updated_at,
        )


@router.get("/webhooks/secret", responses=errors())
def get_webhook_secret(principal: Writer, farm: FarmDep) -> Data[WebhookSecret]:
    """The account's signing secret, made when it is asked for first."""
    with farm.database.begin() as session:
        return Data(data=WebhookSecret(secret=targets.secret(session, principal.account_id, DIALECT)))


@router.post("/webhooks/secret", status_code=201, responses=errors())
def replace_webhook_secret(principal: Writer, farm: FarmDep) -> Data[WebhookSecret]:
    """A new secret: from now on every attempt is signed with it, and with the old one none."""
    with farm.database.begin() as session:
        return Data(data=WebhookSecret(secret=targets.replace_secret(session, principal.account_id, DIALECT)))


@router.get("/webhooks/deliveries", responses=errors())
def list_webhook_deliveries(principal: Reader, farm: FarmDep, window: WindowDep) -> Listing[DeliveryDetail]:
    """Newest first. They are kept for 30 days."""
    with farm.database.read() as session:
        page = deliveries.list_deliveries(
            session, principal.account_id, DIALECT, limit=window.limit, offset=window.offset
        )
    return Listing(
        data=[DeliveryDetail.of(delivery) for delivery in page.items],
        meta=ListMeta(total=page.total, offset=window.offset, limit=window.limit),
    )


@router.post("/webhooks/deliveries/{delivery_id}/send-again", responses=errors(DeliveryNotFound, InvalidState))
def send_webhook_again(principal: Writer, farm: FarmDep, delivery_id: DeliveryId) -> Data[DeliveryDetail]:
    """Sends the same bytes again, with the same `webhook-id`; tries anew what has failed."""
    with farm.database.begin() as session:
        delivery = deliveries.send_again(session, principal.account_id, DIALECT, delivery_id)
    return Data(data=DeliveryDetail.of(delivery))

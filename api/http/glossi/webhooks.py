"""/api/v1/webhooks: where events are sent to, how they fared, and sending them again."""

from typing import Literal

from pydantic import BaseModel, Field

from api.domain.webhooks import deliveries
from api.domain.webhooks.deliveries import Delivery
from api.errors import DeliveryNotFound, InvalidState
from api.http.glossi.auth import Reader, Writer
from api.http.glossi.failures import errors
from api.http.glossi.notices import DIALECT
from api.http.glossi.paths import DeliveryId, WindowDep, new_router
from api.http.glossi.schemas import Timestamp
from api.http.state import FarmDep

router = new_router("webhooks")


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

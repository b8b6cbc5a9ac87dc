"""/v1/quote: what renders would cost."""

from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from api.domain.accounts.credentials import Principal
from api.domain.renders import quotes
from api.domain.renders.quotes import PRICED, QuotedRender
from api.errors import InvalidSettings
from api.http.body import body_of, documented
from api.http.dxgl.auth import Reader
from api.http.dxgl.errors import RendersRequired, TooMany
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import listed, new_router
from api.http.dxgl.schemas import MAX_BATCH, Data
from api.http.dxgl.settings import neutral_settings, refuse_misplaced, render_settings, schema_of
from api.http.dxgl.spelling import SETTINGS_NAMES, naming
from api.http.state import FarmDep

router = new_router("quote")


def _item_schema() -> dict[str, Any]:
    properties = {SETTINGS_NAMES[row.name]: schema_of(row) for row in PRICED}
    return {"type": "object", "properties": properties, "examples": [{"quality": "standard"}]}


class QuoteRequest(BaseModel):
    """The body of POST /v1/quote."""

    model_config = ConfigDict(json_schema_extra={"required": ["renders"]})

    renders: list[Annotated[dict[str, Any], WithJsonSchema(_item_schema())]] | None = Field(
        None,
        description=f"1 to {MAX_BATCH} renders' settings, of which those count that decide about the price; or a "
        "batch's items, whose renderSettings are refused where an order would be",
    )


class QuoteLine(BaseModel):
    """`quality` of a video or a still, or `datasetQuality` of a dataset, and its price."""

    quality: str | None = Field(None, examples=["standard"])
    datasetQuality: str | None = None
    output: str | None = Field(None, description='Beyond dx.gl\'s fields: "image" for a still')
    credits: int = Field(examples=[4])

    @classmethod
    def of(cls, render: QuotedRender) -> "QuoteLine":
        return cls(
            quality=render.quality, datasetQuality=render.dataset_quality, credits=render.credits,
            output="image" if render.output == "image" else None,
        )  # fmt: skip


class QuoteResult(BaseModel):
    creditsRequired: int = Field(examples=[4])
    creditsAvailable: int = Field(examples=[47])
    sufficient: bool = Field(examples=[True])
    breakdown: list[QuoteLine]


@router.post(
    "/quote",
    response_model_exclude_none=True,
    responses=errors(RendersRequired, TooMany, InvalidSettings),
    openapi_extra=documented(QuoteRequest),
)
def get_quote(
    principal: Reader, farm: FarmDep, body: Annotated[QuoteRequest, Depends(body_of(QuoteRequest))]
) -> Data[QuoteResult]:
    """Orders nothing and takes no credits."""
    renders = [_quoted(item, f"renders[{index}]", principal) for index, item in enumerate(listed(body.renders))]
    with farm.database.read() as session:
        quote = quotes.quote(session, principal.account_id, renders)
    result = QuoteResult(
        creditsRequired=quote.credits_required,
        creditsAvailable=quote.credits_available,
        sufficient=quote.sufficient,
        breakdown=[QuoteLine.of(render) for render in quote.renders],
    )
    return Data(data=result)


def _quoted(item: dict[str, Any], place: str, principal: Principal) -> QuotedRender:
    """Raises InvalidSettings."""
    with naming(place):
        if "renderSettings" not in item:
            return quotes.quote_render(neutral_settings(item))
        refuse_misplaced(item)
    with naming(f"{place}.renderSettings"):
        render_settings(item["renderSettings"], principal)
        return quotes.quote_render(neutral_settings(item["renderSettings"]))

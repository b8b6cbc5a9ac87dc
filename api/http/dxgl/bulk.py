"""/v1/renders/cancel, /v1/renders/delete, /v1/models/delete: the same done to many things, each for itself."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from api.domain.catalog import catalog
from api.domain.kit.unit import Unit
from api.domain.projects import pieces
from api.errors import FarmError, InvalidRequest
from api.http.body import body_of, documented
from api.http.dxgl.auth import Writer
from api.http.dxgl.errors import told
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import new_router
from api.http.dxgl.schemas import Data, ErrorBody
from api.http.state import Farm, FarmDep

MOST = 100
"""Ids of a request, as a batch has renders."""

router = new_router("renders")
of_models = new_router("models")


class Ids(BaseModel):
    """Which ones."""

    model_config = ConfigDict(json_schema_extra={"required": ["ids"]})

    ids: list[str] | None = Field(None, description=f"1 to {MOST} ids", examples=[["Xz7pQ4w8nR2k"]])


class DeletedIds(Ids):
    permanent: bool = Field(False, description="Delete them for good, instead of keeping them to be had back")


class Outcome(BaseModel):
    """What became of one. `error` is what the request for it alone would have been answered with."""

    id: str = Field(examples=["Xz7pQ4w8nR2k"])
    ok: bool = Field(examples=[True])
    error: ErrorBody | None = Field(None, description="Why nothing was done", examples=[None])


IdsBody = Annotated[Ids, Depends(body_of(Ids))]
DeletedIdsBody = Annotated[DeletedIds, Depends(body_of(DeletedIds))]


@router.post("/renders/cancel", responses=errors(), openapi_extra=documented(Ids))
def cancel_renders(principal: Writer, farm: FarmDep, body: IdsBody) -> Data[list[Outcome]]:
    """Beyond dx.gl's API: ends unfinished renders, as PATCH /v1/renders/:id/cancel does. The others stay as they are.
    """
    return _each(farm, body, lambda unit, render_id: pieces.cancel_render(unit, principal.account_id, render_id))


@router.post("/renders/delete", responses=errors(), openapi_extra=documented(DeletedIds))
def delete_renders(principal: Writer, farm: FarmDep, body: DeletedIdsBody) -> Data[list[Outcome]]:
    """Beyond dx.gl's API: deletes renders and their files, as DELETE /v1/renders/:id does."""
    kept = farm.kept(body.permanent)
    return _each(farm, body, lambda unit, each: pieces.delete_render(unit, principal.account_id, each, kept=kept))


@of_models.post("/models/delete", responses=errors(), openapi_extra=documented(DeletedIds))
def delete_models(principal: Writer, farm: FarmDep, body: DeletedIdsBody) -> Data[list[Outcome]]:
    """Beyond dx.gl's API: deletes models, as DELETE /v1/models/:id does. Their renders stay."""
    kept = farm.kept(body.permanent)
    return _each(farm, body, lambda unit, each: catalog.delete_model(unit, principal.account_id, each, kept=kept))


def _each(farm: Farm, body: Ids, do: Callable[[Unit, str], object]) -> Data[list[Outcome]]:
    """Each in a transaction of its own: no lock is held for longer than by a single request."""
    if not body.ids or len(body.ids) > MOST:
        raise InvalidRequest(f"ids must be 1 to {MOST} ids", param="ids")
    outcomes = []
    for each in dict.fromkeys(body.ids):
        try:
            with farm.work() as unit:
                do(unit, each)
            outcomes.append(Outcome(id=each, ok=True))
        except FarmError as error:
            outcomes.append(Outcome(id=each, ok=False, error=ErrorBody.model_validate(told(error))))
    return Data(data=outcomes)

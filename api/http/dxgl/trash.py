"""/v1/deleted: what the account has deleted and can have back."""

from typing import Literal

from pydantic import BaseModel, Field

from api.domain.removal import trash
from api.domain.removal.trash import DeletedThing
from api.http.dxgl.auth import Reader
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import WindowDep, new_router
from api.http.dxgl.schemas import Listing, ListMeta, Timestamp
from api.http.state import FarmDep

router = new_router("account")


class DeletedDetail(BaseModel):
    """A model or a render that POST /v1/models/:id/restore or /v1/renders/:id/restore brings back."""

    kind: Literal["model", "render"]
    id: str = Field(examples=["Xz7pQ4w8nR2k"])
    name: str = Field(description="What its model is called", examples=["chair.glb"])
    output: str | None = Field(description="Of a render: what was made", examples=["video"])
    size: int = Field(description="Bytes of its files", examples=[2_000_000])
    deletedAt: Timestamp
    deletedForGoodAt: Timestamp = Field(description="Until then it can be restored")

    @classmethod
    def of(cls, thing: DeletedThing) -> "DeletedDetail":
        return cls(
            kind=thing.kind, id=thing.id, name=thing.name, output=thing.output, size=thing.size,
            deletedAt=thing.deleted_at, deletedForGoodAt=thing.discard_at,
        )  # fmt: skip


@router.get("/deleted", responses=errors())
def list_deleted(principal: Reader, farm: FarmDep, window: WindowDep) -> Listing[DeletedDetail]:
    """Beyond dx.gl's API: the last deleted first."""
    with farm.database.read() as session:
        page = trash.list_deleted(session, principal.account_id, limit=window.limit, offset=window.offset)
    return Listing(
        data=[DeletedDetail.of(each) for each in page.items],
        meta=ListMeta(total=page.total, offset=window.offset, limit=window.limit),
    )

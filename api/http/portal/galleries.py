"""/portal/api/galleries: chosen renders on a page for everybody, or for who has its link."""

import datetime as dt
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel
from starlette.responses import Response

from api.domain.renders import galleries
from api.domain.renders.galleries import GalleryView
from api.errors import NotFound
from api.http.body import body_of
from api.http.params import id_else
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from api.http.state import FarmDep

COVER = {"still": "thumb"}
"""The small picture of renders of an output that has no poster."""
COVERS = 4
"""Of the renders of a gallery, those that a list shows."""

router = new_router()

GalleryId = Annotated[str, id_else(NotFound)]


class GalleryRequest(BaseModel):
    title: str = ""
    text: str = ""
    isPublic: bool = False
    renderIds: list[str] = []


class GalleryDetail(BaseModel):
    """`renderIds` in the order in which the page shows them; `covers` are paths of pictures of the first of them."""

    id: str
    title: str
    text: str
    isPublic: bool
    renderIds: list[str]
    covers: list[str]
    createdAt: dt.datetime

    @classmethod
    def of(cls, view: GalleryView) -> "GalleryDetail":
        shown = list(zip(view.render_ids, view.outputs, strict=True))[:COVERS]
        return cls(
            id=view.id, title=view.title, text=view.text, isPublic=view.is_public, renderIds=list(view.render_ids),
            covers=[f"/v1/renders/{each}/{COVER.get(output, 'poster')}" for each, output in shown],
            createdAt=view.created_at,
        )  # fmt: skip


@router.get("/galleries")
def list_galleries(signed: Signed, farm: FarmDep) -> dict[str, object]:
    """Newest first."""
    with farm.database.read() as session:
        found = galleries.list_galleries(session, signed[1].account_id)
    return {"data": [GalleryDetail.of(each).model_dump(mode="json") for each in found]}


@router.post("/galleries")
def create_gallery(
    signed: Signed, farm: FarmDep, body: Annotated[GalleryRequest, Depends(body_of(GalleryRequest))]
) -> GalleryDetail:
    """Raises InvalidRequest, RenderNotFound."""
    return _save(signed, farm, None, body)


@router.put("/galleries/{gallery_id}")
def change_gallery(
    signed: Signed, farm: FarmDep, gallery_id: GalleryId,
    body: Annotated[GalleryRequest, Depends(body_of(GalleryRequest))],
) -> GalleryDetail:  # fmt: skip
    """Raises NotFound, InvalidRequest, RenderNotFound."""
    return _save(signed, farm, gallery_id, body)


@router.delete("/galleries/{gallery_id}")
def delete_gallery(signed: Signed, farm: FarmDep, gallery_id: GalleryId) -> Response:
    """Raises NotFound."""
    signed[0].require("write")
    with farm.database.begin() as session:
        galleries.remove(session, signed[1].account_id, gallery_id)
    return Response(status_code=204)


def _save(signed: Signed, farm: FarmDep, gallery_id: str | None, body: GalleryRequest) -> GalleryDetail:
    signed[0].require("write")
    with farm.database.begin() as session:
        return GalleryDetail.of(galleries.save(
            session, signed[1].account_id, gallery_id, title=body.title, text=body.text, is_public=body.isPublic,
            render_ids=body.renderIds,
        ))  # fmt: skip

"""The bodies of /v1/overlays, field by field, in dx.gl's spelling."""

from typing import Annotated

from pydantic import BaseModel, Field

from api.domain.catalog.overlays import MAX_DESCRIPTION_LENGTH, MAX_NAME_LENGTH, Layer, OverlayView
from api.http.dxgl.schemas import Alignment, Timestamp
from renderer.spec import ANCHORS

FILES_OF_LAYERS = "A PNG, JPEG or WebP image; for the layer `environment`, a panorama of all directions in HDR or EXR"


class OverlayRequest(BaseModel):
    """The form of an overlay's upload."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"}, description=FILES_OF_LAYERS)]
    layer: Layer = Layer.BACKGROUND
    name: str = Field("", max_length=MAX_NAME_LENGTH)
    description: str = Field("", max_length=MAX_DESCRIPTION_LENGTH)
    alignment: Alignment = Field(ANCHORS[0], description="The anchor it is meant to be cropped at: see `bgAlign`")


class OverlayCreated(BaseModel):
    id: str = Field(examples=["abc123DEF456"])
    layer: Layer = Field(examples=[Layer.BACKGROUND])
    alignment: Alignment = Field(examples=[ANCHORS[0]])
    name: str | None = Field(examples=["My Gradient"])

    @classmethod
    def of(cls, view: OverlayView) -> "OverlayCreated":
        return cls(id=view.id, layer=view.layer, alignment=view.alignment, name=view.name)


class OverlayDetail(OverlayCreated):
    description: str | None = Field(examples=["For the autumn catalogue"])
    contentType: str = Field(examples=["image/png"])
    fileSize: int = Field(examples=[248310])
    width: int = Field(examples=[1920], description="In pixels, as stored")
    height: int = Field(examples=[1080])
    isSystem: bool = Field(examples=[False], description="Whether it is published for all accounts")
    createdAt: Timestamp

    @classmethod
    def of(cls, view: OverlayView) -> "OverlayDetail":
        return cls(
            **dict(OverlayCreated.of(view)),
            description=view.description,
            contentType=view.content_type,
            fileSize=view.file_size,
            width=view.width,
            height=view.height,
            isSystem=view.is_system,
            createdAt=view.created_at,
        )

"""The bodies of dx.gl's API that are about models: see `schemas`."""

from pydantic import BaseModel, ConfigDict, Field

from api.domain.catalog.catalog import (
    MAX_SKU_LENGTH,
    MAX_TAG_LENGTH,
    MAX_TAGS,
    MAX_TITLE_LENGTH,
    ModelChanges,
    ModelView,
)
from api.domain.catalog.states import ModelState
from api.domain.renders.renders import RenderView
from api.http.dxgl.contents import ModelContents
from api.http.dxgl.schemas import ModelIdText, RenderOfModel, Sha256, Timestamp


class ModelPatch(BaseModel):
    """The body of PATCH /v1/models/:id. What is absent stays as it is."""

    title: str | None = Field(
        None, description=f"Display title, up to {MAX_TITLE_LENGTH} characters; null takes it away",
        examples=["Ergonomic Chair Pro"],
    )  # fmt: skip
    sku: str | None = Field(
        None, description=f"Product code, up to {MAX_SKU_LENGTH} characters; null takes it away", examples=["ECP-2001"]
    )
    tags: list[str] = Field(
        [], description=f"Up to {MAX_TAGS} tags of up to {MAX_TAG_LENGTH} characters; lowercased, trimmed, each once",
        examples=[["furniture", "office"]],
    )  # fmt: skip

    def changes(self) -> ModelChanges:
        given: ModelChanges = {}
        if "title" in self.model_fields_set:
            given["title"] = self.title
        if "sku" in self.model_fields_set:
            given["sku"] = self.sku
        if "tags" in self.model_fields_set:
            given["tags"] = self.tags
        return given


class HashQuestion(BaseModel):
    """The body of POST /v1/models/check-hash."""

    model_config = ConfigDict(json_schema_extra={"required": ["sha256"]})

    sha256: str | None = Field(None, description="64 hex digits", examples=["a1b2c3d4" * 8])


class HashAnswer(BaseModel):
    exists: bool = Field(examples=[True])
    modelId: str | None = Field(examples=["Ab3kF9x2qL1m"])


class ModelSummary(BaseModel):
    id: ModelIdText
    originalName: str = Field(examples=["chair.glb"])
    title: str | None = Field(examples=["Ergonomic Chair"])
    sku: str | None = Field(examples=["EC-1001"])
    tags: list[str] = Field(examples=[["furniture", "office"]])
    fileSize: int = Field(description="In bytes", examples=[4521984])
    sha256: Sha256
    thumbnailUrl: str | None = Field(
        description="Beyond dx.gl's fields: a picture of the model on this server, of its newest render that has one",
        examples=["/v1/renders/Xz7pQ4w8nR2k/poster"],
    )
    archivedAt: Timestamp | None = Field(
        description="Beyond dx.gl's fields: null unless the model is archived", examples=[None]
    )
    createdAt: Timestamp

    @classmethod
    def of(cls, model: ModelView, thumbnail_url: str | None) -> "ModelSummary":
        return cls(
            id=model.id,
            originalName=model.original_name,
            title=model.title,
            sku=model.sku,
            tags=list(model.tags),
            fileSize=model.file_size,
            sha256=model.sha256,
            thumbnailUrl=thumbnail_url,
            archivedAt=model.archived_at,
            createdAt=model.created_at,
        )


class ModelDetail(ModelSummary):
    """Beyond dx.gl's fields: where the model stands, and what is in it."""

    state: ModelState = Field(
        description="`pending` until a worker has read the file; `failed` if it can't be read", examples=["ready"]
    )
    errorCode: str | None = Field(description="Why it has failed, as of a render", examples=[None])
    errorMessage: str | None = Field(examples=[None])
    contents: ModelContents | None = Field(description="null until a worker has read the file")
    renders: list[RenderOfModel]

    @classmethod
    def with_renders(cls, model: ModelView, thumbnail_url: str | None, renders: list[RenderView]) -> "ModelDetail":
        summary = ModelSummary.of(model, thumbnail_url)
        return cls(
            **dict(summary),
            state=model.state,
            errorCode=model.error_code,
            errorMessage=model.error_message,
            contents=None if model.contents is None else ModelContents.of(model.contents),
            renders=[RenderOfModel.of(view) for view in renders],
        )

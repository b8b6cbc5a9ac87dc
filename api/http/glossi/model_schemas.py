"""The bodies of the routes below /models."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.domain.catalog.states import ModelState
from api.domain.projects import variants
from api.domain.projects.uploads import MAX_FILE_NAME_LENGTH, MAX_NAME_LENGTH, MOST_AT_ONCE, UploadView
from api.http.glossi.schemas import Asked, ModelIdText, Timestamp
from api.ingest.file_types import FILE_TYPES

FileName = Annotated[str, Field(min_length=1, max_length=MAX_FILE_NAME_LENGTH, examples=["product.glb"])]
FileType = Annotated[str, Field(description=f"One of {', '.join(FILE_TYPES)}", max_length=20, examples=["glb"])]
Name = Annotated[str, Field(examples=["My Product"])]
Status = Annotated[
    str, Field(description=", ".join(state.upper() for state in ModelState), examples=[ModelState.READY.upper()])
]
UploadUrl = Annotated[
    str,
    Field(
        description="PUT the file here, without a key: for an hour, until it is confirmed",
        examples=["https://farm.example.com/storage/uploads/Ab3kF9x2qL1m/model.glb?expires=1793000000&signature=3f2a..."],
    ),
]
UploadKey = Annotated[str, Field(examples=["workspaces/Wk4tY7u2Pq9s/uploads/Ab3kF9x2qL1m/model.glb"])]
FilePath = Annotated[
    str, Field(description="The model's file", examples=["workspaces/Wk4tY7u2Pq9s/models/Ab3kF9x2qL1m.glb"])
]
Ready = Annotated[bool, Field(description="Whether it can be used in a project: READY", examples=[True])]
ErrorMessage = Annotated[str | None, Field(description="Of a model that FAILED: why", examples=[None])]


def path_in_workspace(account_id: str, storage_key: str) -> str:
    """How Glossi names a file of the storage."""
    return f"workspaces/{account_id}/{storage_key}"


def _status_of(view: UploadView) -> dict[str, Any]:
    return {
        "modelId": view.id, "name": view.name, "status": view.state.upper(), "ready": view.state == ModelState.READY,
        "errorMessage": view.error_message,
    }  # fmt: skip


class NewModel(Asked):
    """A model whose file will come."""

    fileName: FileName
    fileType: FileType
    name: str | None = Field(
        None, max_length=MAX_NAME_LENGTH, description="Without one, it is the file's without its suffix",
        examples=["My Product"],
    )  # fmt: skip


class NewModels(Asked):
    models: list[NewModel] = Field(min_length=1, max_length=MOST_AT_ONCE)


class ExpectedModel(BaseModel):
    """A model whose file may come."""

    modelId: ModelIdText
    name: Name
    uploadUrl: UploadUrl
    uploadKey: UploadKey


class ExpectedModels(BaseModel):
    models: list[ExpectedModel]


class Confirmation(Asked):
    fileType: FileType | None = Field(None, description="Without one, it is the one that was announced")


class ConfirmedModel(BaseModel):
    modelId: ModelIdText
    name: Name
    status: Status
    filePath: FilePath


class StatusQuestion(Asked):
    modelIds: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE, examples=[["Ab3kF9x2qL1m"]])


class ModelStatus(BaseModel):
    modelId: ModelIdText
    name: Name
    status: Status
    ready: Ready
    errorMessage: ErrorMessage = None

    @classmethod
    def of(cls, view: UploadView) -> "ModelStatus":
        return cls(**_status_of(view))


class StatusAnswer(BaseModel):
    models: list[ModelStatus] = Field(description="Those that were found, in the order in which they were asked for")
    allReady: bool = Field(description="Whether all were found and are READY", examples=[True])
    notFound: list[str] = Field(examples=[[]])


class AnnouncedModel(ModelStatus):
    """Beyond Glossi's API: a model in a list."""

    fileName: FileName
    fileType: FileType
    createdAt: Timestamp

    @classmethod
    def of(cls, view: UploadView) -> "AnnouncedModel":
        return cls(
            **_status_of(view), fileName=view.file_name, fileType=view.file_type, createdAt=view.created_at
        )


class ModelWithFiles(AnnouncedModel):
    """Beyond Glossi's API: a model with signed links to its files."""

    filePath: FilePath | None = Field(None, description="Once it is confirmed")
    glbFilePath: str | None = Field(
        None, description="A link to the model as GLB, or as glTF where that was uploaded, once it is READY",
        examples=["https://farm.example.com/storage/models/Ab3kF9x2qL1m.glb?expires=1793000000&signature=3f2a"],
    )  # fmt: skip
    thumbnailUrl: str | None = Field(
        None, description="A link to a small picture of it, once that is drawn",
        examples=["https://farm.example.com/storage/thumbnails/Ab3kF9x2qL1m/1/thumb.jpg?expires=1793000000&signature=3f"],
    )  # fmt: skip


class ModelList(BaseModel):
    models: list[AnnouncedModel]
    total: int = Field(description="How many there are in all", examples=[142])
    limit: int = Field(description="As it was taken", examples=[50])
    offset: int = Field(examples=[0])


class DeletedModel(BaseModel):
    modelId: ModelIdText
    deleted: bool = True


class NewVariant(Asked):
    modelId: ModelIdText = Field(description="The model to be drawn beside the base")
    name: str = Field(
        description="What pictures of it are called", max_length=variants.MAX_NAME_LENGTH, examples=["Walnut"]
    )


class Variant(BaseModel):
    variantId: str = Field(description="The id of the model that it is", examples=["Cd5mH8y3rN2p"])
    name: str = Field(examples=["Walnut"])
    isBase: bool = Field(
        description="Whether it is the model itself, which is the first of its variants", examples=[True]
    )
    status: Status
    ready: Ready

    @classmethod
    def of(cls, variant: variants.Variant) -> "Variant":
        model = variant.model
        return cls(
            variantId=model.id, name=variant.name, isBase=variant.is_base, status=model.state.upper(),
            ready=model.state == ModelState.READY,
        )  # fmt: skip


class Variants(BaseModel):
    variants: list[Variant]


class DetachedVariant(BaseModel):
    variantId: str = Field(examples=["Cd5mH8y3rN2p"])
    deleted: bool = True

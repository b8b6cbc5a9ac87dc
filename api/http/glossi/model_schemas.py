"""The bodies of the routes below /models."""

from typing import Annotated

from pydantic import BaseModel, Field

from api.domain.catalog.states import ModelState
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
Ready = Annotated[bool, Field(description="Whether it can be used in a project: READY")]
ErrorMessage = Annotated[str | None, Field(description="Of a model that FAILED: why", examples=[None])]


def path_in_workspace(account_id: str, storage_key: str) -> str:
    """How Glossi names a file of the storage."""
    return f"workspaces/{account_id}/{storage_key}"


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
        return cls(**status_of(view))


class StatusAnswer(BaseModel):
    models: list[ModelStatus] = Field(description="Those that were found, in the order in which they were asked for")
    allReady: bool = Field(description="Whether all were found and are READY")
    notFound: list[str] = Field(examples=[[]])


class ModelSummary(ModelStatus):
    """Beyond Glossi's API: a model in a list."""

    fileName: FileName
    fileType: FileType
    createdAt: Timestamp


class ModelDetail(ModelSummary):
    """Beyond Glossi's API: a model with signed links to its files."""

    uploadUrl: UploadUrl | None = Field(None, description="While its file may come")
    uploadKey: UploadKey | None = None
    filePath: FilePath | None = Field(None, description="Once it is confirmed")
    glbFilePath: str | None = Field(
        None, description="A link to the model as GLB, once it is READY and unless it is a glTF of several files",
        examples=["https://farm.example.com/storage/models/Ab3kF9x2qL1m.glb?expires=1793000000&signature=3f2a..."],
    )  # fmt: skip


class ModelList(BaseModel):
    models: list[ModelSummary]
    total: int = Field(description="How many there are on all pages", examples=[1])


class DeletedModel(BaseModel):
    modelId: ModelIdText
    deleted: bool = True


class NewVariant(Asked):
    modelId: ModelIdText = Field(description="The model to be drawn beside the base")
    name: str = Field(description="What pictures of it are called", max_length=100, examples=["Walnut"])


class Variant(BaseModel):
    variantId: str = Field(description="The id of the model that it is", examples=["Cd5mH8y3rN2p"])
    name: str = Field(examples=["Walnut"])
    isBase: bool = Field(description="Whether it is the model itself, which is the first of its variants")
    status: Status
    ready: Ready


class Variants(BaseModel):
    variants: list[Variant]


class DetachedVariant(BaseModel):
    variantId: str = Field(examples=["Cd5mH8y3rN2p"])
    deleted: bool = True

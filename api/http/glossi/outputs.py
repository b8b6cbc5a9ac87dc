"""The pictures and videos of a render job, as answers list them."""

from fastapi import Request
from pydantic import BaseModel, Field

from api.domain.projects.render_jobs import OutputView, RenderJobView
from api.http.glossi.schemas import RenderIdText
from api.http.links import absolute
from api.http.state import Farm


class Output(BaseModel):
    id: RenderIdText
    name: str = Field(examples=["Front View - Default"])
    filePath: str = Field(
        description="`workspaces/`, the workspace's id, and the file's key in the farm's storage",
        examples=["workspaces/Kq2wE4r6Ty8u/renders/Xz7pQ4w8nR2k/1/image.png"],
    )
    fileType: str = Field(description="PNG, MP4 or PRORES", examples=["PNG"])
    isVideo: bool = Field(examples=[False])
    downloadUrl: str = Field(
        description="Beyond Glossi's API: the file, for whoever has this link, for a while",
        examples=["https://farm.example.com/storage/renders/Xz7pQ4w8nR2k/1/image.png?expires=1793000000&signature=3f"],
    )


def outputs(request: Request, farm: Farm, account_id: str, job: RenderJobView) -> list[Output]:
    """Those that are there."""
    return [_output(request, farm, account_id, output) for output in job.outputs]


def _output(request: Request, farm: Farm, account_id: str, output: OutputView) -> Output:
    key = output.file.key
    name = f"{output.name}.{key.rpartition('.')[2]}"
    url = farm.storage.signed_download(
        key, seconds=farm.settings.signed_link_seconds, filename=name, content_type=output.file.content_type
    )
    return Output(
        id=output.id, name=output.name, filePath=f"workspaces/{account_id}/{key}", fileType=output.file_type,
        isVideo=output.file_type != "PNG", downloadUrl=absolute(request, farm.settings, url),
    )  # fmt: skip

"""/v1/health: whether the farm can work, for monitors and people, without a token."""

from collections.abc import Sequence
from typing import Literal

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.domain.work.fleet import WorkerView
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import new_router
from api.http.dxgl.schemas import Data
from api.http.health import list_workers
from api.http.state import FarmDep

router = new_router("health")


class Rendering(BaseModel):
    """Beyond dx.gl's fields: who draws."""

    workers: int = Field(examples=[1])
    devices: list[str] = Field(examples=[["NVIDIA L4"]])
    software: bool = Field(description="Whether some worker draws on the CPU, for want of a GPU", examples=[False])
    note: str = Field(examples=["All workers render on a GPU"])


class HealthReport(BaseModel):
    status: Literal["ok", "error"]
    database: Literal["ok", "error"]
    rendering: Rendering | None = Field(description="null while the database does not answer")


@router.get(
    "/health",
    response_model=Data[HealthReport],
    responses=errors(token=False) | {503: {"model": Data[HealthReport], "description": "The database is down"}},
)
def get_health(farm: FarmDep) -> Data[HealthReport] | Response:
    workers = list_workers(farm)
    if workers is None:
        report = Data[HealthReport](data=HealthReport(status="error", database="error", rendering=None))
        return JSONResponse(report.model_dump(), 503)
    return Data(data=HealthReport(status="ok", database="ok", rendering=_rendering(workers)))


def _rendering(workers: Sequence[WorkerView]) -> Rendering:
    drawing = [worker for worker in workers if worker.draws]
    on_cpu = sum(worker.software for worker in drawing)
    if not drawing:
        note = "No worker is up: renders wait until one starts"
    elif on_cpu:
        note = f"{on_cpu} of {len(drawing)} workers render on the CPU, in software: correct, but slower than a GPU"
    else:
        note = "All workers render on a GPU"
    return Rendering(
        workers=len(drawing), devices=sorted({worker.device for worker in drawing}), software=on_cpu > 0, note=note
    )

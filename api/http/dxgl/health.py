"""/v1/health: whether the farm can work, for monitors and people, without a token."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.domain.work.fleet import WorkerView
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import new_router
from api.http.dxgl.schemas import Data
from api.http.health import AWAY_HEADERS, Report
from api.http.state import FarmDep
from api.storage.base import MEGABYTE

LONGEST_WAIT_SECONDS = 900.0
"""Work that has waited for longer tells of too few workers, or of some that take none."""

router = new_router("health")


class Rendering(BaseModel):
    """Beyond dx.gl's fields: who draws."""

    workers: int = Field(description="Those that are fit for work", examples=[1])
    devices: list[str] = Field(examples=[["NVIDIA L4"]])
    software: bool = Field(description="Whether some worker draws on the CPU, for want of a GPU", examples=[False])
    note: str = Field(examples=["All workers render on a GPU"])


class Engine(BaseModel):
    """What makes pictures of words, or models of pictures."""

    name: str = Field(examples=["procedural"])
    makes: Literal["pictures", "models"]
    chosen: bool = Field(description="Whether the settings lead to it", examples=[True])
    available: bool = Field(
        description="Whether it can work on the server's machine; workers may differ", examples=[True]
    )
    reason: str = Field(description="Why it isn't, and what to do; empty if it is", examples=[""])


class HealthReport(BaseModel):
    """Beyond dx.gl's fields: all but `status` and `database`."""

    status: Literal["ok", "degraded", "error"] = Field(
        description="`error`: the database is away. `degraded`: `problems` says what is amiss"
    )
    database: Literal["ok", "error"]
    storage: Literal["ok", "error"]
    broker: Literal["ok", "error"]
    disk: Literal["ok", "low"] = Field(description="`low`: less is free than the server keeps in reserve")
    freeDiskMb: int | None = Field(description="Of the server's disk that has the least", examples=[51200])
    oldestPendingSeconds: float | None = Field(
        description="How long the oldest work that no worker is at has waited; null if there is none", examples=[2.5]
    )
    problems: list[str] = Field(examples=[["No worker is up: renders wait until one starts"]])
    engines: list[Engine]
    rendering: Rendering | None = Field(description="null while the database does not answer")


@router.get(
    "/health",
    response_model=Data[HealthReport],
    responses=errors(token=False) | {503: {"model": Data[HealthReport], "description": "The database is down"}},
)
async def get_health(farm: FarmDep) -> Response:
    """Asked at most once a second, whoever calls how often."""
    told = _told(await farm.health.report())
    body = Data[HealthReport](data=told).model_dump()
    return JSONResponse(body, 503, AWAY_HEADERS) if told.status == "error" else JSONResponse(body)


def _told(report: Report) -> HealthReport:
    problems = list(_problems(report))
    condition = report.condition
    return HealthReport(
        status="error" if condition is None else "degraded" if problems else "ok",
        database=_word(report.database),
        storage=_word(report.storage),
        broker=_word(report.broker),
        disk="low" if report.disk_low else "ok",
        freeDiskMb=report.free_mb,
        oldestPendingSeconds=None if condition is None else condition.oldest_pending_seconds,
        problems=problems,
        engines=[Engine(**dataclasses.asdict(each)) for each in report.engines],
        rendering=None if condition is None else _rendering(condition.workers),
    )


def _word(well: bool) -> Literal["ok", "error"]:
    return "ok" if well else "error"


def _problems(report: Report) -> Iterator[str]:
    """In sentences. They name no machine: anybody may read them, and the server's log has the rest."""
    if not report.storage:
        yield "The storage does not answer: uploads and downloads have to wait"
    if not report.broker:
        yield "The broker does not answer: renders wait until it is back"
    if report.disk_low:
        reserve_mb = report.reserve_bytes // MEGABYTE
        yield f"{report.free_mb} MB are free on the disk, less than the {reserve_mb} in reserve: uploads are refused"
    if report.condition is None:
        yield "The database does not answer: nothing works until it is back"
        return
    if not report.migrated:
        yield "The database has another schema than this server: one of them is older"
    drawing = [worker for worker in report.condition.workers if worker.draws]
    fit = [worker for worker in drawing if worker.unfit_reason is None]
    if not fit:
        yield _NOBODY
    if len(fit) < len(drawing):
        yield f"{len(drawing) - len(fit)} of {len(drawing)} workers are unfit for work; their logs say why"
    if report.condition.silent:
        yield f"{report.condition.silent} of {len(report.condition.workers)} workers were not heard of lately"
    if resting := sum(worker.resting for worker in report.condition.workers):
        yield f"{resting} of {len(report.condition.workers)} workers rest: an administrator has paused them"
    waited = report.condition.oldest_pending_seconds
    if waited is not None and waited > LONGEST_WAIT_SECONDS:
        yield f"Some work has waited for {waited / 60:.0f} minutes"


_NOBODY = "No worker is up: renders wait until one starts"


def _rendering(workers: Sequence[WorkerView]) -> Rendering:
    drawing = [worker for worker in workers if worker.draws and worker.unfit_reason is None]
    on_cpu = sum(worker.software for worker in drawing)
    if not drawing:
        note = _NOBODY
    elif on_cpu:
        note = f"{on_cpu} of {len(drawing)} workers render on the CPU, in software: correct, but slower than a GPU"
    else:
        note = "All workers render on a GPU"
    return Rendering(
        workers=len(drawing), devices=sorted({worker.device for worker in drawing}), software=on_cpu > 0, note=note
    )

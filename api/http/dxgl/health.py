"""/v1/health: whether the farm can work, for monitors and people, without a token."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from api.domain.fleet import WorkerView
from api.http.dxgl.paths import PREFIX
from api.http.dxgl.schemas import Data, HealthReport, Rendering
from api.http.health import list_workers
from api.http.state import FarmDep

router = APIRouter(prefix=PREFIX, tags=["health"])


@router.get("/health", responses={503: {"model": Data[HealthReport]}})
def get_health(farm: FarmDep, response: Response) -> Data[HealthReport]:
    workers = list_workers(farm)
    if workers is None:
        response.status_code = 503
        return Data(data=HealthReport(status="error", database="error", rendering=None))
    return Data(data=HealthReport(status="ok", database="ok", rendering=_rendering(workers)))


def _rendering(workers: Sequence[WorkerView]) -> Rendering:
    on_cpu = sum(worker.software for worker in workers)
    if not workers:
        note = "No worker is up: renders wait until one starts"
    elif on_cpu:
        note = f"{on_cpu} of {len(workers)} workers render on the CPU, in software: correct, but slower than a GPU"
    else:
        note = "All workers render on a GPU"
    return Rendering(
        workers=len(workers), devices=sorted({worker.device for worker in workers}), software=on_cpu > 0, note=note
    )

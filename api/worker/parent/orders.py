"""A claim, as the child gets it: the files that the storage keeps become paths."""

from pathlib import Path

from api.domain.catalog.inspection import INPUT
from api.domain.generations.plans import PICTURE
from api.domain.kit.failures import FILE_MISSING
from api.domain.work.claims import Claim
from api.domain.work.tasks import Priority
from api.storage.base import FileMissing
from api.worker.messages import Failed, Order, PartFiles
from api.worker.parent.bench import Bench
from api.worker.parent.inputs import Inputs


class GivenUp(Exception):
    """The child, or this process in its place, says why the claim came to nothing."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed
        self.code = failed.code


def order_of(bench: Bench, claim: Claim, folder: Path) -> Order:
    """Raises GivenUp where a file is gone from the storage: no other try will find it."""
    parts = [{name: file.key for name, file in part.files.items()} for part in claim.parts]
    paths = _fetched(bench.inputs, claim.inputs, [key for files in parts for key in files.values()])
    return Order(
        task_id=claim.task_id,
        kind=claim.kind,
        role=claim.role,
        spec=claim.spec,
        variants=claim.variants,
        first_frame=claim.first_frame,
        frame_count=claim.frame_count,
        inputs={name: paths[key] for name, key in claim.inputs.items()},
        parts=[
            PartFiles(frame_count=part.frame_count, files={name: paths[key] for name, key in files.items()})
            for part, files in zip(claim.parts, parts, strict=True)
        ],
        folder=str(folder),
        encoder=bench.settings.h264_encoder,
        gives_way=claim.priority > Priority.AWAITED,
    )


def _fetched(fetched: Inputs, inputs: dict[str, str], others: list[str]) -> dict[str, str]:
    """Paths by storage key."""
    try:
        return {key: str(path) for key, path in fetched.fetch([*inputs.values(), *others]).items()}
    except FileMissing as error:
        name = next((name for name, key in inputs.items() if key == error.key), None)
        message = {
            INPUT: "The model's file is gone from the storage; upload it again",
            PICTURE: "The picture's file is gone from the storage; send it again",
            None: "A file that was made of a part is gone from the storage",
        }.get(name, f"The file of the overlay {name} is gone from the storage")
        raise GivenUp(Failed(code=FILE_MISSING, message=message, retry=False)) from None

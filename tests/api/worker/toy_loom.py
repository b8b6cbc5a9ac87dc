"""The child of a worker of `toy_kind`."""

import time
from pathlib import Path

from api.worker.child.__main__ import main
from api.worker.child.job import Job
from api.worker.kinds import KINDS, Kind


def spin(job: Job) -> None:
    path = job.folder / "thread.zip"
    path.write_text("thread")
    job.store_for_all("thread", path)


def weave(job: Job) -> None:
    """A run of the cloth, as soon as the file that the spec names is there."""
    job.on_stage("drawing")
    while not Path(job.spec["until"]).exists():
        job.on_frame(0, len(job.run))
        time.sleep(0.01)
    part = job.folder / "part.zip"
    thread = Path(job.order.inputs["thread"]).read_text()
    part.write_text("".join(f"{thread} {row}\n" for row in job.run))
    job.store_part(part)


def join(job: Job) -> None:
    """The parts, one after the other."""
    for owner, variant in job.order.variants.items():
        cloth = job.folder / "cloth.zip"
        rows = "".join(files["part.zip"].read_text() for _, files in job.parts)
        cloth.write_text(f"{variant['colour']}\n{rows}")
        job.store(owner, "cloth", cloth)


if __name__ == "__main__":
    KINDS["spin"] = Kind(draws=False, functions={"whole": spin})
    KINDS["weave"] = Kind(draws=False, functions={"part": weave, "assembly": join})
    main()

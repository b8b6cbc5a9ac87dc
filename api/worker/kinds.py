"""What a worker does with a claim, by the kind of its shot and by what of the shot the claim is. A kind is a file
beside this one, and rows here and in `api.domain.renders.plans.WORK`.

    whole               makes all files of all the claim's renders:           Job.model, Job.images -> Job.store
    part, part, ...     each draws a run of the frames, for the assembly:     Job.model, Job.images -> Job.store_part
    assembly            makes the renders' files of those of the parts:       Job.parts             -> Job.store

A shot is either whole, or has parts (where `Work.parts` is more than one) and an assembly. Parts run at the same time,
on different machines and in any order, and each may be tried again; so whatever they must agree on follows from the
claim's spec and the model. The first part makes the posters and tells of them by `Job.on_poster`; the assembly finds
them in `Job.files`. What is drawn doesn't depend on the number of parts.
"""

from collections.abc import Callable

from api.domain.work.states import Role
from api.worker.datasets import draw_dataset_part, join_dataset
from api.worker.images import draw_image
from api.worker.inspections import inspect_model
from api.worker.job import Job
from api.worker.videos import draw_video, draw_video_part, join_video

WORK: dict[tuple[str, Role], Callable[[Job], None]] = {
    ("inspect", Role.WHOLE): inspect_model,
    ("video", Role.WHOLE): draw_video,
    ("video", Role.PART): draw_video_part,
    ("video", Role.ASSEMBLY): join_video,
    ("image", Role.WHOLE): draw_image,
    ("dataset", Role.PART): draw_dataset_part,
    ("dataset", Role.ASSEMBLY): join_dataset,
}
"""Each reads `claim.spec` and `claim.variants` by its own specs, and raises RendererError subclasses, FileMissing and
Cancelled.
"""

"""What the child can do: a kind of work is a file in `child`, a row here, and a row of `api.domain.work.outcomes`.

    whole               makes all files of all the owners:                    Job.inputs -> Job.store
    part, part, ...     each draws a run of the frames, for the assembly:     Job.inputs -> Job.store_part
    assembly            makes the owners' files of those of the parts:        Job.parts  -> Job.store

A task is either whole, or has parts (where `Work.parts` is more than one) and an assembly. Parts run at the same time,
on different machines and in any order, and each may be tried again; so whatever they must agree on follows from the
order's spec and the inputs. The first part makes the posters and tells of them by `Job.on_poster`. What is drawn
doesn't depend on the number of parts.

The self-test is ordered by the worker itself. Nobody owns it, so it has no row of outcomes.
"""

import dataclasses
from collections.abc import Callable, Mapping

from api.worker.child.conversions import convert_model
from api.worker.child.datasets import draw_dataset_part, join_dataset
from api.worker.child.generations import convert_generated, make_mesh, make_picture, optimise
from api.worker.child.images import draw_image
from api.worker.child.inspections import inspect
from api.worker.child.job import Job
from api.worker.child.self_test import self_test
from api.worker.child.stills import draw_picture, draw_stills, draw_thumbnail
from api.worker.child.videos import draw_video, draw_video_part, join_video
from api.worker.messages import SELF_TEST


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """`draws`: needs a GL device. `functions`, by the order's role, read the spec and the variants, and raise
    RendererError subclasses: UnknownSpecVersion, Cancelled and others."""

    draws: bool
    functions: Mapping[str, Callable[[Job], None]]


KINDS: dict[str, Kind] = {
    "inspect": Kind(draws=False, functions={"whole": inspect}),
    "video": Kind(
        draws=True, functions={"whole": draw_video, "part": draw_video_part, "assembly": join_video}
    ),
    "image": Kind(draws=True, functions={"whole": draw_image}),
    "stills": Kind(draws=True, functions={"whole": draw_stills}),
    "picture": Kind(draws=True, functions={"whole": draw_picture}),
    "thumbnail": Kind(draws=True, functions={"whole": draw_thumbnail}),
    "usdz": Kind(draws=False, functions={"whole": convert_model}),
    "dataset": Kind(draws=True, functions={"part": draw_dataset_part, "assembly": join_dataset}),
    "generate-image": Kind(draws=True, functions={"whole": make_picture}),
    "generate-mesh": Kind(draws=False, functions={"whole": make_mesh}),
    "optimise": Kind(draws=True, functions={"whole": optimise}),
    "generated-usdz": Kind(draws=False, functions={"whole": convert_generated}),
    SELF_TEST: Kind(draws=False, functions={"whole": self_test}),
}

"""What a worker does with a claim, by the kind of its shot. A kind is a file beside this one, and a row here and in
`api.domain.shots.WORK`.
"""

from collections.abc import Callable

from api.domain.shots import Kind
from api.worker.datasets import draw_dataset
from api.worker.images import draw_image
from api.worker.job import Job
from api.worker.videos import draw_video

WORK: dict[Kind, Callable[[Job], None]] = {
    "video": draw_video,
    "image": draw_image,
    "dataset": draw_dataset,
}
"""Each makes all files of all the claim's renders and stores them by `Job.store`. It reads `claim.spec` and
`claim.variants` by its own specs, and raises RendererError subclasses, FileMissing and Cancelled.
"""

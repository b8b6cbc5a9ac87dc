"""An order to convert a model -> here -> its USDZ."""

from api.worker.child.job import Job
from renderer.errors import EncodeError
from renderer.model_types import USDZ_MISSING, usd_is_installed
from renderer.spec.versions import unstamped


def convert_model(job: Job) -> None:
    """Raises UnknownSpecVersion; EncodeError where usd-core is missing: another worker may have it."""
    unstamped(job.spec)
    if not usd_is_installed():
        raise EncodeError(USDZ_MISSING)
    from renderer.convert.usdz.package import convert_to_usdz  # it imports usd-core

    job.on_stage("loading")
    package = job.folder / "model.usdz"
    convert_to_usdz(job.model, package)
    job.store_for_all("usdz", package)

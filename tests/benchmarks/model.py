"""The model of the standard job."""

from pathlib import Path

from renderer.samples import write_sample
from tests.support.models import SHARED_MODELS

NAME = "DamagedHelmet.glb"
"""Of the Khronos glTF sample assets: 46,356 vertices to draw, five textures of 2048 x 2048 texels."""


def standard_model(folder: Path) -> Path:
    """The helmet where it lies beside the checkout, else our own sample, which is written into `folder`."""
    model = SHARED_MODELS / NAME
    if not model.exists():
        model = folder / "sample.glb"
        write_sample(model)
    return model

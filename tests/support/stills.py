"""One frame of a model as a PNG file, by the parts that stills and videos are made of."""

from pathlib import Path

from renderer.encode.image import write_image
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.spec import Backdrop, FrameSpec


def render_still(
    model: Path, frames: FrameSpec, backdrop: Backdrop | None, path: Path, *, device: Device, cache_dir: Path
) -> None:
    """Frame 0, with straight alpha where `backdrop` is None."""
    with ShotRenderer(device, load_model(model), frames, cache_dir=cache_dir) as shot:
        shot.draw(0)
        write_image(shot.read_straight() if backdrop is None else shot.read_rgb(backdrop), path, "png")

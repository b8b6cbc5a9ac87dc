"""Text to pictures by a diffusion model with local weights, run by the library diffusers (the extra `diffusers`)."""

import functools
import io
from pathlib import Path
from typing import Any

import PIL.Image

from renderer.checkpoints import checkpoint
from renderer.cores import usable_cores
from renderer.errors import EngineFailed, EngineRejected, EngineUnavailable
from renderer.generate import available
from renderer.generate.protocols import Context, ImageResult
from renderer.generate.waiting import awaited
from renderer.generate.wording import one_object

QUALITY = 92
"""Of the JPEG: what is made of the picture sees no difference above it."""


LOAD_S = 600.0
"""What loading a pipeline may take: a large one has 20 GB."""


class Diffusers:
    """A TextToImage, with a text-to-image pipeline in `folder`, which stays loaded in the process. The network draws in
    the size that it was trained for. Equal calls give equal bytes on the same machine."""

    name = "diffusers"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def available(self) -> tuple[bool, str]:
        return available.diffusers(self._folder)

    def picture(self, prompt: str, seed: int, size: int, context: Context) -> ImageResult:
        well, reason = self.available()
        if not well:
            raise EngineUnavailable(f"diffusers can't work here: {reason}")
        pipeline = awaited(lambda: _loaded(self._folder), LOAD_S)
        checkpoint()
        try:
            made = _drawn(pipeline, one_object(prompt), seed)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise EngineFailed(f"diffusers broke off: {str(error)[:200] or 'out of memory'}") from error
        if any(getattr(made, "nsfw_content_detected", None) or ()):
            raise EngineRejected("the pipeline's safety checker refuses what was drawn for this prompt")
        file = io.BytesIO()
        square = made.images[0].convert("RGB").resize((size, size), PIL.Image.Resampling.LANCZOS)
        square.save(file, "JPEG", quality=QUALITY, subsampling=0)
        metadata = {"engine": self.name, "model": self._folder.name, "seed": seed, "device": pipeline.device.type}
        return ImageResult(file.getvalue(), metadata)


@functools.lru_cache(maxsize=1)
def _loaded(folder: Path) -> Any:
    """Of files of numbers alone (safetensors), and from nowhere but the folder. Raises EngineUnavailable."""
    import torch
    from diffusers import AutoPipelineForText2Image
    from diffusers.utils import logging

    graphics = torch.cuda.is_available()
    logging.disable_progress_bar()
    torch.set_num_threads(usable_cores())
    try:
        pipeline = AutoPipelineForText2Image.from_pretrained(
            folder, local_files_only=True, use_safetensors=True,
            torch_dtype=torch.float16 if graphics else torch.float32,
        )  # fmt: skip
    except (OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError) as error:
        raise EngineUnavailable(f"the pipeline in {folder} can't be loaded: {str(error)[:300]}") from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to("cuda" if graphics else "cpu")


def _drawn(pipeline: Any, prompt: str, seed: int) -> Any:
    import torch

    def passed(_pipeline: Any, _step: int, _time: Any, kept: dict[str, Any]) -> dict[str, Any]:
        checkpoint()
        return kept

    generator = torch.Generator("cpu").manual_seed(seed)
    return pipeline(prompt=prompt, generator=generator, callback_on_step_end=passed)

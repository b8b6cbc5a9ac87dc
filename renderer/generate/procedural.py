"""The engine "procedural": makes models of prompts, and pictures of those, from the library of shapes.

It needs no network and no weights, and takes seconds. What isn't in the library becomes the nearest shape, or an
abstract sculpture: `match`, `how` and `confidence` in the metadata say so.

    prompt -> prompts.choose (words -> shapes, finished and arranged) -> shapes.glb -> GLB
                                                                           `-> one frame of the renderer -> JPEG
"""

import io
import unicodedata
from pathlib import Path
from typing import Any

from PIL import Image

from renderer.checkpoints import checkpoint
from renderer.errors import EngineRejected
from renderer.generate.prompts.choose import chosen
from renderer.generate.protocols import Context, ImageResult, MeshOptions, MeshResult
from renderer.generate.shapes.glb import write_parts
from renderer.gltf.glb import read_own_glb, write_glb
from renderer.optimise.available import available
from renderer.optimise.model import optimise_model
from renderer.render import open_shot
from renderer.scene.nodes import Contents
from renderer.spec import Backdrop, FrameSpec
from renderer.spec.wanted import Wanted

NAME = "procedural"

MAX_PROMPT = 2000
"""Characters."""

TEXTURE_SIZES = {"low": 512, "high": 1024}

MOST_TRIANGLES = 60_000
"""Of several things together, each of which has fewer: the optimiser takes what is more, where there is one. Where
there is none, the model is larger than it need be, which nobody sees."""

LARGE_PICTURE = 700
"""Pixels a side from which on a picture shows that textures are of "low" quality."""

AZIMUTH, ELEVATION, ZOOM = 35.0, 16.0, 1.08
"""Where the camera of a picture stands: three-quarters, from a little above, as in a catalogue (degrees), and a little
farther away than the model would fit the picture from."""

BACKDROP = Backdrop("#dfe1e3")
"""Light enough for a product's picture, and white things stand out from it."""

JPEG_QUALITY = 92


class ProceduralEngine:
    """Implements TextToMesh and TextToImage of `protocols`."""

    name = NAME

    def available(self) -> tuple[bool, str]:
        return True, ""

    def mesh_of_text(self, prompt: str, options: MeshOptions, context: Context) -> MeshResult:
        texture_size = TEXTURE_SIZES[options.quality] if options.texture else None
        path, metadata = _written(prompt, options.seed, texture_size, context.folder)
        return MeshResult(path.read_bytes(), metadata)

    def picture(self, prompt: str, seed: int, size: int, context: Context) -> ImageResult:
        """Of the mesh that `mesh_of_text` gives for that seed."""
        texture_size = TEXTURE_SIZES["high" if size >= LARGE_PICTURE else "low"]
        path, metadata = _written(prompt, seed, texture_size, context.folder)
        frames = FrameSpec(size, size, 1, rotate_y=AZIMUTH, elevation=ELEVATION, zoom=ZOOM)
        with open_shot(
            path, frames, device=context.open_device(), cache_dir=context.cache_dir, listener=_Checkpoints()
        ) as shot:
            shot.draw(0, shot.closer(frames))
            pixels = shot.read_rgb(BACKDROP, None)
        data = io.BytesIO()
        Image.fromarray(pixels).save(data, "jpeg", quality=JPEG_QUALITY)
        return ImageResult(data.getvalue(), metadata)


def _written(prompt: str, seed: int, texture_size: int | None, folder: Path) -> tuple[Path, dict[str, Any]]:
    """The GLB and its metadata."""
    choice = chosen(_checked(prompt), seed)
    metadata = {"engine": NAME, "prompt": prompt, "seed": seed, "triangles": choice.model.triangles, **choice.metadata}
    checkpoint()
    path = folder / "model.glb"
    write_parts(path, choice.model.parts, metadata, texture_size=texture_size, seed=seed)
    checkpoint()
    if choice.model.triangles > MOST_TRIANGLES and available()[0]:
        metadata["triangles"] = _thin_out(path)
    return path, metadata


def _thin_out(path: Path) -> int:
    """Leaves MOST_TRIANGLES of the file's, and writes into it how many."""
    whole = path.rename(path.with_name("whole.glb"))
    left = optimise_model(whole, path, Wanted(polygon_count=MOST_TRIANGLES)).triangles_after
    document, binary = read_own_glb(path)
    document["asset"]["extras"]["triangles"] = left
    write_glb(path, document, [binary])
    checkpoint()
    return left


def _checked(prompt: str) -> str:
    """Raises EngineRejected."""
    text = prompt.strip()
    if not 1 <= len(text) <= MAX_PROMPT:
        raise EngineRejected(f"A prompt has 1 to {MAX_PROMPT} characters, and this one has {len(text)}")
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\t\r\n" for letter in text):
        raise EngineRejected("The prompt has control characters in it; send plain text")
    return text


class _Checkpoints:
    """Passes a checkpoint wherever the renderer tells of its work."""

    def on_stage(self, stage: str) -> None:
        checkpoint()

    def on_model(self, contents: Contents) -> None:
        checkpoint()

    def on_frame(self, done: int, total: int) -> None:
        checkpoint()

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        checkpoint()

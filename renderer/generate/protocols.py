"""What an engine is: three Protocols, what they are asked for and what they give.

Engines pass `renderer.checkpoints.checkpoint` every few seconds, so that they can be stopped. All of them raise
EngineUnavailable, EngineRejected, EngineTimeout or EngineFailed where there is no result, and Cancelled.
"""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from renderer.gl.context import Device
from renderer.spec.generation import MAX_SEED as MAX_SEED
from renderer.spec.generation import Quality as Quality


@dataclasses.dataclass(frozen=True, slots=True)
class MeshOptions:
    """`seed` is from 0 to MAX_SEED: equal arguments and an equal seed give an equal GLB, to the byte.

    `caption` says what a picture shows, where that is known: a prompt that it was made of. Engines need not heed it.
    Textures are at most 512 pixels a side in "low" quality, 1024 in "high"; without `texture` a material has factors
    only.
    """

    seed: int
    quality: Quality = "high"
    texture: bool = True
    caption: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Context:
    """`folder` is empty, for this call alone; `open_device` gives the device for drawing, and raises DeviceError.

    `cache_dir` is where the renderer keeps its light; None makes it anew in each process, in a second.
    """

    folder: Path
    open_device: Callable[[], Device]
    cache_dir: Path | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class MeshResult:
    """A GLB: metres, +Y up, standing on the ground, centred. `metadata` is JSON for the caller, with "engine" at least;
    it also stands in the GLB's `asset.extras`."""

    glb: bytes
    metadata: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class ImageResult:
    """A JPEG (sRGB). `metadata` as in MeshResult."""

    jpeg: bytes
    metadata: Mapping[str, Any]


class Engine(Protocol):
    @property
    def name(self) -> str:
        """As settings, metadata and health call it."""

    def available(self) -> tuple[bool, str]:
        """Whether it can work here, and if not, why and what to do. Quick; never raises."""


class TextToImage(Engine, Protocol):
    def picture(self, prompt: str, seed: int, size: int, context: Context) -> ImageResult:
        """A square picture, `size` pixels a side, of one object before a plain background."""


class ImageToMesh(Engine, Protocol):
    def mesh_of_picture(self, picture: Path, options: MeshOptions, context: Context) -> MeshResult:
        """`picture` is a file of any format that `renderer.pictures` reads, and as untrusted. Raises EngineRejected
        where nothing stands out from the background."""


class TextToMesh(Engine, Protocol):
    def mesh_of_text(self, prompt: str, options: MeshOptions, context: Context) -> MeshResult:
        """`prompt` has 1 to 2000 characters of any language."""

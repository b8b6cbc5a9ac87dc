"""What a generator is asked for: a picture of a prompt, a mesh of a prompt or of a picture."""

import dataclasses
from typing import Any, Literal

from renderer.spec.versions import stamped, unstamped

Quality = Literal["low", "high"]

MAX_SEED = 2**32 - 1

PICTURE_SIZE = 1024
"""Pixels a side: what hosted generators make, and the most that is looked at to make a mesh of it."""


@dataclasses.dataclass(frozen=True, slots=True)
class PictureSpec:
    """A square picture, `size` pixels a side, by the engine of that name. `seed` is from 0 to MAX_SEED."""

    engine: str
    prompt: str
    seed: int
    size: int = PICTURE_SIZE

    def to_json(self) -> dict[str, Any]:
        return stamped(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "PictureSpec":
        """Raises UnknownSpecVersion."""
        return cls(**unstamped(data))


@dataclasses.dataclass(frozen=True, slots=True)
class MeshSpec:
    """A mesh by the engine of that name: of the `prompt` or, where that is None, of a picture. The rest is as
    `renderer.generate.protocols.MeshOptions` has it."""

    engine: str
    prompt: str | None
    seed: int
    quality: Quality = "high"
    texture: bool = True
    caption: str = ""

    def to_json(self) -> dict[str, Any]:
        return stamped(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "MeshSpec":
        """Raises UnknownSpecVersion."""
        return cls(**unstamped(data))

"""What to make of a model: how many triangles, how large its textures, and how its data are stored."""

import dataclasses
from typing import Any, Literal, get_args

from renderer.errors import SettingsError
from renderer.spec.versions import stamped, unstamped

Compression = Literal["none", "meshopt", "draco"]

FEWEST, MOST = 4, 10_000_000
"""Triangles that may be asked for: fewer than a tetrahedron's enclose nothing."""

SMALLEST_TEXTURE, LARGEST_TEXTURE = 16, 16_384


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """At most `polygon_count` triangles, as they are drawn, or all where it is None.

    Images have at most `texture_size` pixels a side, or as many as they had; those of KTX2 stay as they are. Vertices
    and indices are compressed by EXT_meshopt_compression or KHR_draco_mesh_compression, and stored in fewer bits where
    `quantize` says so (KHR_mesh_quantization); in Draco's form they always are. Raises SettingsError for a value out of
    range.
    """

    polygon_count: int | None = None
    texture_size: int | None = None
    compress: Compression = "none"
    quantize: bool = False

    def __post_init__(self) -> None:
        _require("polygon_count", self.polygon_count, FEWEST, MOST)
        _require("texture_size", self.texture_size, SMALLEST_TEXTURE, LARGEST_TEXTURE)
        if self.compress not in get_args(Compression):
            raise SettingsError("compress", f"compress must be one of {', '.join(get_args(Compression))}")

    def to_json(self) -> dict[str, Any]:
        return stamped(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Wanted":
        """Raises UnknownSpecVersion."""
        return cls(**unstamped(data))

    @property
    def rewrites(self) -> bool:
        """Whether the file changes even where it has few triangles."""
        return self.texture_size is not None or self.compress != "none" or self.quantize


def _require(field: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise SettingsError(field, f"{field} must be from {low} to {high:,}")

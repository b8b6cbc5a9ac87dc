"""The spec of several pictures of one model from several sides, and of what each of those who want one gets of them."""

import dataclasses
from typing import Any

from renderer.spec.cameras import LEVEL
from renderer.spec.frames import FrameSpec, ImageVariant
from renderer.spec.versions import stamped, unstamped


@dataclasses.dataclass(frozen=True, slots=True)
class Angle:
    """Where a picture is taken from: degrees to the right of the front and above the model's middle, as FrameSpec's
    `rotate_y` and `elevation` count them, and its `zoom`: a multiple of the distance at which the model itself, as it
    is seen from there, fits the picture. FrameSpec's own zoom multiplies that for a sphere around the model."""

    azimuth: float = 0.0
    elevation: float = LEVEL
    zoom: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class StillsSpec:
    """Pictures of one model in one light, one from each of the `angles`: `frames` is all that they have in common.

    The camera that `frames` names, by `rotate_y`, `elevation`, `zoom` and `framing`, is none of them. All the angles
    lie above the ground, or there is one alone: what lies below it is lit otherwise, and sees no ground.
    """

    frames: FrameSpec
    angles: tuple[Angle, ...]

    def seen_from(self, index: int) -> FrameSpec:
        """The spec of a still from the angle of that index, as if its zoom were that of the sphere."""
        angle = self.angles[index]
        return dataclasses.replace(
            self.frames, rotate_y=angle.azimuth, elevation=angle.elevation, zoom=angle.zoom, framing="sphere"
        )

    def to_json(self) -> dict[str, Any]:
        angles = [dataclasses.asdict(angle) for angle in self.angles]
        return stamped({"frames": self.frames.to_json(), "angles": angles})

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "StillsSpec":
        """Raises UnknownSpecVersion."""
        fields = unstamped(data)
        return cls(FrameSpec.from_json(fields["frames"]), tuple(Angle(**angle) for angle in fields["angles"]))


@dataclasses.dataclass(frozen=True, slots=True)
class StillVariant:
    """One render's files, made of the picture from the angle of index `angle`: the still and its thumbnail."""

    angle: int
    image: ImageVariant

    def to_json(self) -> dict[str, Any]:
        return {**self.image.to_json(), "angle": self.angle}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "StillVariant":
        """Raises UnknownSpecVersion."""
        fields = dict(data)
        return cls(fields.pop("angle"), ImageVariant.from_json(fields))

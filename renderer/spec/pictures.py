"""The spec of a single picture: one frame of a camera path."""

import dataclasses
from typing import Any

from renderer.spec.frames import FrameSpec
from renderer.spec.versions import stamped, unstamped


@dataclasses.dataclass(frozen=True, slots=True)
class PictureSpec:
    """Frame `index` of the path that `frames` describes, the very one that a video has there: framed for the whole
    path, with the model's animation as far as it is by then. What is made of it for whom, an ImageVariant says."""

    frames: FrameSpec
    index: int = 0

    def to_json(self) -> dict[str, Any]:
        return stamped({"frames": self.frames.to_json(), "index": self.index})

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "PictureSpec":
        """Raises UnknownSpecVersion."""
        fields = unstamped(data)
        return cls(FrameSpec.from_json(fields["frames"]), int(fields["index"]))

"""What an effect says of one frame, before the model's size is known; `framing` makes a view of it."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Stance:
    """Where the camera stands and how large the model is.

    `angle` is the camera's around the model in radians, counted from +Z (glTF's front) towards +X; `distance` a
    multiple of the distance at which the model fits the frame; `scale` the model's, 0 to 1, about the point of the
    ground below its centre.
    """

    angle: float
    distance: float = 1.0
    scale: float = 1.0

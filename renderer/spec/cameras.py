"""The named cameras of stills: where each stands around the model."""

LEVEL = 12.0
"""Degrees above the horizontal plane through the model's middle: where the camera of a video stands."""

CAMERAS: dict[str, tuple[float, float]] = {
    "front": (0.0, LEVEL),
    "right": (90.0, LEVEL),
    "back": (180.0, LEVEL),
    "left": (-90.0, LEVEL),
    "three-quarter": (45.0, 25.0),
    "top": (0.0, 90.0),
    "bottom": (0.0, -90.0),
}
"""Azimuth and elevation in degrees. The azimuth counts from the front (+Z in glTF) to the right of who looks at it."""

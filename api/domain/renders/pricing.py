"""What a render costs. Source of the tables: dx.gl's API reference, "Quality Tiers" and "Dataset Export"."""

import math

from renderer.spec import RenderSettings
from renderer.spec.settings import FPS

VIDEO_CREDITS = {"share": 1, "standard": 4, "4k": 16, "pro": 64}
"""Credits of a video by its quality tier, whatever its length and its formats: those are made of the same frames. More
than FPS frames a second cost in proportion, rounded up, because each of them is drawn."""

IMAGE_CREDITS = 1
"""Credits of a still of any size: dx.gl names no price, and the largest has as many pixels as 16 frames of the cheapest
video, which has 90 at least."""

DATASET_CREDITS = {"100x800": 4, "196x1024": 16, "400x2048": 64}
"""Credits of a training set by its tier: views and pixels a side."""


def price(settings: RenderSettings) -> int:
    """Credits for one render with these settings."""
    if settings.output == "dataset":
        return DATASET_CREDITS[settings.dataset_quality]
    if settings.output == "image":
        return IMAGE_CREDITS
    return math.ceil(VIDEO_CREDITS[settings.quality] * max(1, settings.fps / FPS))

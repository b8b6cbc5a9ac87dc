"""What a render costs. Source of the table: dx.gl's API reference, "Quality Tiers"."""

from renderer.spec import RenderSettings

VIDEO_CREDITS = {"share": 1, "standard": 4, "4k": 16, "pro": 64}
"""Credits of a video by its quality tier, whatever its length."""


def price(settings: RenderSettings) -> int:
    """Credits for one render with these settings."""
    return VIDEO_CREDITS[settings.quality]

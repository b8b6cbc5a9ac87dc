"""The quality tiers: how many pixels a picture has by each. Source: dx.gl's API reference, "Quality Tiers"."""

import dataclasses

from renderer.errors import SettingsError
from renderer.spec.frames import Codec

SMALLEST_SIDE, LARGEST_SIDE = 64, 4096
"""Pixels of a side that may be asked for. Players decode no longer ones in hardware; and of smaller ones, a thumbnail
would have too few pixels for an encoder."""


@dataclasses.dataclass(frozen=True, slots=True)
class QualityTier:
    """Sides in pixels; `web_long_side` is the most that one of the web version may have."""

    short_side: int
    long_side: int
    web_long_side: int
    codec: Codec = "h264"


QUALITY_TIERS: dict[str, QualityTier] = {
    "share": QualityTier(540, 960, 960),
    "standard": QualityTier(1080, 1920, 1280),
    "4k": QualityTier(2160, 3840, 1920),
    "pro": QualityTier(2160, 3840, 1920, "prores4444"),
}


def frame_size(tier: QualityTier, aspect: str) -> tuple[int, int]:
    """(width, height) of a picture: the short side of the tier is kept in every aspect."""
    return {
        "16:9": (tier.long_side, tier.short_side),
        "1:1": (tier.short_side, tier.short_side),
        "9:16": (tier.short_side, tier.long_side),
    }[aspect]


def size_of(quality: str, aspect: str, size: str | None) -> tuple[int, int]:
    """(width, height) of a picture: the `size` as it is given, or else the tier's in the `aspect`."""
    if size is None:
        return frame_size(QUALITY_TIERS[quality], aspect)
    width, height = size.split("x")
    return int(width), int(height)


def check_size(quality: str, size: str, *, moving: bool) -> None:
    """Raises SettingsError where the tier has fewer pixels, and for odd sides, which no video has."""
    width, height = size_of(quality, "", size)
    tier = QUALITY_TIERS[quality]
    if not SMALLEST_SIDE <= min(width, height) <= max(width, height) <= LARGEST_SIDE:
        raise SettingsError("size", f"size must have sides between {SMALLEST_SIDE} and {LARGEST_SIDE} pixels")
    if width * height > tier.long_side * tier.short_side:
        raise SettingsError(
            "size", f"size has {width * height:,} pixels, and quality {quality} may have "
            f"{tier.long_side * tier.short_side:,}, as many as {tier.long_side}x{tier.short_side}",
        )  # fmt: skip
    if moving and (width % 2 or height % 2):
        raise SettingsError("size", "size must have even sides: videos of other sizes can't be encoded")

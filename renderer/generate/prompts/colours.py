"""Colours by their English names, as products have them: paint and fabric are never as loud as a screen's "green".

Names that aren't here are CSS's, from Pillow. Values are linear RGB, 0 to 1.
"""

import colorsys
from collections.abc import Mapping

from PIL import ImageColor

from renderer.generate.shapes.parts import Color

PRODUCT_COLORS = {
    "red": "#c4161c", "crimson": "#a3122a", "scarlet": "#d32410", "ruby": "#9b1130", "ruby red": "#9b1130",
    "cherry red": "#b0101f", "blood red": "#7d0a0c", "burgundy": "#6b1428", "maroon": "#6a1620", "wine red": "#5f1226",
    "brick red": "#9a3b2c", "rust": "#a4532a", "coral": "#f2705b", "salmon": "#f08b78", "terracotta": "#c1623f",
    "orange": "#ee7a10", "burnt orange": "#c25510", "tangerine": "#f58414", "peach": "#f9bd94", "apricot": "#f7b27c",
    "amber": "#f2a516", "yellow": "#f4c81a", "lemon": "#f6dd3a", "mustard": "#cf9b1f", "gold": "#d9a62e",
    "golden": "#d9a62e", "honey": "#d79a2b", "cream": "#f3e9d0", "ivory": "#f2ecdc", "beige": "#d8c6a5",
    "sand": "#d6bf95", "tan": "#c8a27a", "khaki": "#a59a6a", "camel": "#b98a54", "caramel": "#b0713a",
    "brown": "#6f4526", "chestnut": "#6b3a22", "chocolate": "#4b2a1a", "coffee": "#4a3223", "mahogany": "#5c2318",
    "green": "#2f8a3c", "lime": "#8ccc2c", "lime green": "#7cc62e", "mint": "#a6dfc3", "mint green": "#a6dfc3",
    "olive": "#6b7034", "olive green": "#6b7034", "sage": "#9caf88", "sage green": "#9caf88",
    "forest green": "#1f5a32", "neon green": "#48f02c", "emerald": "#0f7a55", "emerald green": "#0f7a55",
    "jade": "#3f9b78", "moss green": "#5f7038",
    "teal": "#0f7f80", "turquoise": "#2bbdb4", "aqua": "#3fc4cf", "cyan": "#14b4d0", "blue": "#1f5fbf",
    "light blue": "#8fc1e8", "sky blue": "#7ab8e6", "baby blue": "#a9d2f0", "royal blue": "#2646b0", "navy": "#16264f",
    "navy blue": "#16264f", "midnight blue": "#141d40", "cobalt": "#1a46a8", "cobalt blue": "#1a46a8",
    "electric blue": "#1f6bff", "sapphire": "#123f9b", "indigo": "#3a2e86", "denim": "#3d5a80", "denim blue": "#3d5a80",
    "purple": "#6a2c91", "violet": "#7a45b5", "lavender": "#b9a4dc", "lilac": "#c3a5d4", "plum": "#6a2b58",
    "magenta": "#c81e8a", "fuchsia": "#d8259a", "pink": "#f08fb0", "hot pink": "#f0379a", "baby pink": "#f6c0d0",
    "rose": "#dd6f86", "blush": "#eebcb8", "white": "#f2f1ed", "off white": "#ece7da", "pearl": "#ece6dc",
    "black": "#17171a", "jet black": "#0c0c0e", "charcoal": "#34373b", "anthracite": "#2c2f33", "grey": "#868a8e",
    "gray": "#868a8e", "slate": "#5a646e", "silver": "#b9bdc2", "ash": "#a4a39e",
}  # fmt: skip

VIVID = ("#e23b2e", "#f2a516", "#2f9e58", "#1f78d1", "#8a3fb0", "#ee5a9a")
"""What "colourful" things have."""

SHADES: Mapping[str, tuple[float, float]] = {
    "light": (0.55, 0.8), "pale": (0.6, 0.6), "pastel": (0.55, 0.7), "soft": (0.3, 0.8), "dark": (-0.5, 1.0),
    "deep": (-0.35, 1.1), "bright": (0.1, 1.25), "vivid": (0.0, 1.3), "neon": (0.15, 1.6), "dull": (-0.1, 0.6),
}  # fmt: skip
"""How far towards white (or, below 0, black), and what happens to the saturation, of a colour in HLS of sRGB."""


def color_named(name: str) -> Color | None:
    """None where nobody calls a colour so."""
    code = PRODUCT_COLORS.get(name) or ImageColor.colormap.get(name.replace(" ", ""))
    return linear(code) if isinstance(code, str) else None


def linear(code: str) -> Color:
    """Of "#rrggbb"."""
    red, green, blue = (int(code[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return (_decoded(red), _decoded(green), _decoded(blue))


def shaded(color: Color, shade: str) -> Color:
    """A "light", "dark", ... one."""
    towards, saturation = SHADES[shade]
    hue, lightness, strength = colorsys.rgb_to_hls(*map(_encoded, color))
    lightness += (1 - lightness) * towards if towards > 0 else lightness * towards
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, min(1.0, strength * saturation))
    return (_decoded(red), _decoded(green), _decoded(blue))


def hex_code(color: Color) -> str:
    return "#" + "".join(f"{round(255 * _encoded(value)):02x}" for value in color)


def _decoded(value: float) -> float:
    """sRGB to linear."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _encoded(value: float) -> float:
    return value * 12.92 if value <= 0.0031308 else 1.055 * float(value ** (1 / 2.4)) - 0.055

"""The materials by name, and what each is made of."""

import dataclasses
from typing import Literal

from renderer.generate.shapes.parts import Color, srgb

Structure = Literal[
    "smooth", "grain", "brushed", "hammered", "speckles", "veins", "weave", "knit", "hide", "fur", "fibres", "crumb",
    "bricks", "planks", "leaves", "waves", "pores", "carbon", "rust", "tiles", "squares", "plush",
]  # fmt: skip
"""How the surface varies: the drawing functions of `textures`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Material:
    """`color` is its own (linear RGB), `second` what the structure mixes into it, by `contrast` (0 to 1) at most.

    `relief` is the steepness of its bumps; `tile` is how large the texture is on real things, metres; `transmission`
    is the share of light that passes through; `emission` is how bright it shines by itself, in times of its colour.
    """

    structure: Structure
    color: Color
    second: Color
    roughness: float
    contrast: float = 0.5
    metallic: float = 0.0
    relief: float = 0.3
    tile: float = 0.4
    transmission: float = 0.0
    coat: float = 0.0
    emission: float = 0.0


def _row(structure: Structure, color: str, second: str, roughness: float, **more: float) -> Material:
    return Material(structure, srgb(color), srgb(second), roughness, **more)


MATERIALS: dict[str, Material] = {
    # Woods: the second colour is late wood and pores.
    "oak": _row("grain", "c9a06c", "7e5730", 0.52, contrast=0.8, relief=0.35),
    "pine": _row("grain", "e2c08c", "b98650", 0.55, contrast=0.7, relief=0.25),
    "birch": _row("grain", "e8d3ae", "cda877", 0.50, contrast=0.6, relief=0.2),
    "walnut": _row("grain", "7a4d30", "3a2114", 0.45, contrast=0.85, relief=0.35),
    "mahogany": _row("grain", "7d3420", "3f150c", 0.38, contrast=0.8, relief=0.25, coat=0.4),
    "ebony": _row("grain", "2b211d", "0f0b0a", 0.38, contrast=0.8, relief=0.25),
    "bamboo": _row("planks", "d9b978", "a98443", 0.5, contrast=0.5),
    "planks": _row("planks", "9c7248", "4c3119", 0.7, contrast=0.7, relief=0.8, tile=1.6),
    "bark": _row("rust", "6a4d37", "2e2018", 0.92, contrast=0.9, relief=1.4, tile=0.6),
    # Metals: colours are reflectances.
    "steel": _row("smooth", "c4c6c8", "b2b4b8", 0.28, metallic=1.0, relief=0.05),
    "brushed steel": _row("brushed", "c2c3c5", "a4a6a9", 0.36, metallic=1.0, relief=0.12),
    "chrome": _row("smooth", "dcdee0", "d0d2d6", 0.07, metallic=1.0, relief=0.02),
    "iron": _row("hammered", "56575a", "37383b", 0.55, metallic=1.0, relief=0.5),
    "rusty iron": _row("rust", "8a4a25", "4a4038", 0.85, contrast=1.0, relief=0.7),
    "aluminium": _row("brushed", "d6d8da", "c0c2c5", 0.34, metallic=1.0, relief=0.08),
    "gold": _row("smooth", "ffcf5e", "f2bb47", 0.17, metallic=1.0, relief=0.04),
    "silver": _row("smooth", "f0efec", "dfdedb", 0.15, metallic=1.0, relief=0.04),
    "copper": _row("smooth", "f0a181", "dd8762", 0.22, metallic=1.0, relief=0.05),
    "brass": _row("smooth", "e4c069", "cfa64c", 0.22, metallic=1.0, relief=0.05),
    "bronze": _row("hammered", "a9743f", "6d4624", 0.36, metallic=1.0, relief=0.18),
    "painted metal": _row("smooth", "c62828", "b02222", 0.26, contrast=0.3, relief=0.03, coat=0.8),
    "carbon fibre": _row("carbon", "1c1d1f", "3a3b3e", 0.3, contrast=0.9, relief=0.25, tile=0.1, coat=1.0),
    # Made by people
    "plastic": _row("smooth", "e8e8e6", "dededc", 0.36, contrast=0.3, relief=0.04),
    "glossy plastic": _row("smooth", "f2f2f0", "e8e8e6", 0.14, contrast=0.2, relief=0.02, coat=0.5),
    "rubber": _row("pores", "1e1e20", "2b2b2d", 0.86, contrast=0.3, relief=0.15, tile=0.15),
    "glass": _row("smooth", "f4fbf8", "eef7f4", 0.03, contrast=0.1, relief=0.0, transmission=1.0),
    "frosted glass": _row("smooth", "f2f7f6", "e8efee", 0.42, contrast=0.2, relief=0.03, transmission=0.85),
    "dark glass": _row("smooth", "14181c", "0e1216", 0.05, contrast=0.2, relief=0.0, coat=1.0),
    "ceramic": _row("smooth", "f1ebe0", "e3dacb", 0.22, contrast=0.5, relief=0.06, coat=0.7),
    "porcelain": _row("smooth", "f8f7f3", "f0efea", 0.12, contrast=0.3, relief=0.03, coat=1.0),
    "terracotta": _row("speckles", "bf6a42", "9c4f2e", 0.85, contrast=0.5, relief=0.3),
    "clay": _row("speckles", "a98a70", "8c6e56", 0.9, contrast=0.4, relief=0.3),
    "paper": _row("fibres", "f5f1e6", "e6dfd0", 0.9, contrast=0.5, relief=0.15),
    "cardboard": _row("fibres", "b78d5f", "9c744a", 0.92, contrast=0.6, relief=0.25),
    "wax": _row("smooth", "f0e6cc", "e2d5b4", 0.48, contrast=0.6, relief=0.12),
    # Stone
    "stone": _row("speckles", "9a958c", "6b675f", 0.85, contrast=0.7, relief=0.6),
    "granite": _row("speckles", "8c8785", "3a3838", 0.35, contrast=1.0, relief=0.08, tile=0.25),
    "marble": _row("veins", "f2f0ec", "7d7f85", 0.16, contrast=0.8, relief=0.02, tile=0.6, coat=0.3),
    "black marble": _row("veins", "1b1b1e", "d8d5ce", 0.14, contrast=0.6, relief=0.02, tile=0.6, coat=0.3),
    "concrete": _row("pores", "a5a29c", "8a8781", 0.88, contrast=0.6, relief=0.35, tile=0.8),
    "brick": _row("bricks", "a4533a", "c8bfb2", 0.88, contrast=1.0, relief=0.9, tile=1.0),
    "stone blocks": _row("bricks", "a39c90", "6f6a62", 0.88, contrast=0.8, relief=0.9, tile=3.0),
    "roof tiles": _row("tiles", "a2482f", "6a2c1c", 0.8, contrast=0.8, relief=1.2, tile=2.0),
    "plaster": _row("pores", "efe9dd", "ddd5c6", 0.9, contrast=0.4, relief=0.15, tile=1.0),
    "sand": _row("speckles", "d9bd8b", "b8965f", 0.95, contrast=0.6, relief=0.5),
    "crystal": _row("smooth", "c9b4f2", "a98ae6", 0.08, contrast=0.6, relief=0.02, transmission=0.6, coat=0.5),
    "ice": _row("veins", "dff1fa", "ffffff", 0.12, contrast=0.6, relief=0.15, transmission=0.6),
    "snow": _row("crumb", "fafcff", "e4ebf5", 0.9, contrast=0.5, relief=0.5),
    # Soft
    "leather": _row("hide", "6b3d22", "40230f", 0.5, contrast=0.6, relief=0.7, tile=0.18),
    "fabric": _row("weave", "7d8796", "565f6d", 0.95, contrast=0.7, relief=0.7, tile=0.12),
    "denim": _row("weave", "3b5a85", "8d9db5", 0.95, contrast=0.8, relief=0.7, tile=0.1),
    "canvas": _row("weave", "d5cbb5", "b3a78d", 0.95, contrast=0.6, relief=0.7, tile=0.1),
    "velvet": _row("fur", "7a1635", "4e0d22", 0.8, contrast=0.45, relief=0.15, tile=0.2),
    "wool": _row("knit", "d8cfc0", "a99e8c", 0.98, contrast=0.7, relief=1.0, tile=0.16),
    "plush": _row("plush", "a9743f", "774c24", 0.98, contrast=0.55, relief=0.8, tile=0.15),
    "fur": _row("fur", "8d6a48", "4d3620", 0.9, contrast=0.5, relief=0.55, tile=0.15),
    "wicker": _row("weave", "b98d55", "6d4a24", 0.75, contrast=0.9, relief=1.2, tile=0.2),
    # Food
    "chocolate": _row("smooth", "4a2a1a", "3a1f12", 0.32, contrast=0.6, relief=0.1),
    "icing": _row("smooth", "f6cfd8", "efc0cb", 0.34, contrast=0.5, relief=0.12),
    "cream": _row("smooth", "fdf6e6", "f4e9d2", 0.45, contrast=0.5, relief=0.15),
    "sponge": _row("crumb", "e3b877", "b98746", 0.95, contrast=0.8, relief=0.9),
    "bread": _row("crumb", "c98743", "8f5522", 0.62, contrast=0.6, relief=0.3),
    "waffle": _row("squares", "d9a45c", "a8732f", 0.8, contrast=0.7, relief=1.0, tile=0.08),
    "meat": _row("crumb", "6b3b22", "3a1d10", 0.7, contrast=0.8, relief=0.9),
    "cheese": _row("smooth", "f3b32c", "e8a01c", 0.4, contrast=0.5, relief=0.1),
    "fruit": _row("pores", "c8202a", "e0672f", 0.28, contrast=0.5, relief=0.06, coat=0.4),
    "peel": _row("pores", "f2c728", "d9a916", 0.45, contrast=0.5, relief=0.15),
    "skin": _row("pores", "e0ac8a", "cf9373", 0.55, contrast=0.4, relief=0.15),
    # Living and elemental
    "leaf": _row("leaves", "4c8a34", "2f6322", 0.55, contrast=0.8, relief=0.4),
    "grass": _row("fur", "5c9a36", "35691e", 0.9, contrast=0.9, relief=1.0, tile=0.5),
    "petal": _row("leaves", "e2557f", "c23a66", 0.55, contrast=0.5, relief=0.2),
    "feathers": _row("tiles", "8d8478", "5e564c", 0.85, contrast=0.6, relief=0.6, tile=0.2),
    "scales": _row("tiles", "e8832a", "b95a14", 0.35, contrast=0.6, relief=0.7, tile=0.15),
    "water": _row("waves", "8fc7dd", "6fb0cc", 0.04, contrast=0.4, relief=0.35, transmission=0.9),
    "soil": _row("crumb", "4a3525", "2b1d13", 0.97, contrast=0.8, relief=1.2),
    "lampshade": _row("weave", "f3dfba", "e3c793", 0.95, contrast=0.4, relief=0.3, tile=0.1, emission=0.35),
    "light": _row("smooth", "fff3d6", "ffeec8", 0.6, contrast=0.2, relief=0.0),
}  # fmt: skip

"""What words mean that aren't names of shapes or colours: tables only. All are in lower case, without accents."""

import dataclasses
from collections.abc import Mapping

from renderer.generate.shapes.parts import Pattern

MATERIALS: Mapping[str, str] = {
    "wood": "oak", "wooden": "oak", "oak": "oak", "hardwood": "oak", "pine": "pine", "pine wood": "pine",
    "birch": "birch", "beech": "birch", "ash wood": "birch", "maple": "birch", "plywood": "birch", "walnut": "walnut",
    "teak": "mahogany", "mahogany": "mahogany", "cherry wood": "mahogany", "rosewood": "mahogany", "ebony": "ebony",
    "bamboo": "bamboo", "reclaimed wood": "planks", "driftwood": "planks", "plank": "planks", "log": "bark",
    "metal": "brushed steel", "metallic": "brushed steel", "steel": "steel", "stainless steel": "brushed steel",
    "brushed steel": "brushed steel", "chrome": "chrome", "chromed": "chrome", "mirrored": "chrome", "iron": "iron",
    "wrought iron": "iron", "cast iron": "iron", "rusty": "rusty iron", "rusted": "rusty iron",
    "aluminium": "aluminium", "aluminum": "aluminium", "titanium": "aluminium", "tin": "aluminium", "gold": "gold",
    "golden": "gold", "gilded": "gold", "silver": "silver", "platinum": "silver", "copper": "copper",
    "rose gold": "copper", "brass": "brass", "bronze": "bronze", "painted metal": "painted metal",
    "carbon fibre": "carbon fibre", "carbon fiber": "carbon fibre", "carbon": "carbon fibre", "plastic": "plastic",
    "vinyl": "plastic", "acrylic": "glossy plastic", "lacquered": "glossy plastic", "rubber": "rubber",
    "silicone": "rubber", "glass": "glass", "transparent": "glass", "clear glass": "glass", "crystal": "crystal",
    "see through": "glass", "frosted": "frosted glass", "frosted glass": "frosted glass", "obsidian": "dark glass",
    "ceramic": "ceramic", "stoneware": "ceramic", "earthenware": "terracotta", "pottery": "ceramic",
    "porcelain": "porcelain", "bone china": "porcelain", "terracotta": "terracotta", "clay": "clay", "mud": "clay",
    "paper": "paper", "origami": "paper", "cardboard": "cardboard", "wax": "wax", "stone": "stone",
    "granite": "granite", "marble": "marble", "white marble": "marble", "black marble": "black marble",
    "jade": "marble", "onyx": "black marble", "concrete": "concrete",
    "cement": "concrete", "brick": "brick", "plaster": "plaster", "sand": "sand",
    "diamond": "crystal", "amethyst": "crystal", "gemstone": "crystal", "ice": "ice", "frozen": "ice", "snow": "snow",
    "leather": "leather", "faux leather": "leather", "suede": "velvet", "fabric": "fabric", "cloth": "fabric",
    "cotton": "fabric", "linen": "canvas", "textile": "fabric", "mesh fabric": "fabric", "mesh": "fabric",
    "upholstered": "fabric", "tweed": "fabric", "denim": "denim", "canvas": "canvas", "velvet": "velvet",
    "silk": "velvet", "satin": "velvet", "wool": "wool", "woollen": "wool", "knitted": "wool", "knit": "wool",
    "crochet": "wool", "felt": "wool", "plush": "plush", "fluffy": "plush", "fur": "fur", "furry": "fur",
    "hairy": "fur", "wicker": "wicker", "rattan": "wicker", "straw": "wicker", "woven": "wicker",
    "chocolate": "chocolate", "cheese": "cheese", "candy": "icing", "sugar": "icing", "bread": "bread",
    "gingerbread": "bread", "grass": "grass", "mossy": "grass", "leafy": "leaf", "feathered": "feathers",
    "scaly": "scales",
}  # fmt: skip
"""Names in `shapes.finishes.MATERIALS`."""

GLOSSY: Mapping[str, str] = {
    "plastic": "glossy plastic", "steel": "chrome", "brushed steel": "steel", "iron": "steel", "bronze": "brass",
    "clay": "ceramic", "terracotta": "ceramic", "stone": "granite", "oak": "mahogany", "rubber": "glossy plastic",
}  # fmt: skip
MATTE: Mapping[str, str] = {
    "glossy plastic": "plastic", "painted metal": "plastic", "chrome": "brushed steel", "steel": "brushed steel",
    "porcelain": "clay", "ceramic": "clay", "glass": "frosted glass",
}  # fmt: skip
GLOSS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("shiny", "glossy", "polished", "gleaming", "lacquered", "reflective"), GLOSSY),
    **dict.fromkeys(("matte", "matt", "brushed", "satin finish", "dull"), MATTE),
}
"""What becomes of a material."""

PATTERNS: Mapping[str, Pattern] = {
    "striped": "stripes", "stripy": "stripes", "pinstriped": "stripes", "dotted": "dots", "polka dot": "dots",
    "spotted": "dots", "speckled": "dots", "checkered": "checks", "chequered": "checks", "checked": "checks",
    "plaid": "checks", "tartan": "checks", "gingham": "checks", "starry": "stars", "camouflage": "camouflage",
    "camo": "camouflage", "floral": "dots", "zigzag": "zigzag", "patterned": "zigzag",
}  # fmt: skip
PATTERN_NOUNS: Mapping[str, Pattern] = {
    "stripe": "stripes", "band": "stripes", "line": "stripes", "polka dot": "dots", "dot": "dots", "spot": "dots",
    "speckle": "dots", "check": "checks", "square": "checks", "chevron": "zigzag", "zigzag": "zigzag", "star": "stars",
    "camouflage": "camouflage", "heart": "dots", "pattern": "zigzag",
}  # fmt: skip

GLOWING = ("glowing", "luminous", "illuminated", "lit", "shining", "radiant", "fluorescent", "neon", "led")

SIZES: Mapping[str, tuple[float, float, float]] = {
    "tiny": (0.4, 1, 1), "baby": (0.5, 1, 1), "miniature": (0.3, 1, 1), "mini": (0.5, 1, 1), "little": (0.7, 1, 1),
    "small": (0.75, 1, 1), "medium": (1, 1, 1), "large": (1.35, 1, 1), "big": (1.35, 1, 1), "oversized": (1.5, 1, 1),
    "huge": (2, 1, 1), "giant": (3, 1, 1), "enormous": (3, 1, 1), "gigantic": (3, 1, 1), "massive": (2, 1, 1),
    "tall": (1, 1.3, 1), "high": (1, 1.2, 1), "long": (1, 1.25, 1), "short": (1, 0.78, 1), "low": (1, 0.75, 1),
    "wide": (1, 1, 1.25), "broad": (1, 1, 1.2), "narrow": (1, 1, 0.8), "slim": (1, 1, 0.82), "slender": (1, 1.1, 0.85),
    "thin": (1, 1, 0.8), "skinny": (1, 1, 0.8), "thick": (1, 1, 1.15), "fat": (1, 1, 1.25), "chubby": (1, 0.95, 1.2),
    "squat": (1, 0.75, 1.1),
}  # fmt: skip
"""Multiply a shape's size, height and width."""

NUMBERS: Mapping[str, int] = {
    "one": 1, "single": 1, "two": 2, "double": 2, "pair of": 2, "couple of": 2, "three": 3, "triple": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "dozen": 12, "set of": 3, "stack of": 3,
    "several": 3, "group of": 3, "some": 1,
}  # fmt: skip

CONNECTORS: Mapping[str, str] = {
    **dict.fromkeys(("with", "having", "has", "have", "featuring", "including", "full of", "filled with",
                     "decorated with", "covered in", "covered with", "topped with", "made with"), "with"),
    **dict.fromkeys(("and", "plus", ",", "that", "which", "who"), "and"),
    **dict.fromkeys(("on", "on top of", "atop", "upon", "onto", "over", "riding"), "on"),
    **dict.fromkeys(("in", "inside", "into", "within"), "in"),
    **dict.fromkeys(("next to", "beside", "near", "by", "behind", "in front of", "alongside", "besides", "against",
                     "under", "beneath", "underneath"), "beside"),
    **dict.fromkeys(("holding", "holds", "carrying", "carries", "hugging", "gripping", "eating", "playing"), "holding"),
    **dict.fromkeys(("wearing", "wears", "dressed in"), "wearing"),
    **dict.fromkeys(("of",), "of"),
    **dict.fromkeys(("made of", "made from", "made out of", "crafted from", "built from", "built of", "out of",
                     "carved from", "constructed from"), "made of"),
    **dict.fromkeys(("without", "no", "lacking"), "without"),
    **dict.fromkeys(("shaped like", "in the shape of", "that looks like", "looking like", "as"), "like"),
    **dict.fromkeys(("for", "from", "to", "at", "during", "while", "against a", "in the style of",
                     "through", "around", "above", "below"), "aside"),
}  # fmt: skip
"""How what follows belongs to what stands before. What stands "aside" isn't shown."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


IGNORED = _listed("""
    a an the this these those its it is are be been my your our his her their some any very really quite so
    extremely slightly highly super ultra just such please make create generate draw show me i we want need like would
    render rendering rendered model asset 3d image picture photo photograph photography photorealistic photorealism
    product realistic hyperrealistic detailed intricate beautiful nice lovely pretty gorgeous stunning amazing awesome
    cool great good best perfect quality resolution hd 4k 8k uhd studio lighting background isolated centered centred
    view style styled stylized stylised design designed look looking finish finished colour color colored coloured tone
    surface texture textured material shape shaped form kind type sort piece version single object thing item
    comfortable comfy cozy cosy ergonomic adjustable friendly happy sad funny new young brand fresh clean dirty
    simple plain standing sitting lying sleeping upright running flying walking floating resting scene concept art
    octane unreal engine blender cinematic sharp focus pbr game ready steaming hot cold warm delicious tasty whole half
    heavy lightweight strong sturdy soft height size normal regular typical ordinary sort all over other own each
    """) | {
    "white background", "black background", "plain background", "grey background", "studio lighting", "high quality",
    "product photo", "high resolution", "soft light", "natural light", "light background", "game asset", "front view",
}
"""Words that change nothing that can be shown."""

PARTS: tuple[tuple[str, ...], ...] = (
    ("leg", "foot", "paw", "feet"), ("handle", "grip", "hilt", "haft", "shaft"), ("seat", "cushion", "pad", "padding"),
    ("armrest", "arm"), ("back", "backrest"), ("wheel", "tyre", "tire", "rim", "castor", "caster"), ("eye",),
    ("lid", "cap", "top", "cover"), ("base", "stand", "pedestal", "plinth", "foot"), ("door", "drawer"),
    ("window", "windshield", "glass"), ("roof", "top"), ("sail",), ("fin", "wing"), ("pad", "cushion", "ear pad"),
    ("antenna", "aerial"), ("screen", "display"), ("leaf", "leaves", "foliage", "needles"), ("trunk", "stem"),
    ("pot", "planter"),
    ("drink", "liquid", "coffee", "tea", "water", "milk", "juice", "beer", "wine", "soup", "hot chocolate",
     "chocolate", "cocoa", "content"),
    ("icing", "frosting", "glaze"), ("sprinkle",), ("candle",), ("gem", "stone", "jewel", "diamond", "crystal", "ruby"),
    ("lace", "shoelace"), ("sole",), ("strap", "belt"), ("blade", "head"), ("scarf",), ("bow", "tie", "bow tie"),
    ("flag", "banner"), ("chimney",), ("solar panel", "panel"), ("shade", "lampshade"), ("ear",), ("tail",), ("nose",),
    ("beak", "bill"), ("hair",), ("shirt", "clothes", "suit", "outfit", "dress", "jacket"), ("trousers", "pants"),
    ("button", "key"), ("string",), ("frame", "border", "rim", "edge"), ("lens",), ("book",), ("saucer", "plate"),
    ("tabletop", "top", "desktop"), ("pole", "post", "rod"), ("flower", "blossom", "petal"), ("cherry",),
    ("belly", "tummy"), ("horn",), ("tusk",), ("spike", "spine"), ("bumper",), ("headlight", "light"),
    ("pillow", "blanket"), ("hood",), ("brim",), ("band", "ribbon"), ("face",), ("dial",), ("spout",), ("neck",),
)  # fmt: skip
"""Words for one and the same part, the commonest first."""

MEANT: Mapping[str, tuple[str, ...]] = {"wheel": ("rim",)}
"""Parts that people rather mean, where there are such: a car with white wheels has black tyres."""

ACCENTS = ("accent", "detail", "trim", "trimming", "highlight", "element", "ornament", "decoration", "part", "patch")
"""Words for all that isn't the main part."""


@dataclasses.dataclass(frozen=True, slots=True)
class Style:
    """How a style changes a thing: materials that nobody asked for give way to others, its colours get a shade of
    `colours.SHADES`, and its height and width are multiplied. `faceted` makes few flat triangles of its meshes."""

    materials: Mapping[str, str] = dataclasses.field(default_factory=dict)
    shade: str | None = None
    height: float = 1.0
    width: float = 1.0
    faceted: bool = False


WOODS = ("oak", "pine", "birch", "walnut", "bamboo", "planks")
METALS = ("steel", "brushed steel", "chrome", "aluminium", "iron", "painted metal")
PLASTICS = ("plastic", "glossy plastic")

_VINTAGE = Style({
    **dict.fromkeys(("steel", "chrome", "aluminium", "brushed steel"), "brass"),
    **dict.fromkeys(("oak", "pine", "birch"), "walnut"), "fabric": "leather", "glossy plastic": "plastic",
}, shade="dull")
_FUTURISTIC = Style({
    **dict.fromkeys(WOODS, "aluminium"), **dict.fromkeys(("plastic", "ceramic", "plaster", "brick"), "glossy plastic"),
    **dict.fromkeys(("iron", "brass", "bronze"), "brushed steel"), "fabric": "carbon fibre", "leather": "carbon fibre",
})
_CARTOON = Style({**dict.fromkeys(METALS, "glossy plastic"), "fur": "plush"}, shade="bright", height=0.93, width=1.12)
_MODERN = Style({**dict.fromkeys(("brass", "bronze", "iron"), "aluminium"), "mahogany": "birch", "walnut": "oak"})
_MINIMAL = Style({"walnut": "birch", "mahogany": "birch", "brass": "aluminium"}, shade="soft")
_STEAMPUNK = Style({
    **dict.fromkeys(METALS, "brass"), **dict.fromkeys(PLASTICS, "copper"), **dict.fromkeys(WOODS, "mahogany"),
    "fabric": "leather", "fur": "bronze", "plush": "copper", "skin": "copper",
})
_LUXURY = Style({
    **dict.fromkeys(METALS, "gold"), **dict.fromkeys(WOODS, "mahogany"), "fabric": "velvet", "stone": "marble",
    "ceramic": "porcelain",
})
_INDUSTRIAL = Style({**dict.fromkeys(METALS, "iron"), **dict.fromkeys(WOODS, "planks"), "plaster": "concrete"})
STYLES: Mapping[str, Style] = {
    **dict.fromkeys(("modern", "contemporary", "scandinavian", "nordic", "sleek"), _MODERN),
    **dict.fromkeys(("vintage", "retro", "antique", "victorian", "classic", "weathered", "aged", "worn", "old",
                     "ancient"), _VINTAGE),
    **dict.fromkeys(("futuristic", "sci fi", "scifi", "cyberpunk", "space age", "high tech"), _FUTURISTIC),
    **dict.fromkeys(("cartoon", "cartoonish", "cute", "kawaii", "chibi", "adorable", "toy", "playful"), _CARTOON),
    **dict.fromkeys(("minimalist", "minimalistic", "minimal"), _MINIMAL),
    "steampunk": _STEAMPUNK,
    **dict.fromkeys(("low poly", "lowpoly", "faceted", "polygonal"), Style(faceted=True)),
    **dict.fromkeys(("luxury", "luxurious", "elegant", "royal", "fancy", "ornate", "baroque"), _LUXURY),
    **dict.fromkeys(("industrial", "rustic", "medieval", "primitive"), _INDUSTRIAL),
}  # fmt: skip

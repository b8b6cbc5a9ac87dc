"""What the picture shows, in words -> here -> what no outline tells of things of that name: how deep they are.

The numbers are those of usual things of the kind, seen as they are usually photographed: animals and cars from the
side, books and telephones from the front.
"""

import dataclasses
import re
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """`depth` is a share of the shorter side of the object's box in the picture; `turned`: a body of revolution, even
    if its outline is a rectangle."""

    depth: float | None = None
    turned: bool = False


_KINDS: tuple[tuple[Known, str], ...] = (
    (Known(turned=True), "barrel beaker bottle bucket can candle cup drum glass jar lamp mug pot tin tumbler vase"),
    (Known(0.02), "banner card flag leaf painting paper photo picture poster"),
    (Known(0.06), "blade butterfly clock coin door feather key knife mirror plate sign sword tablet"),
    (Known(0.12), "laptop monitor phone scissors smartphone television tv"),
    (Known(0.2), "bicycle bike book jacket shirt wallet"),
    (Known(0.35), "axe bookcase bookshelf cabinet fish guitar hammer keyboard shelf violin wardrobe"),
    (Known(0.5), "cat cow dog fox horse pig radio sheep toaster"),
    (Known(0.8), "bird boot duck face head helmet refrigerator shoe sneaker suitcase"),
    (Known(1.0), "box bus car crate cube dice house oven truck van"),
)

NAMES: Mapping[str, Known] = {name: known for known, names in _KINDS for name in names.split()}


def named(caption: str) -> str | None:
    """The first word of a caption that is a name in NAMES, or the plural of one."""
    words = re.findall(r"[a-z]+", caption.lower())
    return next((name for word in words for name in (word, word.removesuffix("s")) if name in NAMES), None)

"""Views from all around -> here -> what lies beside them in a spin's ZIP: a list in JSON, and a page that turns them.

The page is whole in itself: it works from a folder, without a server, and asks nobody for anything.
"""

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

_PLACE = "/*VIEWS*/"


def spin_json(size: tuple[int, int], views: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """`views` are a file's name and the degrees that the camera stands to the right of where it begins, in their order.
    """
    listed = [{"file": name, "angle": round(angle, 3)} for name, angle in views]
    return {"version": 1, "width": size[0], "height": size[1], "views": listed}


def spin_page(described: dict[str, Any]) -> str:
    """The page that shows what `spin_json` describes, from the folder in which it lies."""
    page = files("renderer.encode").joinpath("spin.html").read_text("utf-8")
    return page.replace(_PLACE, json.dumps(described, separators=(",", ":")))

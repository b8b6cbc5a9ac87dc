"""Planes of views -> here -> overview.webp: four quadrants (colour, depth; normals, masks) of 10 x 10 small views."""

import io
from collections.abc import Mapping

import numpy as np
from PIL import Image

from renderer.arrays import UInt8
from renderer.dataset.planes import Planes

GRID = 10
CELL = 96
"""Pixels per side of a thumbnail."""

_QUALITY = 90


class Overview:
    """Which of `count` views are shown, evenly spaced, and where: row by row."""

    def __init__(self, count: int) -> None:
        shown = min(count, GRID * GRID)
        self._cells = {round(index): cell for cell, index in enumerate(np.linspace(0, count - 1, shown))}

    def wants(self, index: int) -> bool:
        return index in self._cells

    def webp(self, thumbnails: Mapping[int, UInt8]) -> bytes:
        """`thumbnails` of the views that are wanted, by their indices, as `small` makes them."""
        side = GRID * CELL
        quadrants = np.full((2, 2, side, side, 3), 255, np.uint8)
        for index, cell in self._cells.items():
            row, column = (CELL * place for place in divmod(cell, GRID))
            quadrants[:, :, row : row + CELL, column : column + CELL] = thumbnails[index].reshape(2, 2, CELL, CELL, 3)
        whole = quadrants.swapaxes(1, 2).reshape(2 * side, 2 * side, 3)
        buffer = io.BytesIO()
        Image.fromarray(whole).save(buffer, format="WEBP", quality=_QUALITY)
        return buffer.getvalue()


def small(planes: Planes) -> UInt8:
    """(4, CELL, CELL, 3): thumbnails of a view's colour, depth, normals and mask."""
    shrunk = [Image.fromarray(picture).resize((CELL, CELL), Image.Resampling.BOX).convert("RGB")
              for picture in (planes.rgb, planes.depth8, planes.normals, planes.mask)]
    return np.stack([np.asarray(picture) for picture in shrunk])

"""What is kept of a view once its files are written: the few bytes that the last files of the archive need of it.

    views -> add -> closing files                                    of a set that is drawn in one go
    views -> add -> to_bytes -> from_bytes, merged -> closing files  of one that is drawn in parts
"""

import dataclasses
import io
from collections.abc import Iterable
from typing import Self

import numpy as np

from renderer.arrays import UInt8
from renderer.dataset.points import Points
from renderer.dataset.views import EncodedView


@dataclasses.dataclass(slots=True)
class Kept:
    """The `points` of each view, in their order, and the `thumbnails`, by index, of those that the overview shows.

    `covered`: whether any view shows the model.
    """

    points: list[Points] = dataclasses.field(default_factory=list)
    thumbnails: dict[int, UInt8] = dataclasses.field(default_factory=dict)
    covered: bool = False

    def add(self, view: EncodedView) -> None:
        self.points.append(view.points)
        if view.thumbnails is not None:
            self.thumbnails[view.index] = view.thumbnails
        self.covered |= view.covered

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self:
        """The parts as one; they are given in the order of their views."""
        whole = cls()
        for part in parts:
            whole.points += part.points
            whole.thumbnails |= part.thumbnails
            whole.covered |= part.covered
        return whole

    def to_bytes(self) -> bytes:
        """As NumPy's .npz, without loss."""
        stream = io.BytesIO()
        np.savez(
            stream,
            counts=[len(of_view.positions) for of_view in self.points],
            positions=np.concatenate([of_view.positions for of_view in self.points]),
            colors=np.concatenate([of_view.colors for of_view in self.points]),
            pixels=np.concatenate([of_view.pixels for of_view in self.points]),
            shown=list(self.thumbnails),
            thumbnails=list(self.thumbnails.values()),
            covered=self.covered,
        )
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        with np.load(io.BytesIO(content)) as arrays:
            ends = np.cumsum(arrays["counts"])[:-1]
            columns = (np.split(arrays[name], ends) for name in ("positions", "colors", "pixels"))
            points = [Points(*of_view) for of_view in zip(*columns, strict=True)]
            thumbnails = dict(zip(arrays["shown"].tolist(), arrays["thumbnails"], strict=True))
            return cls(points, thumbnails, bool(arrays["covered"]))

"""A renderer of views -> here -> each view's files, points and thumbnails, encoded while later ones are drawn.

Drawing stays in the caller's thread, which has the device; PNG files are packed by threads beside it.
"""

import concurrent.futures
import dataclasses
from collections import deque
from collections.abc import Generator, Sequence

from renderer.arrays import UInt8
from renderer.cores import usable_cores
from renderer.dataset.buffers import DatasetRenderer
from renderer.dataset.layout import Layout
from renderer.dataset.overview import Overview, small
from renderer.dataset.planes import METRIC_FOLDER, Planes, encode_view, metric_depth
from renderer.dataset.points import MAX_POINTS, Points, sample_points
from renderer.encode.png import png

MOST_ENCODERS = 8
"""Encoding threads, at most. Each holds one view, so this bounds the memory."""


@dataclasses.dataclass(frozen=True, slots=True)
class EncodedView:
    """A view: its files by folder, its points, its thumbnails if the overview shows it, and whether any pixel of it
    shows the model."""

    index: int
    files: dict[str, bytes]
    points: Points
    thumbnails: UInt8 | None
    covered: bool


def encoded_views(
    renderer: DatasetRenderer, indices: Sequence[int], overview: Overview
) -> Generator[EncodedView, None, None]:
    """Draws the views of these `indices` and yields them in their order."""
    threads = max(1, min(usable_cores() - 1, MOST_ENCODERS))
    pending: deque[concurrent.futures.Future[EncodedView]] = deque()
    with concurrent.futures.ThreadPoolExecutor(threads, "encoder") as pool:
        try:
            for index in indices:
                planes = renderer.render(index)
                pending.append(pool.submit(_encode, renderer.layout, overview.wants(index), index, planes))
                while len(pending) > threads or (pending and pending[0].done()):
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def _encode(layout: Layout, shown: bool, index: int, planes: Planes) -> EncodedView:
    count = MAX_POINTS // layout.spec.views
    points = sample_points(planes, layout.view(index), layout.near, layout.far, seed=index, count=count)
    files = encode_view(planes)
    if layout.spec.depth == "metric":
        files[METRIC_FOLDER] = png(metric_depth(planes, layout.near, layout.far))
    return EncodedView(index, files, points, small(planes) if shown else None, bool(planes.mask.any()))

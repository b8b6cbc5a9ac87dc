"""A model file and a spec -> here -> a training set as a ZIP.

    load -> DatasetRenderer -> each view: draw once -> PNG files and points, by threads beside it -> archive, in order
"""

import concurrent.futures
import contextlib
import dataclasses
import logging
import os
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from renderer.dataset.archive import Archive
from renderer.dataset.blender import blender_files
from renderer.dataset.buffers import DatasetRenderer
from renderer.dataset.colmap import colmap_files
from renderer.dataset.overview import Overview, small
from renderer.dataset.planes import Planes, encode_view
from renderer.dataset.points import MAX_POINTS, Points, ply, sample_points
from renderer.dataset.transforms import POINTS_NAME, as_json, frame_name, transforms
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.scene.nodes import UInt8
from renderer.spec.dataset import DatasetSpec

log = logging.getLogger(__name__)

MOST_ENCODERS = 8
"""Threads; with one view each in hand, they bound the memory."""


class DatasetListener(Protocol):
    """Hears how it goes on, in the export's own thread. Any method may raise Cancelled to stop it."""

    def on_stage(self, stage: str) -> None:
        """`stage` begins: "loading", "lighting", "drawing" or "checking"."""

    def on_frame(self, done: int, total: int) -> None:
        """`done` of `total` views are in the archive."""


@dataclasses.dataclass(frozen=True, slots=True)
class EncodedView:
    """What is kept of a view: its files by folder, its points, and its part of the overview, if any."""

    index: int
    files: dict[str, bytes]
    points: Points
    thumbnails: UInt8 | None


def export_dataset(
    model: Path,
    spec: DatasetSpec,
    path: Path,
    *,
    device: Device,
    cache_dir: Path | None,
    listener: DatasetListener,
    view_limit: int | None = None,
) -> None:
    """Writes the set to `path`; equal inputs give equal bytes. `view_limit` stops after that many of the views.

    Nothing is left at `path` by an export that ends in an exception. Raises ModelError (EmptyModel for one without a
    surface), DeviceError, and whatever the listener raises.
    """
    began = time.perf_counter()
    count = spec.views if view_limit is None else min(view_limit, spec.views)
    overview = Overview(count)
    points: list[Points] = []
    with contextlib.ExitStack() as undo:
        listener.on_stage("loading")
        scene = load_model(model)
        listener.on_stage("lighting")
        with DatasetRenderer(device, scene, spec, cache_dir=cache_dir) as renderer:
            listener.on_stage("drawing")
            undo.callback(path.unlink, missing_ok=True)
            with (
                Archive(path) as archive,
                contextlib.closing(encoded_views(renderer, spec, range(count), overview)) as encoded,
            ):
                for view in encoded:
                    for folder, content in view.files.items():
                        archive.add(f"{folder}/{frame_name(view.index)}.png", content)
                    points.append(view.points)
                    if view.thumbnails is not None:
                        overview.add(view.index, view.thumbnails)
                    listener.on_frame(len(points), count)
                for name, content in _closing_files(renderer, spec, overview, points):
                    archive.add(name, content)
        undo.pop_all()
    seconds = time.perf_counter() - began
    log.info("%s: %d views of %d pixels; %.2f s", model.name, count, spec.size, seconds)


def encoded_views(
    renderer: DatasetRenderer, spec: DatasetSpec, indices: Sequence[int], overview: Overview
) -> Generator[EncodedView, None, None]:
    """Draws the views of these `indices` and yields them in order, encoded while later ones are drawn."""
    threads = max(1, min(len(os.sched_getaffinity(0)) - 1, MOST_ENCODERS))
    pending: deque[concurrent.futures.Future[EncodedView]] = deque()
    with concurrent.futures.ThreadPoolExecutor(threads, "encoder") as pool:
        try:
            for index in indices:
                planes = renderer.render(index)
                pending.append(pool.submit(_encode, renderer, spec, overview.wants(index), index, planes))
                while len(pending) > threads or (pending and pending[0].done()):
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def _encode(renderer: DatasetRenderer, spec: DatasetSpec, shown: bool, index: int, planes: Planes) -> EncodedView:
    return EncodedView(
        index,
        encode_view(planes),
        sample_points(
            planes, renderer.view(index), renderer.near, renderer.far, seed=index, count=MAX_POINTS // spec.views
        ),
        small(planes) if shown else None,
    )


def _closing_files(
    renderer: DatasetRenderer, spec: DatasetSpec, overview: Overview, points: list[Points]
) -> Iterator[tuple[str, bytes]]:
    """What can be written when all views are there."""
    views = [renderer.view(index) for index in range(len(points))]
    yield "transforms.json", as_json(transforms(spec, renderer, len(points)))
    yield POINTS_NAME, ply(points)
    yield "overview.webp", overview.webp()
    if spec.format == "colmap":
        yield from colmap_files(spec.size, views, points)
    if spec.format == "blender":
        yield from blender_files(views)

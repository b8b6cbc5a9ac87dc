"""A model file and a spec -> here -> a training set as a ZIP, in one go or in parts.

    load -> DatasetRenderer -> each view: draw once -> PNG files and points, by threads beside it -> archive, in order

A part is an archive of some of the views and of what the closing files need of them. Joined in their order, the parts
are the same set, to the byte, as if it had been drawn in one go.
"""

import contextlib
import json
import logging
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from renderer.archive import Archive
from renderer.arrays import UInt8
from renderer.camera.sphere import showing_view
from renderer.dataset.buffers import DatasetRenderer
from renderer.dataset.closing import closing_files
from renderer.dataset.kept import Kept
from renderer.dataset.layout import Layout
from renderer.dataset.overview import Overview
from renderer.dataset.transforms import as_json, frame_name
from renderer.dataset.views import encoded_views
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.scene.nodes import Contents, Scene
from renderer.spec.dataset import DatasetSpec

log = logging.getLogger(__name__)

_LAYOUT_NAME = "layout.json"
_KEPT_NAME = "kept.npz"

Cover = Callable[[UInt8], None]
"""Is called with a picture of the model, (size, size, 3) RGB on white, before any view is drawn."""

Closing = Callable[[Layout, Kept], Iterator[tuple[str, bytes]]]


class DatasetListener(Protocol):
    """Is told of the export's progress, in the export's thread. Any method may raise Cancelled to stop the export."""

    def on_stage(self, stage: str) -> None:
        """`stage` begins: "loading", "lighting", "drawing" or "encoding"."""

    def on_model(self, contents: Contents) -> None:
        """The model is read."""

    def on_frame(self, done: int, total: int) -> None:
        """`done` of `total` views are in the archive."""


def export_dataset(
    model: Path,
    spec: DatasetSpec,
    path: Path,
    *,
    device: Device,
    cache_dir: Path | None,
    listener: DatasetListener,
    view_limit: int | None = None,
    cover: Cover | None = None,
) -> None:
    """Writes the set to `path`; equal inputs give equal bytes. `view_limit` stops after that many of the views.

    Nothing is left at `path` by an export that ends in an exception. Raises ModelError (EmptyModel for one without a
    surface), SettingsError (an unknown variant), DeviceError, and whatever the listener and `cover` raise.
    """
    began = time.perf_counter()
    count = spec.views if view_limit is None else min(view_limit, spec.views)
    with open_set(model, spec, device=device, cache_dir=cache_dir, listener=listener) as renderer:
        _draw(renderer, range(count), Overview(count), path, closing_files, listener, cover)
    seconds = time.perf_counter() - began
    log.info("%s: %d views of %d pixels; %.2f s", model.name, count, spec.size, seconds)


def open_set(
    model: Path,
    spec: DatasetSpec,
    *,
    device: Device,
    cache_dir: Path | None,
    listener: DatasetListener,
    load: Callable[[Path, str | None], Scene] = load_model,
) -> DatasetRenderer:
    """The renderer of the set's views, which the caller closes. `load` may give a scene that is there already.

    Raises what `export_dataset` does.
    """
    listener.on_stage("loading")
    scene = load(model, spec.material_variant)
    listener.on_model(scene.contents)
    listener.on_stage("lighting")
    return DatasetRenderer(device, scene, spec, cache_dir=cache_dir)


def draw_part(
    renderer: DatasetRenderer, views: range, path: Path, *, listener: DatasetListener, cover: Cover | None = None
) -> None:
    """Writes a part of the set, with these `views`, to `path`, for `join_parts`. Raises what `export_dataset` does."""
    _draw(renderer, views, Overview(renderer.layout.spec.views), path, _part_files, listener, cover)


def join_parts(parts: Sequence[Path], path: Path, *, listener: DatasetListener) -> None:
    """Writes the set to `path` from all its parts, given in their order. One file at a time is in memory.

    Nothing is left at `path` by an exception.
    """
    with contextlib.ExitStack() as undo:
        undo.callback(path.unlink, missing_ok=True)
        with Archive(path) as archive:
            kept = []
            for part in parts:
                listener.on_stage("encoding")
                with zipfile.ZipFile(part) as drawn:
                    layout = Layout.from_json(json.loads(drawn.read(_LAYOUT_NAME)))
                    kept.append(Kept.from_bytes(drawn.read(_KEPT_NAME)))
                    for name in drawn.namelist():
                        if name not in (_LAYOUT_NAME, _KEPT_NAME):
                            archive.add(name, drawn.read(name))
            for name, content in closing_files(layout, Kept.merged(kept)):
                archive.add(name, content)
        undo.pop_all()


def _draw(
    renderer: DatasetRenderer,
    views: range,
    overview: Overview,
    path: Path,
    closing: Closing,
    listener: DatasetListener,
    cover: Cover | None,
) -> None:
    """An archive of the views and of what `closing` makes of them."""
    with contextlib.ExitStack() as undo:
        listener.on_stage("drawing")
        if cover is not None:
            cover(renderer.render(showing_view(renderer.layout.spec)).rgb)
        undo.callback(path.unlink, missing_ok=True)
        with Archive(path) as archive, contextlib.closing(encoded_views(renderer, views, overview)) as encoded:
            kept = Kept()
            for view in encoded:
                for folder, content in view.files.items():
                    archive.add(f"{folder}/{frame_name(view.index)}.png", content)
                kept.add(view)
                listener.on_frame(len(kept.points), len(views))
            for name, content in closing(renderer.layout, kept):
                archive.add(name, content)
        undo.pop_all()


def _part_files(layout: Layout, kept: Kept) -> Iterator[tuple[str, bytes]]:
    yield _LAYOUT_NAME, as_json(layout.to_json())
    yield _KEPT_NAME, kept.to_bytes()

"""A set's layout and what is kept of its views -> here -> the last files of the archive, which need all views."""

from collections.abc import Iterator

from renderer.dataset.blender import blender_files
from renderer.dataset.colmap import colmap_files
from renderer.dataset.kept import Kept
from renderer.dataset.layout import Layout
from renderer.dataset.overview import Overview
from renderer.dataset.points import ply
from renderer.dataset.transforms import POINTS_NAME, as_json, transforms
from renderer.errors import EmptyModel


def closing_files(layout: Layout, kept: Kept) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file. The set has as many views as `kept` has, from view 0 on.

    Raises EmptyModel where no view shows anything.
    """
    if not kept.covered:
        raise EmptyModel("no view of the training set shows the model: it is thinner than a pixel or fully transparent")
    count = len(kept.points)
    views = [layout.view(index) for index in range(count)]
    yield "transforms.json", as_json(transforms(layout, count))
    yield POINTS_NAME, ply(kept.points)
    yield "overview.webp", Overview(count).webp(kept.thumbnails)
    if layout.spec.format == "colmap":
        yield from colmap_files(layout.spec.size, views, kept.points)
    if layout.spec.format == "blender":
        yield from blender_files(views)

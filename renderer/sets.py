"""A shot's frames -> here -> pictures of them, and what is made of several: animated WebP, sequences, strips, spins.

    Pictures     while frames are drawn: those that a set wants are read, encoded by threads, and kept in an archive
    finish_set   the archives of all runs of frames, in their order -> the set's file
"""

import collections
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import io
import json
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from PIL import Image

from renderer.archive import Archive
from renderer.arrays import Float16, UInt8
from renderer.camera.turntable import turntable
from renderer.checkpoints import checkpoint, with_checkpoints
from renderer.cores import usable_cores
from renderer.encode.animated_webp import write_animated_webp
from renderer.encode.exr import write_exr
from renderer.encode.png import png
from renderer.encode.viewer import spin_json, spin_page
from renderer.errors import EncodeError
from renderer.frames import ShotRenderer
from renderer.spec import FrameSpec, VideoVariant
from renderer.spec.strips import BIG_COLUMNS, BIG_ROWS, BIG_TILE_WIDTH, BIG_TILES, VIEWS
from renderer.streams import Layers

SetFormat = Literal["webp", "png", "exr", "strip", "spin"]
SET_FORMATS: tuple[SetFormat, ...] = ("webp", "png", "exr", "strip", "spin")

WEBP_LONG_SIDE = 640
"""Pixels of the longer side of an animated WebP. With alpha a helmet takes 46 kB a frame, and 85 in 960x540: there is
nothing in it that frames have in common."""
WEBP_FPS = 30
WEBP_OPTIONS = {"quality": 90, "method": 3}
"""What Pillow's encoder of WebP is told. At 80 a smooth duck shows the grid of the blocks, and a helmet takes a sixth
less. Alpha keeps every step, as it does by default: with fewer (alpha_quality) shadows have contour lines, for no fewer
bytes."""

MOST_THREADS = 4
"""That encode, each with a frame that waits for it: in 4K one takes 66 MB as deep as EXR needs it, and some 300 more at
work."""

SUFFIXES: dict[SetFormat, str] = {"webp": ".webp", "png": ".png", "exr": ".exr", "strip": ".png", "spin": ".webp"}
"""Of the pictures of a set, while they wait for the rest. A strip's stay as they are until all lie side by side."""

NAMES: dict[SetFormat, str] = {
    "webp": "animation.webp", "png": "png.zip", "exr": "exr.zip", "strip": "strip.zip", "spin": "spin.zip",
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class PictureSet:
    """One way to make a set of a shot's frames; equal sets give equal bytes. `size` is that of its pictures, (width,
    height); what lies behind them is None where they have alpha."""

    layers: Layers
    format: SetFormat
    size: tuple[int, int]

    @property
    def unique_name(self) -> str:
        """A file name that no other set of any variant has."""
        return f"{self.format}-{hashlib.sha256(repr(self).encode()).hexdigest()[:16]}.zip"


def variant_sets(frames: FrameSpec, variant: VideoVariant) -> dict[str, PictureSet]:
    """The sets of one variant by their formats."""
    whole = (frames.width, frames.height)
    sizes: dict[SetFormat, tuple[int, int]] = {
        "webp": _within(whole, WEBP_LONG_SIDE), "png": whole, "exr": whole,
        "strip": (BIG_TILE_WIDTH, max(1, round(BIG_TILE_WIDTH * frames.height / frames.width))),
        "spin": variant.web_size or whole,
    }  # fmt: skip
    sets: dict[str, PictureSet] = {}
    for format_ in SET_FORMATS:
        if format_ in variant.formats:
            behind = None if variant.transparent or format_ == "exr" else variant.backdrop
            sets[format_] = PictureSet((behind, variant.foreground), format_, sizes[format_])
    return sets


def picked(frames: FrameSpec, format_: SetFormat) -> list[int]:
    """The frames that a set of that format shows, in their order."""
    count = frames.frame_count
    if format_ == "webp":
        return list(range(0, count, math.ceil(frames.fps / WEBP_FPS)))
    if format_ == "strip":
        return sorted({tile * count // BIG_TILES for tile in range(BIG_TILES)})
    if format_ == "spin":
        angles = np.array([_angle(frames, index) for index in range(count)])
        return sorted({int(np.abs(angles - 360 / VIEWS * view).argmin()) for view in range(VIEWS)})
    return list(range(count))


class Pictures:
    """Encodes the pictures of the sets, by threads, into an archive for each: `files`. A context manager.

    Raises EncodeError, and OSError where an archive can't be written.
    """

    def __init__(self, frames: FrameSpec, files: Mapping[PictureSet, Path]) -> None:
        self._files = files
        self._picked = {each: frozenset(picked(frames, each.format)) for each in files}
        self._threads = min(usable_cores(), MOST_THREADS)
        self._writing: collections.deque[tuple[Archive, str, concurrent.futures.Future[bytes]]] = collections.deque()
        self._owned = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as owned:
            self._archives = {each: owned.enter_context(Archive(path)) for each, path in self._files.items()}
            if self._files:
                self._beside = owned.enter_context(concurrent.futures.ThreadPoolExecutor(self._threads))
            self._owned = owned.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for _, _, future in self._writing:
            future.cancel()
        self._owned.close()

    def write(self, shot: ShotRenderer, index: int) -> None:
        """Reads the frame of that index, which `shot` has drawn last, for the sets that show it."""
        read: dict[tuple[Layers, bool], UInt8 | Float16] = {}
        for each, shown in self._picked.items():
            if index not in shown:
                continue
            key = each.layers, each.format == "exr"
            if key not in read:
                read[key] = _read(shot, each)
            encode = with_checkpoints(_encoded)
            scratch = self._files[each].with_suffix(f".{index}.exr")
            picture = self._beside.submit(encode, each, read[key], scratch)
            self._writing.append((self._archives[each], f"{index:05d}{SUFFIXES[each.format]}", picture))
        while len(self._writing) > self._threads + 1:
            self._take()

    def finish(self) -> None:
        """Waits until all pictures are in their archives."""
        while self._writing:
            self._take()
        self._owned.close()

    def _take(self) -> None:
        checkpoint()
        archive, name, picture = self._writing.popleft()
        archive.add(name, picture.result())


def finish_set(each: PictureSet, frames: FrameSpec, parts: Sequence[Path], path: Path) -> None:
    """Writes the file of a set to `path`, of the archives of all runs of frames. Raises EncodeError where a picture of
    what was drawn is missing."""
    if each.format == "webp":
        _animated(each, frames, parts, path)
    elif each.format == "strip":
        _strip(each, frames, parts, path)
    else:
        with Archive(path) as archive:
            folder = "views" if each.format == "spin" else "frames"
            names = []
            for name, picture in _pictures(parts):
                names.append(f"{folder}/{name}")
                archive.add(names[-1], picture)
            if each.format == "spin":
                views = [(name, _angle(frames, _index(name))) for name in names]
                described = spin_json(each.size, views)
                archive.add("spin.json", _json(described))
                archive.add("index.html", spin_page(described).encode())


def _animated(each: PictureSet, frames: FrameSpec, parts: Sequence[Path], path: Path) -> None:
    step = math.ceil(frames.fps / WEBP_FPS)
    shown = []
    for name, picture in _pictures(parts):
        number = _index(name) // step
        begins, ends = (round(1000 * at * step / frames.fps) for at in (number, number + 1))
        shown.append((picture, ends - begins))
    if not shown:
        raise EncodeError(f"{path.name} would have no frame")
    write_animated_webp(path, each.size, shown)


def _strip(each: PictureSet, frames: FrameSpec, parts: Sequence[Path], path: Path) -> None:
    width, height = each.size
    tiles = {}
    for name, picture in _pictures(parts):
        with Image.open(io.BytesIO(picture)) as tile:
            tiles[_index(name)] = tile.convert("RGBA" if each.layers[0] is None else "RGB")
    count = max(tiles, default=-1) + 1
    if not tiles:
        raise EncodeError(f"{path.name} would have no frame")
    whole = Image.new(tiles[0].mode, (BIG_COLUMNS * width, BIG_ROWS * height))
    listed = []
    for place in range(BIG_TILES):
        index = min(place * frames.frame_count // BIG_TILES, count - 1)
        index = index if index in tiles else max(known for known in tiles if known <= index)
        whole.paste(tiles[index], (place % BIG_COLUMNS * width, place // BIG_COLUMNS * height))
        listed.append({"frame": index, "time": round(index / frames.fps, 4)})
    packed = io.BytesIO()
    whole.save(packed, "webp", **WEBP_OPTIONS)
    described = {
        "version": 1, "image": "strip.webp", "columns": BIG_COLUMNS, "rows": BIG_ROWS, "tileWidth": width,
        "tileHeight": height, "duration": frames.frame_count / frames.fps, "tiles": listed,
    }  # fmt: skip
    with Archive(path) as archive:
        archive.add("strip.webp", packed.getvalue())
        archive.add("strip.json", _json(described))


def _pictures(parts: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the pictures of all archives, one at a time."""
    for part in parts:
        with zipfile.ZipFile(part) as archive:
            for name in archive.namelist():
                checkpoint()
                yield name, archive.read(name)


def _read(shot: ShotRenderer, each: PictureSet) -> UInt8 | Float16:
    backdrop, foreground = each.layers
    if each.format == "exr":
        return shot.read_deep(foreground)
    return shot.read_straight(foreground) if backdrop is None else shot.read_rgb(backdrop, foreground)


def _encoded(each: PictureSet, pixels: Any, scratch: Path) -> bytes:
    """The bytes of one picture; `scratch` is where a file may lie meanwhile."""
    if each.format == "exr":
        try:
            write_exr(pixels, scratch)
            return scratch.read_bytes()
        finally:
            scratch.unlink(missing_ok=True)
    if each.format == "png":
        return png(pixels)
    picture = Image.fromarray(pixels)
    if picture.size != each.size:  # Pillow weighs colours by their alpha
        picture = picture.resize(each.size, Image.Resampling.LANCZOS)
    if each.format == "strip":
        return png(np.asarray(picture))
    packed = io.BytesIO()
    picture.save(packed, "webp", **WEBP_OPTIONS)
    return packed.getvalue()


def _within(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    scale = min(1.0, long_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _angle(frames: FrameSpec, index: int) -> float:
    """Degrees that the camera of a turntable has gone."""
    return math.degrees(turntable(frames, index).angle) - frames.rotate_y


def _index(name: str) -> int:
    return int(Path(name).stem)


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, indent=1) + "\n").encode()

"""A model file and a spec -> here -> finished files: stills with their thumbnails.

    render_images   one frame:            open_shot (load, upload, light, shadow) -> draw once -> composite and encode
    render_stills   from several sides:   open_shot -> draw from each side -> composite; encode beside the next drawing
    render_picture  a frame of a path:    as render_images, the picture alone
"""

import collections
import concurrent.futures
import contextlib
import dataclasses
import functools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from renderer.arrays import UInt8
from renderer.checkpoints import with_checkpoints
from renderer.checks import Check, Seen, judge
from renderer.cores import usable_cores
from renderer.encode.image import write_image, write_thumbnail
from renderer.encode.poster import write_posters
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.gl.readback import Pending
from renderer.load import load_model
from renderer.render import Listener, open_shot
from renderer.scene.nodes import Scene
from renderer.spec import FrameSpec, ImageVariant, PictureSpec, StillsSpec, StillVariant
from renderer.spec.frames import ImageFormat

QUEUED_PICTURES = 2
"""Pictures, beside those being encoded, that may wait for it: a graphics card draws faster, and in 4K each takes 25 MB.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class ImageFiles:
    """One variant's files. `thumb` is the `image` at a quarter of its width and height, as `poster` is `poster_full`.

    The image and its thumbnail are as the variant says; posters are PNGs on its backdrop, as a video's are. `checks`
    say what may be wrong with it.
    """

    image: Path
    thumb: Path
    poster: Path
    poster_full: Path
    checks: tuple[Check, ...] = ()


def render_images(
    model: Path,
    frames: FrameSpec,
    variants: Mapping[str, ImageVariant],
    out: Path,
    *,
    device: Device,
    cache_dir: Path | None,
    listener: Listener,
    images: Mapping[str, Path] = {},
    load: Callable[[Path, str | None], Scene] = load_model,
) -> dict[str, ImageFiles]:
    """Draws frame 0 of `frames` once and makes stills of it, into `out`/<variant name>/ (which must not exist yet).

    `images` are the files of the overlays that `frames` and `variants` name. Nothing is left in `out` by a render that
    ends in an exception. Raises what `open_shot` raises.
    """
    made = {name: _files(out / name, variant) for name, variant in variants.items()}
    with contextlib.ExitStack() as undo:
        with open_shot(
            model, frames, device=device, cache_dir=cache_dir, listener=listener, images=images, load=load
        ) as shot:
            listener.on_stage("drawing")
            shot.draw(0)
            seen = Seen({0: shot.read_small()}, shot.shape())
            listener.on_frame(1, 1)
            for name, variant in variants.items():
                (out / name).mkdir(parents=True)
                undo.callback(shutil.rmtree, out / name, ignore_errors=True)
                files = made[name]
                write_posters(shot.read_rgb(variant.backdrop, variant.foreground), files.poster, files.poster_full)
                listener.on_poster(name, files.poster, files.poster_full)
            listener.on_stage("encoding")
            for name, variant in variants.items():
                _write(_start(shot, variant).read(), made[name], variant.format)
        undo.pop_all()
    return {
        name: dataclasses.replace(files, checks=_judged(frames, seen, variants[name])) for name, files in made.items()
    }


@dataclasses.dataclass(frozen=True, slots=True)
class StillFiles:
    """One variant's files. `thumb` is the `image` at a quarter of its width and height. `checks` say what may be wrong
    with it."""

    image: Path
    thumb: Path
    checks: tuple[Check, ...]


def render_stills(
    model: Path,
    spec: StillsSpec,
    variants: Mapping[str, StillVariant],
    out: Path,
    *,
    device: Device,
    cache_dir: Path | None,
    listener: Listener,
    images: Mapping[str, Path] = {},
    load: Callable[[Path, str | None], Scene] = load_model,
) -> dict[str, StillFiles]:
    """Makes stills from those of the spec's angles that `variants` want, into `out`/<variant name>/ (which must not
    exist yet). The model is loaded and lit once, and drawn once for each angle.

    Each image is the one that `render_images` makes of the same settings and `ShotRenderer.closer`'s zoom. `images` are
    the files of the overlays that the frames and `variants` name. The listener hears of one frame for each angle, and
    of no posters. Nothing is left in `out` by a render that ends in an exception. Raises what `open_shot` raises.
    """
    wanted: dict[int, list[str]] = {}
    for name, variant in sorted(variants.items(), key=lambda item: item[1].angle):
        wanted.setdefault(variant.angle, []).append(name)
    made: dict[str, StillFiles] = {}
    if not wanted:  # nobody waits any more
        return made
    threads = usable_cores()
    writing: collections.deque[concurrent.futures.Future[None]] = collections.deque()
    with (
        contextlib.ExitStack() as undo,
        concurrent.futures.ThreadPoolExecutor(threads) as beside,
        open_shot(
            model, spec.seen_from(min(wanted)), device=device, cache_dir=cache_dir, listener=listener, images=images,
            load=load,
        ) as shot,
    ):
        listener.on_stage("drawing")
        shape = functools.cache(shot.shape)
        seen: dict[int, Seen] = {}
        for begun in _begun(shot, spec, variants, wanted):
            name, angle, pixels = begun.name, begun.angle, begun.picture.read()
            if angle not in seen:
                seen[angle] = Seen({0: begun.small.read()}, shape())
                listener.on_frame(len(seen), len(wanted))
            image = variants[name].image
            (out / name).mkdir(parents=True)
            undo.callback(shutil.rmtree, out / name, ignore_errors=True)
            still = _files(out / name, image)
            made[name] = StillFiles(still.image, still.thumb, _judged(spec.seen_from(angle), seen[angle], image))
            writing.append(beside.submit(with_checkpoints(_write), pixels, made[name], image.format))
            while len(writing) > threads + QUEUED_PICTURES:
                writing.popleft().result()
        listener.on_stage("encoding")
        for each in writing:
            each.result()
        undo.pop_all()
    return made


@dataclasses.dataclass(frozen=True, slots=True)
class _Begun:
    """A picture that is about to be read, and the small frame of its angle."""

    name: str
    angle: int
    small: Pending[UInt8]
    picture: Pending[UInt8]


def _begun(
    shot: ShotRenderer, spec: StillsSpec, variants: Mapping[str, StillVariant], wanted: Mapping[int, Sequence[str]]
) -> Iterator[_Begun]:
    """The pictures of the wanted angles, each when the device is busy with the next one."""
    begun: _Begun | None = None
    for angle, names in wanted.items():
        shot.draw(0, shot.closer(spec.seen_from(angle)))
        small: Pending[UInt8] | None = None
        for name in names:
            if begun is not None:
                yield begun
            small = small or shot.start_small()
            begun = _Begun(name, angle, small, _start(shot, variants[name].image))
    if begun is not None:
        yield begun


def _judged(frames: FrameSpec, seen: Seen, variant: ImageVariant) -> tuple[Check, ...]:
    return tuple(judge(frames, seen, None if variant.transparent else variant.backdrop))


def render_picture(
    model: Path,
    spec: PictureSpec,
    variants: Mapping[str, ImageVariant],
    out: Path,
    *,
    device: Device,
    cache_dir: Path | None,
    listener: Listener,
    images: Mapping[str, Path] = {},
    load: Callable[[Path, str | None], Scene] = load_model,
) -> dict[str, Path]:
    """Draws the spec's frame once, and makes a picture of it for each of the variants, in `out`/<variant name>/.

    `images` are the files of the overlays that the frames and `variants` name. Raises what `open_shot` raises.
    """
    with open_shot(
        model, spec.frames, device=device, cache_dir=cache_dir, listener=listener, images=images, load=load
    ) as shot:
        listener.on_stage("drawing")
        shot.draw(spec.index)
        listener.on_frame(1, 1)
        listener.on_stage("encoding")
        made = {name: _files(out / name, variant).image for name, variant in variants.items()}
        for name, variant in variants.items():
            made[name].parent.mkdir()
            write_image(_start(shot, variant).read(), made[name], variant.format)
    return made


def _write(pixels: UInt8, files: ImageFiles | StillFiles, kind: ImageFormat) -> None:
    write_image(pixels, files.image, kind)
    write_thumbnail(pixels, files.thumb, kind)


def _files(folder: Path, variant: ImageVariant) -> ImageFiles:
    image, thumb = (folder / f"{name}.{variant.format}" for name in ("image", "thumb"))
    return ImageFiles(image, thumb, folder / "poster.png", folder / "poster_full.png")


def _start(shot: ShotRenderer, variant: ImageVariant) -> Pending[UInt8]:
    if variant.transparent:
        return shot.start_straight(variant.foreground)
    return shot.start_rgb(variant.backdrop, variant.foreground)

"""A model file and a spec of one frame -> here -> finished files: stills, each with its thumbnail and posters.

    open_shot (load, upload, light, shadow) -> draw once -> composite and encode per variant
"""

import contextlib
import dataclasses
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from renderer.arrays import UInt8
from renderer.encode.image import write_image, write_thumbnail
from renderer.encode.poster import write_posters
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.render import Listener, open_shot
from renderer.scene.nodes import Scene
from renderer.spec import FrameSpec, ImageVariant


@dataclasses.dataclass(frozen=True, slots=True)
class ImageFiles:
    """One variant's files. `thumb` is the `image` at a quarter of its width and height, as `poster` is `poster_full`.

    The image and its thumbnail are as the variant says; posters are PNGs on its backdrop, as a video's are.
    """

    image: Path
    thumb: Path
    poster: Path
    poster_full: Path


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
            listener.on_frame(1, 1)
            for name, variant in variants.items():
                (out / name).mkdir(parents=True)
                undo.callback(shutil.rmtree, out / name, ignore_errors=True)
                files = made[name]
                write_posters(shot.read_rgb(variant.backdrop, variant.foreground), files.poster, files.poster_full)
                listener.on_poster(name, files.poster, files.poster_full)
            listener.on_stage("encoding")
            for name, variant in variants.items():
                pixels = _read(shot, variant)
                write_image(pixels, made[name].image, variant.format)
                write_thumbnail(pixels, made[name].thumb, variant.format)
        undo.pop_all()
    return made


def _files(folder: Path, variant: ImageVariant) -> ImageFiles:
    image, thumb = (folder / f"{name}.{variant.format}" for name in ("image", "thumb"))
    return ImageFiles(image, thumb, folder / "poster.png", folder / "poster_full.png")


def _read(shot: ShotRenderer, variant: ImageVariant) -> UInt8:
    if variant.transparent:
        return shot.read_straight(variant.foreground)
    return shot.read_rgb(variant.backdrop, variant.foreground)

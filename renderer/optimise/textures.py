"""Textures that are too large become smaller, in the format that they have."""

import contextlib
import io
import math

import PIL.Image

from renderer.checkpoints import checkpoint
from renderer.load.images import BrokenImage, broken, open_header
from renderer.media_types import picture_suffix
from renderer.optimise.draft import Draft
from renderer.pictures import BROKEN, to_rgba

_SAVED = {".png": ("PNG", {}), ".jpg": ("JPEG", {"quality": 90}), ".webp": ("WEBP", {"quality": 90}),
          ".avif": ("AVIF", {"quality": 80})}
"""By what an image file begins with: the format's name, and how well it is kept. Others, of KTX2, stay as they are: its
encoders take minutes."""

_PLAIN = ("L", "LA", "RGB", "RGBA", "CMYK")


def shrink_textures(draft: Draft, side: int) -> None:
    """Makes images at most `side` pixels wide and high. Those that can't be decoded stay. Raises ModelTooLarge."""
    for index, image in enumerate(draft.document["images"]):
        view = image.get("bufferView")
        if view is not None and (saved := _SAVED.get(picture_suffix(draft.views[view]) or "")):
            checkpoint()
            with contextlib.suppress(BrokenImage):
                draft.views[view] = _shrunk(draft.views[view], side, f"images[{index}]", *saved)


def _shrunk(data: bytes, side: int, path: str, kind: str, how: dict[str, int]) -> bytes:
    with open_header(data, path) as image:
        scale = side / max(image.size)
        if scale >= 1:
            return data
        try:
            pixels = image if image.mode in _PLAIN and "transparency" not in image.info else to_rgba(image)
            size = [max(1, math.floor(length * scale + 0.5)) for length in image.size]
            # each channel by itself: Pillow would weigh colours by alpha, and some textures keep other things there
            channels = [channel.resize(size, PIL.Image.Resampling.LANCZOS) for channel in pixels.split()]
            stream = io.BytesIO()
            PIL.Image.merge(pixels.mode, channels).save(stream, kind, icc_profile=image.info.get("icc_profile"), **how)
        except BROKEN as error:
            raise broken(path, error) from error
    return stream.getvalue()

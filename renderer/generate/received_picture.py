"""The program that decodes a picture for `received.py`, as a child of the sandbox.

    python -m renderer.generate.received_picture FILE MADE SIDE square|whole

It writes the JPEG MADE, of at most SIDE pixels a side; or what is wrong with FILE, and exits with EX_DATAERR.
"""

import os
import sys
import warnings
from pathlib import Path

import PIL.Image
import PIL.ImageOps

from renderer.errors import reason
from renderer.pictures import BROKEN, PictureError, open_picture, to_rgba

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")
QUALITY = 92
"""Of the JPEG: what is made of a picture sees no difference above it."""


def main() -> None:
    source, made, side, shape = sys.argv[1:]
    warnings.simplefilter("ignore")  # of oddities in files that are read all the same
    try:
        _convert(Path(source), Path(made), int(side), square=shape == "square")
    except (PictureError, MemoryError) as error:
        sys.stdout.write(reason(error))
        sys.exit(os.EX_DATAERR)


def _convert(source: Path, made: Path, side: int, *, square: bool) -> None:
    """Raises PictureError."""
    with source.open("rb") as file:
        image = open_picture(file, FORMATS)
        try:
            shown = to_rgba(PIL.ImageOps.exif_transpose(image))
        except BROKEN as error:
            raise PictureError(f"can't be decoded: {reason(error)}") from error
    if square:
        edge = min(shown.size)
        left, top = (shown.width - edge) // 2, (shown.height - edge) // 2
        shown = shown.crop((left, top, left + edge, top + edge))
    shown.thumbnail((side, side), PIL.Image.Resampling.LANCZOS)
    white = PIL.Image.new("RGBA", shown.size, "white")
    white.alpha_composite(shown)
    white.convert("RGB").save(made, "JPEG", quality=QUALITY, subsampling=0)


if __name__ == "__main__":
    main()

"""Mutated pictures of every format, through the functions that open and decode what strangers send.

    python -m tests.renderer.mutated_pictures 2000          # of each format; a minute or so
    python -m tests.renderer.mutated_pictures 5000 WEBP EXR

Each must be decoded or refused by the error that says so. Prints whatever else came of one, with its seed: another
exception, a dead process, or more than SLOW_S of processor time. Decoders run in processes of their own, in batches.
"""

import contextlib
import io
import multiprocessing
import random
import resource
import struct
import sys
import tempfile
import time
import traceback
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
import PIL.Image
from PIL import ImageCms

from renderer import panoramas
from renderer.errors import ModelError
from renderer.load.images import open_header
from renderer.load.ktx2 import Ktx2Image
from renderer.load.limits import Budget
from renderer.load.obj.files import image_for_gltf
from renderer.load.textures import _decode
from renderer.panorama_child import decode
from renderer.passes.overlays import read_overlay
from renderer.pictures import PictureError
from tests.renderer.load.ktx2_builder import ktx2
from tests.renderer.test_panoramas import picture, written
from tests.support.cmyk import cmyk_profile

SLOW_S = 5.0
MEMORY_BYTES = 4 << 30
PNG = b"\x89PNG\r\n\x1a\n"
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutated(data: bytes, seed: int) -> bytes:
    """One to six changes: bytes, numbers of 1, 2 or 4 bytes, pieces doubled, moved, cut out; or the end cut off."""
    dice = random.Random(seed)
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        # headers are where it hurts
        at = dice.randrange(min(len(changed), dice.choice((40, 200, len(changed)))) or 1)
        match dice.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                code = dice.choice(("<B", "<H", ">H", "<I", ">I"))
                number = dice.choice(NUMBERS) & (1 << 8 * struct.calcsize(code)) - 1
                changed[at : at + struct.calcsize(code)] = struct.pack(code, number)
            case 2:
                changed[at : at + 1] = bytes([(*changed, 0)[at] ^ 1 << dice.randrange(8)])
            case 3:
                changed[at:at] = changed[at : at + dice.randrange(1, 200)]
            case 4:
                del changed[at : at + dice.randrange(1, 50)]
            case 5:
                del changed[dice.randrange(len(changed) + 1) :]
    return checked(bytes(changed)) if dice.randrange(4) else bytes(changed)


def checked(data: bytes) -> bytes:
    """The same with the right check sums, if it is a PNG: without them, nothing of it would be looked at."""
    if not data.startswith(PNG):
        return data
    chunks, at = [PNG], len(PNG)
    while at + 12 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        body = data[at + 4 : at + 8 + length]
        chunks += [data[at : at + 4], body, struct.pack(">I", zlib.crc32(body))]
        at += 12 + length
    return b"".join(chunks) + data[at:]


def texture(data: bytes) -> None:
    """As a model's texture, and as a background."""
    with contextlib.suppress(ModelError):
        _decode(("", "images[0]", open_header(data, "images[0]")))
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with contextlib.suppress(PictureError):
            read_overlay(Path(file.name), (64, 48), "center")


def compressed(data: bytes) -> None:
    with contextlib.suppress(ModelError):
        Ktx2Image(data, "images[0]").pixels()


def converted(suffix: str) -> Callable[[bytes], None]:
    """As a texture that an OBJ names, which becomes a PNG."""

    def check(data: bytes) -> None:
        with contextlib.suppress(ModelError):
            image_for_gltf(data, f"a{suffix}", Budget())

    return check


def panorama(suffix: str) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        with tempfile.NamedTemporaryFile(suffix=suffix) as file:
            file.write(data)
            file.flush()
            with contextlib.suppress(ValueError, MemoryError):
                decode(file.name, panoramas.SIDE, panoramas.KEPT, panoramas.CHANNELS, panoramas.SAMPLES)

    return check


def seeds_of(kind: str) -> list[bytes]:
    """Sound files of the format."""
    noise = np.random.default_rng(1).integers(0, 256, (24, 40, 4)).astype(np.uint8)
    rgb = PIL.Image.fromarray(noise[..., :3])
    if kind in ("HDR", "EXR"):
        with tempfile.TemporaryDirectory() as folder:
            return [written(Path(folder, f"a.{kind.lower()}"), picture()).read_bytes()]
    if kind == "KTX2":
        return [ktx2()]
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # turned
    exif[0x010E] = "text"
    rgba = PIL.Image.fromarray(noise)
    deep = PIL.Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
    images = {
        "PNG": [rgb.convert("P"), rgb.convert("1"), rgba, deep], "JPEG": [rgb.convert("L"), rgb.convert("CMYK")],
        "TIFF": [], "BMP": [rgb.convert("P")],
    }  # fmt: skip
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: list[dict[str, Any]] = [{}, {"exif": exif, "icc_profile": profile}]
    more: dict[str, list[dict[str, Any]]] = {
        "JPEG": [{"progressive": True}, {"icc_profile": cmyk_profile()}],
        "WEBP": [{"lossless": True}], "TGA": [{"compression": "tga_rle"}],
        "TIFF": [{"compression": name} for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")],
    }  # fmt: skip
    still = kind in ("JPEG", "BMP", "TGA")
    files = []
    for image in (rgb, *images.get(kind, [rgba])):
        moving = [] if still else [{"save_all": True, "append_images": [image], "duration": 100}]
        for each in (*options, *more.get(kind, []), *moving):
            stream = io.BytesIO()
            image.save(stream, kind, **each)
            files.append(stream.getvalue())
    return files


CHECKS: dict[str, Callable[[bytes], None]] = {
    "PNG": texture, "JPEG": texture, "WEBP": texture, "AVIF": texture, "KTX2": compressed,
    "BMP": converted(".bmp"), "TGA": converted(".tga"), "TIFF": converted(".tif"),
    "HDR": panorama(".hdr"), "EXR": panorama(".exr"),
}  # fmt: skip


def _work(kind: str, seeds: Sequence[int], pipe: Connection) -> None:
    """Sends each seed before it is tried, and with it what was wrong with the last."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    OpenImageIO.attribute("threads", 1)
    OpenImageIO.attribute("exr_threads", -1)
    OpenImageIO.attribute("try_all_readers", 0)
    warnings.simplefilter("ignore")
    sound, check, wrong = seeds_of(kind), CHECKS[kind], None
    for seed in seeds:
        pipe.send((seed, wrong))
        start, wrong = time.process_time(), None
        try:
            check(mutated(sound[seed % len(sound)], seed))
        except BaseException:  # noqa: BLE001 - that is what is looked for
            wrong = traceback.format_exc()
        if (took := time.process_time() - start) > SLOW_S:
            wrong = f"{took:.1f} s"
    pipe.send((None, wrong))


def findings(kind: str, count: int) -> Iterator[tuple[int, str]]:
    """What came of `count` mutations beside pictures and refusals: seed and story."""
    left = list(range(count))
    while left:
        mine, theirs = multiprocessing.get_context("spawn").Pipe(duplex=False)
        process = multiprocessing.get_context("spawn").Process(target=_work, args=(kind, left, theirs))
        process.start()
        theirs.close()
        last: int | None = None
        try:
            while True:
                seed, wrong = mine.recv()
                if wrong is not None and last is not None:
                    yield last, wrong
                last = seed
                if seed is None:
                    break
        except EOFError:
            process.join()
            yield last or 0, f"the process ended with {process.exitcode}"
        process.join()
        left = [] if last is None else left[left.index(last) + 1 :]


if __name__ == "__main__":
    total = 0
    for kind in sys.argv[2:] or CHECKS:
        for seed, story in findings(kind, int(sys.argv[1])):
            total += 1
            print(f"{kind} {seed}: {story}")
        print(f"{kind}: done, {total} findings so far", flush=True)
    sys.exit(total > 0)

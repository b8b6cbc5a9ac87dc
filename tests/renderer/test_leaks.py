"""One process renders model after model: what a job took, it gives back."""

import gc
import threading
from pathlib import Path

import numpy as np
import PIL.Image
import psutil

from renderer.gl.context import Device
from renderer.render import render_video
from renderer.spec import Backdrop, FrameSpec, VideoVariant
from tests.renderer.load.glb_builder import encoded, triangle_builder
from tests.renderer.test_render import Recorder
from tests.support.memory import floor_growth, resident_bytes
from tests.support.stills import render_still

FRAMES = FrameSpec(width=64, height=48, frame_count=1)
VARIANTS = {"only": VideoVariant(Backdrop())}
MODELS = 31
VIDEO_EVERY = 6
WARM_UP = 10
"""Jobs after which caches, thread pools and the allocator have their size."""
TEXTURE_SIDE = 1024


def textured_triangle(path: Path, seed: int) -> None:
    """A model of its own bytes with a texture of about 5.3 MB with mipmaps on the device."""
    pixels = np.full((TEXTURE_SIDE, TEXTURE_SIDE, 3), seed, np.uint8)
    builder = triangle_builder(material=0)
    texcoords = builder.add_accessor([(0, 0), (1, 0), (0, 1)])
    builder.document["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"] = texcoords
    texture = builder.add_texture(encoded(PIL.Image.fromarray(pixels)))
    builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": texture}}})
    path.write_bytes(builder.glb())


def holdings() -> tuple[int, int]:
    """Open files and threads of this process."""
    gc.collect()
    return psutil.Process().num_fds(), threading.active_count()


def test_one_model_after_the_other_leaves_nothing_behind(device: Device, light_cache: Path, tmp_path: Path) -> None:
    before, memory = (0, 0), []
    processes = psutil.Process().children()  # servers of other tests
    for index in range(MODELS):
        if index == WARM_UP:
            before = holdings()
        model = tmp_path / f"{index}.glb"
        textured_triangle(model, index)
        render_still(model, FRAMES, Backdrop(), tmp_path / "still.png", device=device, cache_dir=light_cache)
        if index % VIDEO_EVERY == 0:
            out = tmp_path / str(index)
            render_video(model, FRAMES, VARIANTS, out, device=device, cache_dir=light_cache, listener=Recorder())
        if index % 3 == 2:  # a sample costs as much as a job
            memory.append(resident_bytes())
    files, threads = (after - earlier for after, earlier in zip(holdings(), before, strict=True))
    # Were each model's texture kept, decoded or on the device, it would be over 60 MB.
    assert floor_growth(memory) < 20_000_000
    assert files <= 0
    assert threads <= 0
    assert psutil.Process().children() == processes

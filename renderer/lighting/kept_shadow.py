"""Shadows of models that stand still, kept on disk: when the model is rendered again, they are read instead of cast.

Casting is the largest part of the work before the first frame, and the same for all renders of a model that differ in
camera, length, size, background or colours. A file's name is a digest of all that its shadows depend on.
"""

import hashlib
import inspect
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from renderer.gl import coarse, resources
from renderer.gl.context import Device
from renderer.gl.programs import read_shader
from renderer.gl.resources import opacity
from renderer.lighting import casting, clearance, ground_shadow, key_shadow, samples
from renderer.lighting.casting import Caster
from renderer.lighting.kept_files import keep_latest, write_whole

logger = logging.getLogger(__name__)

KEPT_FILES = 32
"""Files in the folder at most; each has 2 to 15 MB, by how much of the key's maps the model covers."""

MODULES = (coarse, resources, casting, clearance, ground_shadow, key_shadow, samples)
SHADERS = (
    "cast_ground.vert.glsl", "cast_key.vert.glsl", "cast.frag.glsl", "clearance.frag.glsl", "soften.frag.glsl",
    "shrink.frag.glsl", "widen.frag.glsl", "merge.frag.glsl",
)
"""The code that shadows depend on: they are cast anew when it changes."""

Texels = npt.NDArray[Any]


class Shadow(Protocol):
    """What is kept: a `GroundShadow` or a `KeyShadow`."""

    @property
    def terms(self) -> bytes:
        """All numbers that the shadow of a caster depends on."""

    @property
    def empty(self) -> Texels:
        """Zeros of the shape and the type of `texels`."""

    def cast(self, caster: Caster) -> object: ...

    def texels(self) -> Texels:
        """What was cast, exactly."""

    def put(self, texels: Texels) -> None:
        """Replaces the shadow by the `texels` of an earlier one."""


def cast_once(device: Device, shadows: Sequence[Shadow], caster: Caster, folder: Path) -> None:
    """Makes `shadows` those of `caster` in the pose it has: read from `folder`, or else cast and kept there."""
    digest = hashlib.sha256(device.name.encode() + str(device.ctx.info["GL_VERSION"]).encode())
    for part in _terms(caster):
        digest.update(part)
    for shadow in shadows:
        digest.update(shadow.terms)
    for text in (*map(inspect.getsource, MODULES), *_shader_texts()):
        digest.update(text.encode())
    path = folder / f"shadows-{digest.hexdigest()[:32]}.npy"
    kept = _read(path, [shadow.empty for shadow in shadows])
    if kept is None:
        for shadow in shadows:
            shadow.cast(caster)
        write_whole(path, lambda file: _write(file, [shadow.texels() for shadow in shadows]))
    else:
        for shadow, texels in zip(shadows, kept, strict=True):
            shadow.put(texels)
    keep_latest(path, "shadows-*.npy", KEPT_FILES)


def _terms(caster: Caster) -> Iterator[bytes]:
    """All that the shadow of `caster` depends on: its triangles, and where they let light through."""
    for drawable in caster.drawables:
        yield drawable.primitive.topology.name.encode()
        for part in (drawable.world, drawable.positions, drawable.primitive.indices):
            yield f"{part.dtype}{part.shape}".encode()
            yield part.tobytes()
        material, alpha_map = drawable.material, drawable.layout.alpha_map
        alpha = material.alpha_mode.name, material.alpha_cutoff, material.base_color_factor[3], opacity(material)
        wrapping = None if alpha_map is None else drawable.layout.maps[alpha_map].wrapping
        yield repr((*alpha, wrapping)).encode()
        if alpha_map is not None:
            yield drawable.alpha_digest
            yield drawable.attributes["in_alpha_uv"][0].read()


def _shader_texts() -> list[str]:
    return [read_shader("renderer.lighting", name) for name in SHADERS]


def _write(file: BinaryIO, arrays: Sequence[Texels]) -> None:
    """For each array its shape, its first value, where others are, and those: most texels of shadows are empty."""
    for array in arrays:
        empty = array[:1, :1]
        others = array != empty
        for part in (np.array(array.shape), empty, np.packbits(others), array[others]):
            np.save(file, part)


def _read(path: Path, wanted: Sequence[Texels]) -> list[Texels] | None:
    """The shadows of an earlier run, put into `wanted`, or None where there is no sound file of such."""
    try:
        with path.open("rb") as file:
            for array in wanted:
                shape, empty, places, others = (np.load(file, allow_pickle=False) for _ in range(4))
                if shape.tolist() != list(array.shape) or {empty.dtype, others.dtype} != {array.dtype}:
                    raise ValueError(f"{empty.dtype} of {shape.tolist()}, not {array.dtype} of {array.shape}")
                array[:] = empty
                array[np.unpackbits(places, count=array.size).view(bool).reshape(array.shape)] = others
    except FileNotFoundError:
        return None
    except (OSError, ValueError, IndexError, EOFError) as error:
        logger.warning("The cached shadows %s are damaged (%s); casting them anew", path, error)
        return None
    return list(wanted)

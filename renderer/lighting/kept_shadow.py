"""Shadows on the ground, kept on disk by all that decides about them: a model that is rendered again casts none.

Of the work before the first frame it is the largest part, and the same for all renders of a model that differ in
camera, length, size, background or colours.
"""

import hashlib
import inspect
import logging
from pathlib import Path

import numpy as np

from renderer.gl import coarse, resources
from renderer.gl.context import Device
from renderer.gl.programs import read_shader
from renderer.lighting import ground_shadow, samples
from renderer.lighting.ground_shadow import Blocked, Caster, GroundShadow
from renderer.lighting.kept_files import keep_latest, write_whole
from renderer.scene.nodes import AlphaMode

logger = logging.getLogger(__name__)

KEPT_FILES = 64
"""1.2 MB each."""

SHADERS = ("cast_ground.vert.glsl", "cast.frag.glsl", "soften.frag.glsl", "shrink.frag.glsl", "merge.frag.glsl")


def cast_once(device: Device, ground: GroundShadow, caster: Caster, folder: Path) -> None:
    """Gives `ground` the shadow of `caster` as it stands now: the one in `folder`, or else a new one, kept there."""
    shape = _shape(caster)
    if shape is None:
        ground.cast(caster)
        return
    digest = hashlib.sha256(shape + ground.terms + device.name.encode() + str(device.ctx.info["GL_VERSION"]).encode())
    for text in (*map(inspect.getsource, (coarse, resources, ground_shadow, samples)), *_shader_texts()):
        digest.update(text.encode())
    path = folder / f"shadow-{digest.hexdigest()[:32]}.npy"
    side = ground.texture.width
    kept = _read(path, side)
    if kept is None:
        kept = ground.cast(caster)
        write_whole(path, lambda file: np.save(file, kept))
    else:
        ground.put(kept)
    keep_latest(path, "shadow-*.npy", KEPT_FILES)


def _shape(caster: Caster) -> bytes | None:
    """A digest of what casts; None where a texture or a share of light that passes decides with it."""
    digest = hashlib.sha256()
    for drawable in caster.drawables:
        material = drawable.material
        if material.alpha_mode is not AlphaMode.OPAQUE or material.transmission is not None:
            return None
        digest.update(drawable.primitive.topology.name.encode())
        for part in (drawable.world, drawable.positions, drawable.primitive.indices):
            digest.update(f"{part.dtype}{part.shape}".encode())
            digest.update(part.tobytes())
    return digest.digest()


def _shader_texts() -> list[str]:
    return [read_shader("renderer.lighting", name) for name in SHADERS]


def _read(path: Path, side: int) -> Blocked | None:
    """The shadow of an earlier run, or None where there is no sound file."""
    try:
        with path.open("rb") as file:
            kept: Blocked = np.load(file, allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        logger.warning("The cached shadow %s is damaged (%s); casting it anew", path, error)
        return None
    return kept if kept.shape == (side, side) and kept.dtype == np.float16 else None

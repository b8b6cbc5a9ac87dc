"""/portal/api/lights/:name: a light of the renderer's as a panorama, for the preview in the browser."""

import functools
from typing import Annotated

import numpy as np
from fastapi import Path
from starlette.responses import Response

from api.errors import NotFound
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from renderer.lighting.presets import PRESETS

WIDTH, HEIGHT = 256, 128
"""Pixels: finer than the narrowest strip light, and 256 KB, which compress to a fifth."""

router = new_router()


@router.get("/lights/{name}")
def get_light(signed: Signed, name: Annotated[str, Path(max_length=20)]) -> Response:
    """RGBA in half floats, little-endian, linear, from the bottom row up as three.js takes an equirectangular texture.
    """
    if name not in PRESETS:
        raise NotFound(f"There is no light of that name; there are {', '.join(PRESETS)}")
    return Response(
        panorama(name), media_type="application/octet-stream", headers={"Cache-Control": "private, max-age=86400"}
    )


@functools.cache
def panorama(name: str) -> bytes:
    """The bytes of a preset's panorama: the column in the middle lies in the direction of +X, as three.js has it."""
    around = ((np.arange(WIDTH) + 0.5) / WIDTH - 0.5) * 2 * np.pi
    height = ((np.arange(HEIGHT) + 0.5) / HEIGHT - 0.5) * np.pi
    azimuths, elevations = np.meshgrid(around, height)
    level = np.cos(elevations)
    directions = np.stack([level * np.cos(azimuths), np.sin(elevations), level * np.sin(azimuths)], -1).reshape(-1, 3)
    light = PRESETS[name]
    pixels = np.ones((HEIGHT * WIDTH, 4), "<f2")
    pixels[:, :3] = np.clip(light.ambient_radiance(directions) + light.key_radiance(directions), 0, 60000)
    return pixels.tobytes()

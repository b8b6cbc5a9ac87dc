"""Where a model touches the ground its shadow is darkest: it never gets lighter on the way there."""

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.lighting.ground_shadow import SHARP_SIGMA, GroundShadow
from renderer.lighting.presets import PRESETS
from tests.renderer.lighting.exact_shadow import RAYS, Body, block, blocked_light, disc, torus
from tests.renderer.lighting.stage import bounds_of, scene_of

LIGHTS = 128
SIZE = 512
OUTWARDS = np.concatenate([np.linspace(0, 0.12, 9), np.linspace(0.15, 1.2, 15)])
"""Metres from the contact: closely where shadows of flat things fall, then out of all shadows."""

EVERY = 8
"""Of the rays, one in so many is compared with the exact shadow."""

BODIES = {"disc": disc(0.15), "plate": block((0.6, 0.4), 0.1), "box": block((0.5, 0.5), 1.0), "torus": torus(0.8, 0.25)}


def opacity(shadow: GroundShadow, places: Float64) -> Float64:
    """Of the shadow at `places` (..., 2) on the ground, in steps of 1/255, between the texels' middles."""
    texels = shadow.texels().astype(np.float64)
    at = np.clip((places - shadow.low) / shadow.size * len(texels) - 0.5, 0, len(texels) - 1.001)
    corner = at.astype(int)
    (x, z), (over, down) = np.moveaxis(corner, -1, 0), np.moveaxis(at - corner, -1, 0)
    rows = [texels[z + i, x] * (1 - over) + texels[z + i, x + 1] * over for i in (0, 1)]
    return np.asarray(255 * shadow.strength * (rows[0] * (1 - down) + rows[1] * down))


def outwards(body: Body) -> Float64:
    """Places (64, steps, 2) on the rays from the contact."""
    return np.asarray(RAYS[:, None] * (body.contact[:, None] + OUTWARDS)[..., None])


@pytest.mark.parametrize("light", PRESETS)
@pytest.mark.parametrize("name", BODIES)
def test_the_shadow_only_fades_from_the_contact_outwards_and_is_that_of_all_the_lamps_light(
    device: Device, name: str, light: str
) -> None:
    body, lamps = BODIES[name], PRESETS[light]
    caster = GpuScene(device, scene_of(*body.mesh))
    shadow = GroundShadow(device, lamps, bounds_of(body.mesh[0]), 0.0, lights=LIGHTS, size=SIZE)
    shadow.cast(caster)
    places = outwards(body)
    found = opacity(shadow, places)
    softened = SHARP_SIGMA * float(shadow.size.max())
    shadow.release()
    caster.release()
    assert (found - np.minimum.accumulate(found, axis=1)).max() < 2
    assert found[:, 0].min() > 0.25 * 255 * lamps.shadow_strength
    beyond = 3 * softened < OUTWARDS  # nearer, the contact itself is softened
    about = 2 * softened * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    compared = places[::EVERY, beyond][..., None, :] + about
    shares = blocked_light(lamps, compared.reshape(-1, 2), body.blocks).reshape(compared.shape[:-1])
    exact = 255 * lamps.shadow_strength * shares
    assert (found[::EVERY, beyond] - exact.max(axis=-1)).max() < 6
    assert (exact.min(axis=-1) - found[::EVERY, beyond]).max() < 6

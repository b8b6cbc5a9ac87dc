"""Where a model touches the ground its shadow is darkest: it never gets lighter on the way there."""

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.gl.context import Device
from renderer.gl.resources import GpuScene
from renderer.lighting.ground_shadow import SHARP_SIGMA, GroundShadow, convex_hull
from renderer.lighting.presets import PRESETS
from renderer.lighting.shadow import FEWEST_LIGHTS, MOST_LIGHTS, lights_for
from renderer.load import load_model
from renderer.scene.bounds import Bounds
from tests.renderer.lighting.exact_shadow import RAYS, Body, block, blocked_light, disc, torus
from tests.renderer.lighting.stage import bounds_of, scene_of
from tests.support.models import shared_model

LIGHTS = [name for name in PRESETS if name != "outline"]
"""Those with shadows of their own: `outline` has the studio's."""

SIZE = 640
VERY_MANY = 2048
"""Lights of the shadow that those of real models are compared with."""

NEARBY = 2 * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
"""Places about one, in standard deviations of the blur that takes the jags off edges: a shadow may be off by so far."""

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


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("name", BODIES)
def test_the_shadow_only_fades_from_the_contact_outwards_and_is_that_of_all_the_lamps_light(
    device: Device, name: str, light: str
) -> None:
    body, lamps = BODIES[name], PRESETS[light]
    caster = GpuScene(device, scene_of(*body.mesh))
    shadow = GroundShadow(device, lamps, bounds_of(body.mesh[0]), 0.0, lights=lights_for(caster.drawables), size=SIZE)
    shadow.cast(caster)
    places = outwards(body)
    found = opacity(shadow, places)
    softened = SHARP_SIGMA * float(shadow.size.max())
    shadow.release()
    caster.release()
    assert (found - np.minimum.accumulate(found, axis=1)).max() < 2
    assert found[:, 0].min() > 0.25 * 255 * lamps.shadow_strength
    beyond = 3 * softened < OUTWARDS  # nearer, the contact itself is softened
    compared = places[::EVERY, beyond][..., None, :] + softened * NEARBY
    shares = blocked_light(lamps, compared.reshape(-1, 2), body.blocks).reshape(compared.shape[:-1])
    exact = 255 * lamps.shadow_strength * shares
    assert (found[::EVERY, beyond] - exact.max(axis=-1)).max() < 6
    assert (exact.min(axis=-1) - found[::EVERY, beyond]).max() < 6


def test_models_of_more_triangles_or_parts_have_fewer_lights(device: Device) -> None:
    caster = GpuScene(device, scene_of(*BODIES["box"].mesh))
    (drawable,) = caster.drawables
    counts = [lights_for(copies * [drawable]) for copies in (1, 100, 1000)]
    caster.release()
    assert MOST_LIGHTS == counts[0] > counts[1] > counts[2] == FEWEST_LIGHTS


REAL = ("AlphaBlendModeTest", "BoxMeshopt", "CesiumMilkTruck", "DamagedHelmet", "Duck", "Fox", "MaterialVariants",
        "cat", "chess-board", "jet-fighter")


def standing(caster: GpuScene, ground: float, height: float) -> tuple[Float64, Float64]:
    """Where a model stands: the middle (2,) of what is within a fiftieth of its height above the ground, and how far
    from there the hull of that reaches along each of RAYS (64,)."""
    points = np.concatenate(list(caster.clouds()))
    low = points[points[:, 1] < ground + 0.02 * height][:, [0, 2]]
    middle = (low.min(axis=0) + low.max(axis=0)) / 2
    corners = np.array(convex_hull(sorted({(x, z) for x, z in (low - middle).tolist()})))
    edges = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1)
    offsets = (normals * corners).sum(axis=1)
    normals, offsets = normals * np.sign(offsets)[:, None], np.abs(offsets)
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = offsets / (RAYS @ normals.T)
    reach = np.where(ways > 0, ways, np.inf).min(axis=1)
    return middle, np.where(np.isfinite(reach), reach, 0.0)  # a single point has no sides


@pytest.mark.nightly
@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("name", REAL)
def test_around_what_a_real_model_stands_on_the_shadow_is_that_of_very_many_lights_and_rises_only_where_that_does(
    device: Device, name: str, light: str
) -> None:
    """Under a wing or a head it does: away from the feet, more of the light is hidden."""
    caster = GpuScene(device, load_model(shared_model(f"{name}.glb")))
    low, high = caster.box()
    center = (low + high) / 2
    bounds = Bounds(center, float(np.linalg.norm(high - center)), low, high)
    middle, contact = standing(caster, float(low[1]), float(high[1] - low[1]))
    steps = np.linspace(0.01, 0.8, 60) * bounds.radius
    places = middle + RAYS[:, None] * (contact[:, None] + steps)[..., None]

    def cast(lights: int) -> Float64:
        """(64, 60, len(NEARBY))"""
        shadow = GroundShadow(device, PRESETS[light], bounds, float(low[1]), lights=lights, size=768)
        shadow.cast(caster)
        found = opacity(shadow, places[..., None, :] + SHARP_SIGMA * float(shadow.size.max()) * NEARBY)
        shadow.release()
        return found

    found, exact = cast(lights_for(caster.drawables))[..., 0], cast(VERY_MANY)
    caster.release()
    least, most = exact.min(axis=-1), exact.max(axis=-1)
    assert np.maximum(found - most, least - found).max() < 6
    rise = found - np.minimum.accumulate(found, axis=1)
    assert (rise - (most - np.minimum.accumulate(least, axis=1))).max() < 2

"""The shadows of one shot: on the ground and on the model itself. A model that stands still needs them once."""

from collections.abc import Sequence
from pathlib import Path

import moderngl
import numpy as np

from renderer.gl.context import Device
from renderer.gl.programs import define, read_shader, set_uniform
from renderer.gl.resources import GpuDrawable
from renderer.lighting.casting import Caster, SetPose, keep_pose
from renderer.lighting.environment import Environment
from renderer.lighting.ground_shadow import GroundShadow
from renderer.lighting.kept_shadow import cast_once
from renderer.lighting.key_shadow import KeyShadow
from renderer.lighting.samples import GROUP, GROUPS
from renderer.lighting.sources import Lamps
from renderer.scene.bounds import Bounds

LIVE_TRIANGLES = 12_000
"""The shadows of an animated model with at most so many triangles follow it: under 0.2 s per frame on two cores."""

LIGHT_COST, DRAW_COST = 20_000, 150
"""What each light of the ground shadow takes besides its triangles, and what each drawable takes for each light, as the
number of triangles that take as long: measured in software on models of 600 to 74,000 triangles."""

SHADOW_COST = 7_500_000
"""What all lights of a still ground shadow may take, counted in the same way: under a second on one core."""

FEWEST_LIGHTS, MOST_LIGHTS = 64, 320
"""Of a still ground shadow. Beside a foot under something high, single lights of too few are seen as steps: with 128,
opacity rises there by up to 7/255 on the way out; with 320, by 2/255."""

LIVE_SHARE = 1 / 4
"""A ground shadow that follows an animation has this share of the lights of a still one."""


class SelfShadows:
    """Those of the model on itself, for a model without a floor below it.

    `glsl`, put after the environment's snippet, gives material shaders
    `vec3 shadowed_irradiance(vec3 position, vec3 surface, vec3 normal)`, in place of `direct_irradiance`, and
    `float floor_blocked(vec3 position, vec3 normal)` with `float floor_bounce(float blocked, vec3 direction)`, the
    factor of light that comes from `direction` when the floor is shadowed. Positions are in world space.
    """

    def __init__(
        self, device: Device, lamps: Lamps, environment: Environment, bounds: Bounds, *, tile: int = 320
    ) -> None:
        """`environment` holds the light of `lamps`; `bounds`, in metres, the placed model in all poses.

        `tile` is the side of each of the key's depth maps in texels. There are no shadows before the first `cast`.
        """
        self.key = KeyShadow(device, lamps.key, bounds, tile=tile)
        self.glsl = define({"KEY_GROUPS": GROUPS, "KEY_GROUP": GROUP}) + read_shader("renderer.lighting", "shadow.glsl")
        self._environment = environment

    def cast(self, caster: Caster, poses: Sequence[SetPose] = (keep_pose,)) -> None:
        """Replaces the shadows by those of `caster` in the pose it has, or by the mean over `poses`."""
        self.key.cast(caster, poses)

    def bind(self, program: moderngl.Program, first_unit: int) -> int:
        """Sets the snippet's uniforms, as far as the program uses them. Returns the next free texture unit."""
        self.key.bind(program, first_unit, self._environment.tables)
        return first_unit + 1

    def release(self) -> None:
        self.key.release()


class Shadows(SelfShadows):
    """The shadows on the model and on the floor: `ground` is what a ground pass draws.

    Where `live`, `cast` is to be called for every frame. Otherwise once is enough: the shadows of an animated model
    with too many triangles for that are the mean over poses of its animation.
    """

    def __init__(
        self, device: Device, lamps: Lamps, environment: Environment, bounds: Bounds, ground: float,
        *, triangles: int = 0, lights: int = MOST_LIGHTS, animated: bool = False, cache_dir: Path | None = None,
    ) -> None:
        """y = `ground`, in metres, is the floor. The shadows of a model that isn't `animated` are kept in `cache_dir`.

        The number of its `triangles` decides whether they are live; `lights` is that of `lights_for`.
        """
        self.live = animated and triangles <= LIVE_TRIANGLES
        self._device = device
        self._cache_dir = None if animated else cache_dir
        super().__init__(device, lamps, environment, bounds, tile=192 if self.live else 320)
        size, share = (384, LIVE_SHARE) if self.live else (768, 1.0)
        self.ground = GroundShadow(device, lamps, bounds, ground, lights=round(share * lights), size=size)
        self.glsl = define({"FLOOR": 1}) + self.glsl

    def cast(self, caster: Caster, poses: Sequence[SetPose] = (keep_pose,)) -> None:
        if self._cache_dir is None:
            super().cast(caster, poses)
            self.ground.cast(caster, poses)
        else:
            (set_pose,) = poses
            set_pose()
            cast_once(self._device, (self.key, self.ground), caster, self._cache_dir)

    def bind(self, program: moderngl.Program, first_unit: int) -> int:
        unit = super().bind(program, first_unit)
        ground = self.ground
        ground.texture.use(unit)
        set_uniform(program, "floor_shadow", unit)
        set_uniform(program, "floor_window", (*ground.low.tolist(), *(1 / ground.size).tolist()))
        set_uniform(program, "floor_height", (ground.ground, ground.texture.width / float(ground.size.max())))
        return unit + 1

    def release(self) -> None:
        self.ground.release()
        super().release()


def lights_for(drawables: Sequence[GpuDrawable]) -> int:
    """How many lights a still ground shadow of these has."""
    triangles = [len(each.casting) // 3 for each in drawables if each.casting is not None]
    cost = LIGHT_COST + sum(triangles) + DRAW_COST * len(triangles)
    return int(np.clip(SHADOW_COST // cost, FEWEST_LIGHTS, MOST_LIGHTS))

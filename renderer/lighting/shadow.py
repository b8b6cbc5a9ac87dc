"""The shadows of one shot: on the ground and on the model itself. An unanimated model needs them once."""

import moderngl

from renderer.gl.context import Device
from renderer.gl.programs import read_shader, set_uniform
from renderer.lighting.environment import Environment
from renderer.lighting.ground_shadow import SIZE, Caster, GroundShadow
from renderer.lighting.key_shadow import KeyShadow
from renderer.scene.bounds import Bounds


class Shadows:
    """`ground` is what a ground pass draws; `glsl`, behind the environment's snippet, gives material shaders

    `vec3 shadowed_irradiance(vec3 position, vec3 surface, vec3 normal)`, in place of `direct_irradiance`, and
    `float floor_bounce(vec3 position, vec3 direction)`, the factor of light that comes from `direction` when the floor
    below is shadowed. Positions are in world space.
    """

    def __init__(self, device: Device, environment: Environment, bounds: Bounds, ground: float) -> None:
        """`bounds` hold the placed model in all poses, y = `ground` is the floor. Nothing is cast yet."""
        self.ground = GroundShadow(device, bounds, ground)
        self.key = KeyShadow(device, bounds)
        self.glsl = read_shader("renderer.lighting", "shadow.glsl")
        self._environment = environment

    def cast(self, caster: Caster) -> None:
        """Replaces the shadows by those of `caster` as it stands now."""
        self.ground.cast(caster)
        self.key.cast(caster)

    def bind(self, program: moderngl.Program, first_unit: int) -> int:
        """Sets the snippet's uniforms, as far as the program uses them. Returns the next free texture unit."""
        self.key.bind(program, first_unit, self._environment.tables)
        ground = self.ground
        ground.texture.use(first_unit + 1)
        set_uniform(program, "floor_shadow", first_unit + 1)
        set_uniform(program, "floor_window", (*ground.low.tolist(), *(1 / ground.size).tolist()))
        set_uniform(program, "floor_height", (ground.ground, SIZE / float(ground.size.max())))
        return first_unit + 2

    def release(self) -> None:
        self.ground.release()
        self.key.release()

"""What shadows have in common: what casts them, in which poses, and whether that can be afforded."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import moderngl
import numpy as np

from renderer.arrays import Float64
from renderer.errors import ModelTooLarge
from renderer.gl.cost import Picture, require_affordable
from renderer.gl.programs import Programs, read_shader
from renderer.gl.resources import GpuDrawable
from renderer.lighting.samples import Lights
from renderer.scene.nodes import AlphaMode

MOST_TRIANGLES = 1_000_000_000
"""Triangles that all lights of a shadow draw together: two minutes on two cores. A model of five million triangles has
coarser ones for shadows, some 300,000, and each light draws all of those."""

LIGHTS_LOOKED_AT = 4
"""Of a shadow, evenly picked, from which it is worked out how often the model covers the shadow's map."""


class Caster(Protocol):
    """What casts the shadow: `renderer.gl.resources.GpuScene`."""

    @property
    def drawables(self) -> Sequence[GpuDrawable]: ...

    def draw_geometry(self, program: moderngl.Program, *, blend_cutoff: float) -> None: ...


def cast_program(programs: Programs, vertex: str, caster: Caster) -> moderngl.Program:
    """The program of the vertex shader `vertex` in renderer.lighting and of cast.frag.glsl, for all of `caster`."""
    opaque = all(drawable.material.alpha_mode is AlphaMode.OPAQUE for drawable in caster.drawables)
    return programs.get(read_shader("renderer.lighting", vertex), read_shader("renderer.lighting", "cast.frag.glsl"),
                        {"OPAQUE": 1} if opaque else {})


SetPose = Callable[[], None]
"""Moves the caster to one of its poses."""


def keep_pose() -> None:
    """Leaves the caster in the pose that it has."""


def in_turn(poses: Sequence[SetPose], count: int) -> Iterator[int]:
    """Every index below `count` once, dealt out to `poses` in turn; all of a pose's follow each other, after its call.

    With two poses and five lights: the first pose, 0, 2, 4; the second pose, 1, 3.
    """
    for first, set_pose in enumerate(poses):
        set_pose()
        yield from range(first, count, len(poses))


def affordable(
    caster: Caster, poses: Sequence[SetPose], lights: Lights, size: int, origin: Float64, scale: Float64
) -> list[SetPose]:
    """The poses, each of which raises ModelTooLarge where the shadows of the caster in it would take too long.

    The map of `size` texels a side shows `origin` (x, y, z) in its middle, and `scale` (2,) shares of it for each metre
    of x and z.
    """
    picked = lights.shears[np.unique(np.linspace(0, len(lights.weights) - 1, LIGHTS_LOOKED_AT).astype(int))]
    pictures = [Picture(_sheared(shear, origin, scale), (size, size)) for shear in picked]

    def checked(set_pose: SetPose) -> None:
        set_pose()
        triangles = sum(len(one.casting) // 3 for one in caster.drawables if one.casting is not None)
        drawn = triangles * len(lights.weights)
        if drawn > MOST_TRIANGLES:
            raise ModelTooLarge(
                f"the model's shadows would take {drawn:,} triangles, and {MOST_TRIANGLES:,} are allowed: "
                "show fewer copies of its meshes"
            )
        require_affordable(caster.drawables, pictures, "its shadow", casting=True)

    return [functools.partial(checked, set_pose) for set_pose in poses]


def _sheared(shear: Float64, origin: Float64, scale: Float64) -> Float64:
    """(4, 4): the world, seen along a light, from above; the depth is left out."""
    matrix = np.zeros((4, 4))
    matrix[0, :2] = 1.0, -shear[0]
    matrix[1, 1:3] = -shear[1], 1.0
    matrix[:2, :3] *= 2 * scale[:, None]
    matrix[:2, 3] = -matrix[:2, :3] @ origin
    matrix[3, 3] = 1.0
    return matrix

"""Draws the ground shadow into the picture's alpha, before the model, which covers it wherever it stands in front."""

import moderngl

from renderer.camera.framing import View
from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.resources import matrix_bytes
from renderer.gl.tiles import WHOLE, Tile
from renderer.lighting.ground_shadow import GroundShadow


class GroundPass:
    """Needs no depth: the shadow lies on the lowest point of the model, so nothing of it is under the ground."""

    def __init__(self, device: Device) -> None:
        self._ctx = device.ctx
        self._programs = Programs(device)
        self._program = self._programs.get(
            read_shader("renderer.passes", "ground.vert.glsl"), read_shader("renderer.passes", "ground.frag.glsl")
        )
        self._strip = device.ctx.vertex_array(self._program, [])

    def draw(self, view: View, shadow: GroundShadow, tile: Tile = WHOLE) -> None:
        """Draws `shadow` into the current framebuffer, a tile's; nothing when the camera is below the ground."""
        if view.eye[1] <= shadow.ground:
            return
        shadow.texture.use(0)
        uniforms = {
            "u_shadow": 0,
            "u_strength": shadow.strength,
            "u_rectangle": (*shadow.low, *shadow.size),
            "u_ground": shadow.ground,
            "u_view_projection": matrix_bytes(tile.crop @ view.projection @ view.view),
            "u_origin": tile.origin,
        }
        for name, value in uniforms.items():
            set_uniform(self._program, name, value)
        self._ctx.enable_only(moderngl.NOTHING)
        self._strip.render(moderngl.TRIANGLE_STRIP, vertices=4)

    def release(self) -> None:
        self._strip.release()
        self._programs.release()

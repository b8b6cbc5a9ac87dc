"""Draws the ground shadow into the picture's alpha, before the model, which covers it wherever it stands in front."""

import moderngl
import numpy as np

from renderer.camera.framing import View
from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.resources import matrix_bytes
from renderer.gl.tiles import WHOLE, Tile
from renderer.lighting.ground_shadow import GroundShadow
from renderer.scene.nodes import Float64

_EVERYWHERE = np.array([[0.0, 0.0, 1.0, 1.0]])
_NOWHERE = np.zeros((1, 4))
_CORNERS = [0, 1, 2, 1, 0, 3, 0, 3, 2, 1, 2, 3]
"""(u, v) of two triangles, from low u, low v, high u, high v."""
_OVERLAP = 1 / 4096
"""Of the rectangle, by which each stretch reaches into the next, so that no sample falls between them."""


class GroundPass:
    """Needs no depth: the shadow lies on the lowest point of the model, so nothing of it is under the ground."""

    def __init__(self, device: Device) -> None:
        self._ctx = device.ctx
        self._programs = Programs(device)
        self._program = self._programs.get(
            read_shader("renderer.passes", "ground.vert.glsl"), read_shader("renderer.passes", "ground.frag.glsl")
        )
        self._corners, self._strips = self._upload(_EVERYWHERE)

    def outline(self, shadow: GroundShadow) -> None:
        """From now on leaves out what of the rectangle has no shadow; for one that stays as it is."""
        self._strips.release()
        self._corners.release()
        stretches = shadow.stretches()
        self._corners, self._strips = self._upload(stretches if len(stretches) else _NOWHERE)

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
        self._strips.render(moderngl.TRIANGLES)

    def release(self) -> None:
        self._strips.release()
        self._corners.release()
        self._programs.release()

    def _upload(self, stretches: Float64) -> tuple[moderngl.Buffer, moderngl.VertexArray]:
        """The stretches (n, 4) as triangles."""
        corners = np.minimum(stretches + np.array([0, 0, 0, _OVERLAP]), 1.0)[:, _CORNERS]
        buffer = self._ctx.buffer(np.ascontiguousarray(corners, np.float32))
        return buffer, self._ctx.vertex_array(self._program, [(buffer, "2f", "in_uv")])

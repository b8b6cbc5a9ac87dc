"""Draws the ground shadow into the picture's alpha, where no opaque part of the model hides it."""

import moderngl
import numpy as np

from renderer.arrays import Float64
from renderer.camera.framing import View
from renderer.gl.context import Device
from renderer.gl.programs import Programs, read_shader, set_uniform
from renderer.gl.resources import matrix_bytes
from renderer.gl.tiles import WHOLE, Tile
from renderer.lighting.ground_shadow import GroundShadow

_EVERYWHERE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
_NOWHERE = np.zeros((3, 2))

FINE = 1.7
"""Texels between neighbouring samples up to which mip level 0 is fine enough: the shadow has no detail of that size
(`ground_shadow`), and the samples of a pixel are averaged."""


class GroundPass:
    """Draws it near the far plane: the ground is at the model's lowest point, so nothing of the model is behind it."""

    def __init__(self, device: Device) -> None:
        self._ctx = device.ctx
        self._programs = Programs(device)
        self._program = self._programs.get(
            read_shader("renderer.passes", "ground.vert.glsl"), read_shader("renderer.passes", "ground.frag.glsl")
        )
        self._upload(_EVERYWHERE)

    def outline(self, shadow: GroundShadow) -> None:
        """From now on draws only the part of the rectangle that has shadow; for one that doesn't change any more."""
        corners = shadow.outline()
        self._release_polygon()
        self._upload(corners if len(corners) else _NOWHERE)

    def draw(self, view: View, shadow: GroundShadow, tile: Tile = WHOLE) -> None:
        """Draws `shadow` into the current framebuffer, a tile's; nothing when the camera is below the ground."""
        if view.eye[1] <= shadow.ground:
            return
        view_projection = tile.crop @ view.projection @ view.view
        shadow.texture.use(0)
        uniforms = {
            "u_shadow": 0,
            "u_strength": shadow.strength,
            "u_rectangle": (*shadow.low, *shadow.size),
            "u_ground": shadow.ground,
            "u_view_projection": matrix_bytes(view_projection),
            "u_level": level(view_projection, self._ctx.fbo.size, shadow),
            "u_origin": tile.origin,
        }
        for name, value in uniforms.items():
            set_uniform(self._program, name, value)
        self._ctx.enable_only(moderngl.DEPTH_TEST)
        self._polygon.render(moderngl.TRIANGLE_FAN)

    def release(self) -> None:
        self._release_polygon()
        self._programs.release()

    def _upload(self, corners: Float64) -> None:
        """Sets the convex polygon to draw, (n, 2) texture coordinates u, v."""
        self._corners = self._ctx.buffer(np.ascontiguousarray(corners, np.float32))
        self._polygon = self._ctx.vertex_array(self._program, [(self._corners, "2f", "in_uv")])

    def _release_polygon(self) -> None:
        self._polygon.release()
        self._corners.release()


def level(view_projection: Float64, size: tuple[int, int], shadow: GroundShadow) -> float:
    """The mip level to read the shadow at, seen through a matrix to clip space in a target of `size` (width, height).

    It is that of the shadow's middle, for all of it. Level 0 is read at half the cost of levels with a fraction.
    """
    x, z = shadow.low + shadow.size / 2
    clip = view_projection @ (x, shadow.ground, z, 1.0)
    if clip[3] <= 0:
        return 0.0
    # samples per metre along x and z
    slopes = (view_projection[:2, [0, 2]] * clip[3] - np.outer(clip[:2], view_projection[3, [0, 2]])) / clip[3] ** 2
    samples = slopes * np.array(size)[:, None] / 2
    texels = np.linalg.pinv(samples) * (shadow.texture.width / shadow.size)[:, None]
    return float(np.log2(max(np.linalg.norm(texels, axis=0).max() / FINE, 1.0)))

"""Deferred shading, for rasterisers in software: what small triangles interpolate is stored first, and shaded later.

    triangles -> GBuffer, the visible surface at each sample -> a rectangle for each drawable, which shades it

A software rasteriser shades eight samples at a time, all of one triangle: where triangles are small, most of the eight
lie outside of it. Rectangles fill all eight, and no shaded sample is hidden by a nearer one. The picture is the same.
"""

from collections.abc import Sequence

import moderngl
import numpy as np

from renderer.arrays import Float64
from renderer.gl.context import Device
from renderer.gl.materials import MAX_MAPS
from renderer.gl.programs import set_uniform
from renderer.gl.resources import GpuDrawable, GpuScene, matrix_bytes
from renderer.gl.targets import FrameTarget, SampleTarget
from renderer.gl.waiting import before_sampling
from renderer.passes.programs import DEPTH_UV_UNIT, TANGENTS_UNIT, MaterialPrograms, TriangleDraw
from renderer.passes.surface import is_transmissive
from renderer.scene.nodes import AlphaMode, Topology

LARGEST = 3840 * 2160
"""Samples of the largest target that gets a G-buffer, which takes 32 bytes for each of them."""

MOST_DEFERRED = 4
"""Drawables of a scene: each shades its own rectangle, and reads also the samples in it that belong to others."""

SAMPLES_PER_TRIANGLE = 750
"""Samples of the whole target for each triangle of a drawable; where there are more, deferring does not pay."""


class GBuffer:
    """The visible surface at each sample of `samples`, whose depth buffer it shares.

    g_buffer.glsl describes its textures.
    It is never cleared: it is read only where the depth buffer says that something has been drawn.
    """

    def __init__(self, device: Device, samples: SampleTarget) -> None:
        self._device = device
        self.samples = samples
        self.depth_uv, self.tangents = (device.ctx.texture(samples.color.size, 4, dtype="u4") for _ in range(2))
        for texture in (self.depth_uv, self.tangents):
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self.framebuffer = device.ctx.framebuffer([self.depth_uv, self.tangents], samples.depth)

    def release(self) -> None:
        self._device.release_framebuffer(self.framebuffer)
        self.depth_uv.release()
        self.tangents.release()


def g_buffer_for(device: Device, samples: FrameTarget) -> GBuffer | None:
    """A G-buffer for these samples where it pays: not on a graphics card, nor for frames that are large or in tiles."""
    if device.software and isinstance(samples, SampleTarget) and np.prod(samples.color.size) <= LARGEST:
        return GBuffer(device, samples)
    return None


def worth_deferring(drawables: Sequence[GpuDrawable], size: tuple[int, int]) -> list[GpuDrawable]:
    """The drawables, at most MOST_DEFERRED, whose triangles are so small in a target of `size` (width, height) samples
    that deferring their shading pays."""
    most_first = sorted(filter(fits, drawables), key=lambda one: -len(one.primitive.indices))
    enough = 3 * size[0] * size[1] / SAMPLES_PER_TRIANGLE
    return [one for one in most_first[:MOST_DEFERRED] if len(one.primitive.indices) >= enough]


def fits(drawable: GpuDrawable) -> bool:
    """Whether the drawable is opaque and a GBuffer holds all that its shading reads."""
    primitive, material = drawable.primitive, drawable.material
    # Of one aspect, so that the mip level of the first says which of each other one to read.
    aspects = {texture.width / texture.height for texture in drawable.textures}
    return (
        primitive.topology is Topology.TRIANGLES and primitive.normals is not None and primitive.colors is None
        and material.alpha_mode is AlphaMode.OPAQUE and not is_transmissive(material) and not material.unlit
        and len(drawable.layout.uv_slots) <= 1 and len(aspects) <= 1 and len(drawable.textures) < MAX_MAPS
    )


class DeferredDraws:
    """Draws the `drawables` into the samples of `g_buffer`: `fits` holds for each."""

    def __init__(
        self, gpu_scene: GpuScene, drawables: Sequence[GpuDrawable], programs: MaterialPrograms, g_buffer: GBuffer
    ) -> None:
        self._device = gpu_scene.device
        self._programs = programs
        self._g_buffer = g_buffer
        shared = {"SHARED": "1"} if len(drawables) > 1 else {}
        self._draws: dict[GpuDrawable, tuple[TriangleDraw, moderngl.Program, moderngl.VertexArray]] = {}
        compiled = []
        for drawable in drawables:
            defines = {"DEFERRED": "1", **shared, **_levels(drawable)}
            if drawable.layout.uv_slots:
                defines["DEFERRED_UV"] = "v_uv0"
            store = programs.get(drawable, "material.vert.glsl", "g_buffer.frag.glsl", defines)
            shade = programs.get(drawable, "window.vert.glsl", "material.frag.glsl", defines)
            compiled.append((drawable, store, shade))
        for drawable, store, shade in compiled:
            rectangle = self._device.ctx.vertex_array(shade, [])
            self._draws[drawable] = TriangleDraw.of(gpu_scene, drawable, store), shade, rectangle

    def __contains__(self, drawable: GpuDrawable) -> bool:
        return drawable in self._draws

    def draw(self, view_projection: Float64, *, mirrored: bool) -> None:
        """Stores the drawables' surfaces, then shades those that are visible.

        The samples' framebuffer is current before and after.
        """
        ctx, samples = self._device.ctx, self._g_buffer.samples
        ctx.enable_only(moderngl.DEPTH_TEST)
        self._g_buffer.framebuffer.use()
        for owner, (triangles, _, _) in enumerate(self._draws.values()):
            set_uniform(triangles.program, "u_owner", owner)
            triangles.render(self._programs, ctx, mirrored=mirrored)
        before_sampling(self._device)
        # The rectangles lie at the far plane and pass where the depth buffer holds something nearer: empty samples are
        # left out.
        samples.framebuffer.use()
        samples.framebuffer.depth_mask = False
        ctx.enable_only(moderngl.DEPTH_TEST)
        ctx.depth_func = ">"
        self._g_buffer.depth_uv.use(DEPTH_UV_UNIT)
        self._g_buffer.tangents.use(TANGENTS_UNIT)
        view_rays = matrix_bytes(rays(view_projection, samples.color.size))
        for owner, (drawable, (_, shade, rectangle)) in enumerate(self._draws.items()):
            uniforms = {"u_owner": owner, "u_rays": view_rays, "u_window": window(drawable, view_projection)}
            for name, value in uniforms.items():
                set_uniform(shade, name, value)
            self._programs.bind_material(drawable)
            rectangle.render(moderngl.TRIANGLE_STRIP, vertices=4)
        ctx.depth_func = "<"
        samples.framebuffer.depth_mask = True

    def release(self) -> None:
        for _, _, rectangle in self._draws.values():
            rectangle.release()
        self._draws.clear()


def _levels(drawable: GpuDrawable) -> dict[str, str]:
    """The defines LEVEL<n>: how many mip levels more than the first each of the drawable's textures has."""
    widths = [texture.width for texture in drawable.textures]
    return {f"LEVEL{unit}": f"{np.log2(width / widths[0]):.6f}" for unit, width in enumerate(widths)}


def rays(view_projection: Float64, size: tuple[int, int]) -> Float64:
    """(3, 3): takes (x, y, 1), in samples of a target of that size, to the vector from the eye to there at depth 1."""
    to_clip = np.array([[2 / size[0], 0, -1], [0, 2 / size[1], -1], [0, 0, 1]])
    return np.asarray(np.linalg.inv(view_projection[[0, 1, 3], :3]) @ to_clip)


def window(drawable: GpuDrawable, view_projection: Float64) -> tuple[float, float, float, float]:
    """Low x, low y, high x, high y of a rectangle that holds the drawable, in normalised device coordinates."""
    (x0, y0, z0), (x1, y1, z1) = drawable.shape.box
    corners = np.array([(x, y, z, 1.0) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)])
    clip = corners @ (view_projection @ drawable.world).T
    if clip[:, 3].min() <= 0:  # the camera is inside the box
        return -1.0, -1.0, 1.0, 1.0
    places = (clip[:, :2] / clip[:, 3:]).clip(-1, 1)
    (left, bottom), (right, top) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
    return left, bottom, right, top

"""Shading after visibility, for rasterisers in software: what small triangles interpolate is kept first, shaded later.

    triangles -> SurfaceTarget, the surface in sight at each sample -> a rectangle for each drawable, which shades it

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
from renderer.passes.programs import FRAME_UNIT, PLACE_UNIT, MaterialPrograms, TriangleDraw
from renderer.passes.surface import is_transmissive
from renderer.scene.nodes import AlphaMode, Topology

LARGEST = 3840 * 2160
"""Samples of a target; each takes 32 bytes more."""

MOST_STORED = 4
"""Drawables: each has to look at all samples that its rectangle shares with the others'."""

SAMPLES_PER_TRIANGLE = 750
"""Of the whole target: where there are more for each of a drawable's triangles, these are large enough as they are."""


class SurfaceTarget:
    """The surface in sight at each sample of `samples`, by their depth; stored.glsl says how it lies in the textures.

    It is never cleared: nobody looks where the depth says that nothing has been drawn.
    """

    def __init__(self, device: Device, samples: SampleTarget) -> None:
        self._device = device
        self.samples = samples
        self.place, self.frame = (device.ctx.texture(samples.color.size, 4, dtype="u4") for _ in range(2))
        for texture in (self.place, self.frame):
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self.framebuffer = device.ctx.framebuffer([self.place, self.frame], samples.depth)

    def release(self) -> None:
        self._device.release_framebuffer(self.framebuffer)
        self.place.release()
        self.frame.release()


def surface_target(device: Device, samples: FrameTarget) -> SurfaceTarget | None:
    """One for these samples where it pays: not on a graphics card, and not for frames that are large or in tiles."""
    if device.software and isinstance(samples, SampleTarget) and np.prod(samples.color.size) <= LARGEST:
        return SurfaceTarget(device, samples)
    return None


def worth_storing(drawables: Sequence[GpuDrawable], size: tuple[int, int]) -> list[GpuDrawable]:
    """Those, a few, whose triangles are so small in a target of `size` (width, height) samples that it pays."""
    most_first = sorted(filter(fits, drawables), key=lambda one: -len(one.primitive.indices))
    enough = 3 * size[0] * size[1] / SAMPLES_PER_TRIANGLE
    return [one for one in most_first[:MOST_STORED] if len(one.primitive.indices) >= enough]


def fits(drawable: GpuDrawable) -> bool:
    """Whether its surface is opaque, and has no more to it than a SurfaceTarget holds."""
    primitive, material = drawable.primitive, drawable.material
    shapes = {texture.width / texture.height for texture in drawable.textures}  # of one shape: at levels in step
    return (
        primitive.topology is Topology.TRIANGLES and primitive.normals is not None and primitive.colors is None
        and material.alpha_mode is AlphaMode.OPAQUE and not is_transmissive(material) and not material.unlit
        and len(drawable.layout.uv_slots) <= 1 and len(shapes) <= 1 and len(drawable.textures) < MAX_MAPS
    )


class StoredDraws:
    """Draws the `drawables`, which are worth storing, into the samples of `surfaces`."""

    def __init__(
        self, gpu_scene: GpuScene, drawables: Sequence[GpuDrawable], programs: MaterialPrograms, surfaces: SurfaceTarget
    ) -> None:
        self._ctx = gpu_scene.device.ctx
        self._programs = programs
        self._surfaces = surfaces
        shared = {"SHARED": "1"} if len(drawables) > 1 else {}
        self._draws: dict[GpuDrawable, tuple[TriangleDraw, moderngl.Program, moderngl.VertexArray]] = {}
        for drawable in drawables:
            defines = {"STORED": "1", **shared, **_levels(drawable)}
            if drawable.layout.uv_slots:
                defines["STORED_UV"] = "v_uv0"
            store = programs.get(drawable, "material.vert.glsl", "store.frag.glsl", defines)
            shade = programs.get(drawable, "window.vert.glsl", "material.frag.glsl", defines)
            rectangle = self._ctx.vertex_array(shade, [])
            self._draws[drawable] = TriangleDraw.of(gpu_scene, drawable, store), shade, rectangle

    def __contains__(self, drawable: GpuDrawable) -> bool:
        return drawable in self._draws

    def draw(self, view_projection: Float64, *, mirrored: bool) -> None:
        """Draws all that is stored by the samples' depth. The samples are current before and after."""
        ctx, samples = self._ctx, self._surfaces.samples
        ctx.enable_only(moderngl.DEPTH_TEST)
        self._surfaces.framebuffer.use()
        for owner, (triangles, _, _) in enumerate(self._draws.values()):
            set_uniform(triangles.program, "u_owner", owner)
            triangles.render(self._programs, ctx, mirrored=mirrored)
        # The rectangles lie behind all there is, and are seen through nothing else: depth leaves out the empty samples.
        samples.framebuffer.use()
        samples.framebuffer.depth_mask = False
        ctx.enable_only(moderngl.DEPTH_TEST)
        ctx.depth_func = ">"
        self._surfaces.place.use(PLACE_UNIT)
        self._surfaces.frame.use(FRAME_UNIT)
        ways = matrix_bytes(rays(view_projection, samples.color.size))
        for owner, (drawable, (_, shade, rectangle)) in enumerate(self._draws.items()):
            uniforms = {"u_owner": owner, "u_rays": ways, "u_window": window(drawable, view_projection)}
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
    """(3, 3): takes (x, y, 1), a place in a target of that size, to the way from the eye to it, at a depth of 1."""
    to_clip = np.array([[2 / size[0], 0, -1], [0, 2 / size[1], -1], [0, 0, 1]])
    return np.asarray(np.linalg.inv(view_projection[[0, 1, 3], :3]) @ to_clip)


def window(drawable: GpuDrawable, view_projection: Float64) -> tuple[float, float, float, float]:
    """Low x, low y, high x, high y in clip space, -1 to 1, of a rectangle that holds the drawable."""
    (x0, y0, z0), (x1, y1, z1) = drawable.box
    corners = np.array([(x, y, z, 1.0) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)])
    clip = corners @ (view_projection @ drawable.world).T
    if clip[:, 3].min() <= 0:  # the camera is amid it
        return -1.0, -1.0, 1.0, 1.0
    places = (clip[:, :2] / clip[:, 3:]).clip(-1, 1)
    (left, bottom), (right, top) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
    return left, bottom, right, top

"""Boxes and balls to light, and a way to ask a shader snippet for its value at chosen points."""

from collections.abc import Callable, Sequence

import moderngl
import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32, Float64, UInt32
from renderer.gl.context import Device
from renderer.gl.programs import Programs, set_uniform
from renderer.scene.bounds import Bounds
from renderer.scene.nodes import AlphaMode, Material, Mesh, Node, Primitive, Scene, Topology

Vector = tuple[float, float, float]


def box_mesh(low: Vector, high: Vector) -> tuple[Float32, UInt32]:
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) * np.subtract(high, low) + low
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [index for a, b, c, d in quads for index in (a, b, c, a, c, d)]
    return corners.astype(np.float32), np.array(triangles, np.uint32)


def ball_mesh(rings: int = 24) -> tuple[Float32, UInt32]:
    """Radius 1 about the origin; its positions are its normals."""
    polar = np.linspace(0, np.pi, rings + 1)[:, None]
    around = np.linspace(0, 2 * np.pi, 2 * rings + 1)
    x, y, z = np.broadcast_arrays(np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around))
    points = np.stack([x, y, z], axis=-1)
    first = (np.arange(rings)[:, None] * (2 * rings + 1) + np.arange(2 * rings)).reshape(-1, 1)
    triangles = first + np.array([0, 2 * rings + 1, 1, 1, 2 * rings + 1, 2 * rings + 2])
    return points.reshape(-1, 3).astype(np.float32), triangles.ravel().astype(np.uint32)


def scene_of(positions: Float32, indices: UInt32, *, alpha: float = 1.0) -> Scene:
    mode = AlphaMode.OPAQUE if alpha == 1 else AlphaMode.BLEND
    material = Material(base_color_factor=(1.0, 1.0, 1.0, alpha), alpha_mode=mode)
    mesh = Mesh("mesh", [Primitive(Topology.TRIANGLES, positions, indices, 0)])
    return Scene(nodes=[Node("node", mesh=0)], roots=(0,), meshes=[mesh], materials=[material], images=[], skins=[],
                 clips=[])


def bounds_of(positions: Float32) -> Bounds:
    low, high = positions.min(axis=0).astype(np.float64), positions.max(axis=0).astype(np.float64)
    center = (low + high) / 2
    return Bounds(center, float(np.linalg.norm(positions - center, axis=1).max()), low, high)


def ask(
    device: Device, glsl: str, expression: str, bind: Callable[[moderngl.Program], object], *inputs: npt.ArrayLike
) -> Float64:
    """Evaluates a vec3 `expression` of the vec3s in0, in1, ... at each row of `inputs`, (n, 3) -> (n, 3).

    Each row is a pixel of 2x2 samples, whose mean is given, as a frame's resolve does.
    """
    arrays: Sequence[Float32] = [np.asarray(value, np.float32).reshape(-1, 3) for value in inputs]
    count = len(arrays[0])
    programs = Programs(device)
    lines = "".join(f"uniform sampler2D table{i};\n" for i in range(len(arrays)))
    place = "ivec2(gl_FragCoord.xy) / 2"
    reads = "".join(f"vec3 in{i} = texelFetch(table{i}, {place}, 0).xyz;\n" for i in range(len(arrays)))
    program = programs.get(
        "void main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }",
        f"{glsl}\n{lines}out vec4 result;\nvoid main() {{ {reads} result = vec4({expression}, 1.0); }}",
    )
    bind(program)
    tables = [device.ctx.texture((count, 1), 3, array.tobytes(), dtype="f4") for array in arrays]
    for unit, table in enumerate(tables, 8):
        table.use(unit)
        set_uniform(program, f"table{unit - 8}", unit)
    target = device.ctx.texture((2 * count, 2), 4, dtype="f4")
    framebuffer = device.ctx.framebuffer([target])
    triangle = device.ctx.vertex_array(program, [])
    with device.ctx.scope(framebuffer, moderngl.NOTHING):
        triangle.render(moderngl.TRIANGLES, vertices=3)
    samples = np.frombuffer(target.read(), np.float32).reshape(2, count, 2, 4)
    for texture in (*tables, target):
        texture.release()
    framebuffer.release()
    triangle.release()
    programs.release()
    return np.asarray(samples.mean(axis=(0, 2))[:, :3], np.float64)

"""What a device holds of a job that is over."""

import moderngl

from renderer.gl.context import Device, opened
from renderer.gl.programs import FULL_SCREEN, Programs
from renderer.gl.waiting import finish, flush

PICTURES = 64
"""That Mesa's software rasteriser draws at the same time, at most."""

_STEPS = 2_000_000
"""Of a computation that takes some 20 ms."""

_BUSY = """
uniform int u_steps;
out vec4 color;
void main() {
    float value = 0.5;
    for (int i = 0; i < u_steps; i++) value = fract(value * 3.7 + 0.1);
    color = vec4(value);
}
"""


def forget_pictures() -> None:
    """Has software rasterisers free what was released, textures and all, and changes nothing on graphics cards.

    Mesa's keeps all that a picture was drawn with until it reuses that picture's place for another one, and takes the
    first place that is free: hundreds of megabytes, for ever. So a pixel that takes long is drawn here, and while it
    takes the first place, one in each of the others.
    """
    for device in opened():
        if device.software:
            _draw_everywhere(device)


def _draw_everywhere(device: Device) -> None:
    programs = Programs(device)
    program = programs.get(FULL_SCREEN, _BUSY)
    triangle = device.ctx.vertex_array(program, [])
    device.idle.use()
    device.ctx.enable_only(moderngl.NOTHING)
    for steps in (_STEPS, *[0] * (PICTURES - 1)):
        program["u_steps"] = steps
        triangle.render(moderngl.TRIANGLES, vertices=3)
        flush(device)
    finish(device)
    triangle.release()
    programs.release()

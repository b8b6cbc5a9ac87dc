"""What a device holds between jobs."""

import moderngl

from renderer.gl.context import Device
from renderer.gl.idle import forget_pictures
from renderer.gl.programs import FULL_SCREEN, Programs
from renderer.gl.waiting import finish, flush
from tests.support.memory import resident_bytes

SIDE = 2048
BYTES = 16 * SIDE * SIDE
FILL = "out uvec4 color; void main() { color = uvec4(1); }"
READ = "uniform usampler2D u_picture; out vec4 color; void main() { color = vec4(texelFetch(u_picture, ivec2(1), 0)); }"


def test_pictures_that_were_released_are_freed(device: Device) -> None:
    """Several pictures were drawn with the large one before it was released."""
    ctx, programs = device.ctx, Programs(device)
    fill, read = programs.get(FULL_SCREEN, FILL), programs.get(FULL_SCREEN, READ)
    arrays = [ctx.vertex_array(program, []) for program in (fill, read)]
    picture = ctx.texture((64, 64), 4)
    small = ctx.framebuffer([picture])
    forget_pictures()
    before = resident_bytes()
    large = ctx.texture((SIDE, SIDE), 4, dtype="u4")
    target = ctx.framebuffer([large])
    target.use()
    ctx.enable_only(moderngl.NOTHING)
    arrays[0].render(moderngl.TRIANGLES, vertices=3)
    small.use()
    large.use(0)
    for _ in range(8):
        arrays[1].render(moderngl.TRIANGLES, vertices=3)
        flush(device)
    finish(device)
    assert resident_bytes() - before > BYTES * 0.9
    device.release_framebuffer(target)
    large.release()
    forget_pictures()
    assert resident_bytes() - before < BYTES * 0.5
    device.release_framebuffer(small)
    picture.release()
    for array in arrays:
        array.release()
    programs.release()

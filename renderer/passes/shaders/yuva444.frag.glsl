// Four neighbouring pixels (passes/yuva.py) at a time, into four planes of 16-bit numbers: straight colour as 10-bit
// BT.709 in limited range (Y 64..940, U and V 64..960) and alpha 0..1023, top row first.
#include "composite.glsl"
#if CELL_WIDTH != 4
#error "four values of 16 bits fill two words of each plane"
#endif

layout(std430, binding = 0) writeonly buffer Written { uint words[]; };
uniform ivec2 u_cells;

uvec4 limited(vec2 pixel) {
    vec4 color = straight(pixel);
    float y = luma(color.rgb);
    vec2 chroma = (color.br - y) / vec2(1.8556, 1.5748);
    return uvec4(vec4(64.0 + 876.0 * y, 512.0 + 896.0 * chroma, 1023.0 * color.a) + 0.5);
}

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    vec2 pixel = vec2(CELL_WIDTH * cell.x, cell.y);
    uvec4 left = limited(pixel) | limited(pixel + vec2(1.0, 0.0)) << 16;
    uvec4 right = limited(pixel + vec2(2.0, 0.0)) | limited(pixel + vec2(3.0, 0.0)) << 16;
    int place = 2 * (cell.y * u_cells.x + cell.x);
    for (int plane = 0; plane < 4; plane++) {
        words[place] = left[plane];
        words[place + 1] = right[plane];
        place += 2 * u_cells.x * u_cells.y;
    }
}

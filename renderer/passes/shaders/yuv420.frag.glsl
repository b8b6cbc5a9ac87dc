// A cell of 8x2 pixels (passes/yuv.py) at a time, into three planes of bytes: BT.709, limited range (16..235, 16..240),
// top row first. MPEG-2 siting: a chroma sample lies on the left pixel column of its 2x2 and between the rows, so columns
// count 1-2-1 and rows alike. The rows of the planes are filled up to whole cells.
#include "composite.glsl"
#if CELL_WIDTH != 8 || CELL_HEIGHT != 2
#error "a cell's luma fills two words of each of two rows, its chroma one word of each plane"
#endif

layout(std430, binding = 0) writeonly buffer Written { uint words[]; };
uniform ivec2 u_cells;

// Four bytes in a word, the first one lowest.
uint word(vec4 values) {
    uvec4 bytes = uvec4(values + 0.5);
    return bytes.x | bytes.y << 8 | bytes.z << 16 | bytes.w << 24;
}

// The mean colour of a pixel and of the one below.
vec3 column(vec2 pixel, out float top, out float bottom) {
    vec2 below = pixel + vec2(0.0, 1.0);
    vec3 upper = composited(pixel);
    vec3 lower = composited(below);
    top = 16.0 + 219.0 * luma(upper) + rounding_noise(pixel, 0.0);
    bottom = 16.0 + 219.0 * luma(lower) + rounding_noise(below, 0.0);
    return 0.5 * (upper + lower);
}

vec2 chroma(vec3 left, vec3 middle, vec3 right, vec2 pixel) {
    vec3 shown = 0.25 * left + 0.5 * middle + 0.25 * right;
    float y = luma(shown);
    vec2 noise = vec2(rounding_noise(pixel, 0.0), rounding_noise(pixel, 23.0));
    return 128.0 + 224.0 * (shown.br - y) / vec2(1.8556, 1.5748) + noise;
}

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    vec2 corner = vec2(cell * ivec2(CELL_WIDTH, CELL_HEIGHT));
    float unused;
    vec3 left = column(corner - vec2(1.0, 0.0), unused, unused);
    vec2 shades[4];
    int row = 4 * cell.y * u_cells.x + 2 * cell.x;
    for (int half_cell = 0; half_cell < 2; half_cell++) {
        vec2 pixel = corner + vec2(4 * half_cell, 0.0);
        vec4 top, bottom;
        vec3 a = column(pixel, top.x, bottom.x);
        vec3 b = column(pixel + vec2(1.0, 0.0), top.y, bottom.y);
        vec3 c = column(pixel + vec2(2.0, 0.0), top.z, bottom.z);
        vec3 d = column(pixel + vec2(3.0, 0.0), top.w, bottom.w);
        shades[2 * half_cell] = chroma(left, a, b, pixel);
        shades[2 * half_cell + 1] = chroma(b, c, d, pixel + vec2(2.0, 0.0));
        left = d;
        words[row + half_cell] = word(top);
        words[row + 2 * u_cells.x + half_cell] = word(bottom);
    }
    int plane = u_cells.x * u_cells.y;
    int place = 4 * plane + cell.y * u_cells.x + cell.x;
    words[place] = word(vec4(shades[0].x, shades[1].x, shades[2].x, shades[3].x));
    words[place + plane] = word(vec4(shades[0].y, shades[1].y, shades[2].y, shades[3].y));
}

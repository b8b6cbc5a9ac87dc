// Four neighbouring pixels of a row (passes/resolve.py) at a time, without gaps, top row first. CHANNELS is 3 for RGB or 4
// for RGBA of 8 bits; with DEEP it is RGBA of half floats. Rows are filled up to whole cells.
#include "composite.glsl"
#if CELL_WIDTH != 4
#error "four pixels of three bytes fill three words"
#endif

layout(std430, binding = 0) writeonly buffer Written { uint words[]; };
uniform int u_columns;  // cells of a row

vec4 shown(vec2 pixel) {
#ifdef COMPOSITE
    return vec4(composited(pixel) + rounding_noise(pixel, 0.0) / 255.0, 1.0);
#elif defined(STRAIGHT)
    return straight(pixel);
#else
    return resolved(pixel);
#endif
}

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    vec2 pixel = vec2(CELL_WIDTH * cell.x, cell.y);
    vec4 a = shown(pixel);
    vec4 b = shown(pixel + vec2(1.0, 0.0));
    vec4 c = shown(pixel + vec2(2.0, 0.0));
    vec4 d = shown(pixel + vec2(3.0, 0.0));
    int place = cell.y * u_columns + cell.x;
#ifdef DEEP
    uvec4 left = uvec4(packHalf2x16(a.rg), packHalf2x16(a.ba), packHalf2x16(b.rg), packHalf2x16(b.ba));
    uvec4 right = uvec4(packHalf2x16(c.rg), packHalf2x16(c.ba), packHalf2x16(d.rg), packHalf2x16(d.ba));
    for (int i = 0; i < 4; i++) {
        words[8 * place + i] = left[i];
        words[8 * place + 4 + i] = right[i];
    }
#elif CHANNELS == 4
    words[4 * place] = packUnorm4x8(a);
    words[4 * place + 1] = packUnorm4x8(b);
    words[4 * place + 2] = packUnorm4x8(c);
    words[4 * place + 3] = packUnorm4x8(d);
#else
    words[3 * place] = packUnorm4x8(vec4(a.rgb, b.r));
    words[3 * place + 1] = packUnorm4x8(vec4(b.gb, c.rg));
    words[3 * place + 2] = packUnorm4x8(vec4(c.b, d.rgb));
#endif
}

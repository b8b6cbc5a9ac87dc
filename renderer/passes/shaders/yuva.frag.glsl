// Four neighbouring pixels in a texel of each plane: straight colour as 10-bit BT.709 in limited range (Y 64..940, U and
// V 64..960) and alpha 0..1023, top row first.
#include "composite.glsl"

layout(location = 0) out uvec4 out_y;
layout(location = 1) out uvec4 out_u;
layout(location = 2) out uvec4 out_v;
layout(location = 3) out uvec4 out_alpha;

// The mean of the four samples in full precision: some drivers filter 8-bit textures to 8 bits.
vec4 precise(vec2 pixel) {
    ivec2 at = 2 * ivec2(pixel.x, u_size.y - 1.0 - pixel.y);
    return 0.25 * (
        texelFetch(u_samples, at, 0) + texelFetch(u_samples, at + ivec2(1, 0), 0)
        + texelFetch(u_samples, at + ivec2(0, 1), 0) + texelFetch(u_samples, at + ivec2(1, 1), 0));
}

uvec4 straight(vec2 pixel) {
    vec4 color = precise(pixel);
    vec3 shown = color.a > 0.0 ? min(color.rgb / color.a, 1.0) : vec3(0.0);
    float y = luma(shown);
    vec2 chroma = (shown.br - y) / vec2(1.8556, 1.5748);
    return uvec4(vec4(64.0 + 876.0 * y, 512.0 + 896.0 * chroma, 1023.0 * color.a) + 0.5);
}

void main() {
    vec2 pixel = floor(gl_FragCoord.xy) * vec2(4.0, 1.0);
    uvec4 a = straight(pixel);
    uvec4 b = straight(pixel + vec2(1.0, 0.0));
    uvec4 c = straight(pixel + vec2(2.0, 0.0));
    uvec4 d = straight(pixel + vec2(3.0, 0.0));
    out_y = uvec4(a.x, b.x, c.x, d.x);
    out_u = uvec4(a.y, b.y, c.y, d.y);
    out_v = uvec4(a.z, b.z, c.z, d.z);
    out_alpha = uvec4(a.w, b.w, c.w, d.w);
}

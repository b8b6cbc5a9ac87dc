// Four neighbouring pixels in a texel of each plane: straight colour as 10-bit BT.709 in limited range (Y 64..940, U and
// V 64..960) and alpha 0..1023, top row first.
#include "composite.glsl"

layout(location = 0) out uvec4 out_y;
layout(location = 1) out uvec4 out_u;
layout(location = 2) out uvec4 out_v;
layout(location = 3) out uvec4 out_alpha;

uvec4 limited(vec2 pixel) {
    vec4 color = straight(pixel);
    float y = luma(color.rgb);
    vec2 chroma = (color.br - y) / vec2(1.8556, 1.5748);
    return uvec4(vec4(64.0 + 876.0 * y, 512.0 + 896.0 * chroma, 1023.0 * color.a) + 0.5);
}

void main() {
    vec2 pixel = floor(gl_FragCoord.xy) * vec2(4.0, 1.0);
    uvec4 a = limited(pixel);
    uvec4 b = limited(pixel + vec2(1.0, 0.0));
    uvec4 c = limited(pixel + vec2(2.0, 0.0));
    uvec4 d = limited(pixel + vec2(3.0, 0.0));
    out_y = uvec4(a.x, b.x, c.x, d.x);
    out_u = uvec4(a.y, b.y, c.y, d.y);
    out_v = uvec4(a.z, b.z, c.z, d.z);
    out_alpha = uvec4(a.w, b.w, c.w, d.w);
}

// Four neighbouring pixels' luma in one texel: BT.709, limited range (16..235), top row first.
#include "composite.glsl"

out vec4 out_luma;

float limited_luma(vec2 pixel) {
    return (16.0 + 219.0 * luma(composited(pixel)) + grain(pixel, 0.0)) / 255.0;
}

void main() {
    vec2 pixel = floor(gl_FragCoord.xy) * vec2(4.0, 1.0);
    out_luma = vec4(
        limited_luma(pixel), limited_luma(pixel + vec2(1.0, 0.0)),
        limited_luma(pixel + vec2(2.0, 0.0)), limited_luma(pixel + vec2(3.0, 0.0)));
}

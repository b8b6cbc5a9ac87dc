// Chroma of 2x2 pixels: BT.709, limited range (16..240), top row first. MPEG-2 siting: a chroma sample lies on the left
// pixel column and between the two rows, so columns count 1-2-1 and rows alike.
#include "composite.glsl"

layout(location = 0) out float out_u;
layout(location = 1) out float out_v;

vec3 both_rows(vec2 pixel) {
    return 0.5 * (composited(pixel) + composited(pixel + vec2(0.0, 1.0)));
}

void main() {
    vec2 pixel = floor(gl_FragCoord.xy) * 2.0;
    vec3 shown = 0.25 * both_rows(pixel - vec2(1.0, 0.0)) + 0.5 * both_rows(pixel) + 0.25 * both_rows(pixel + vec2(1.0, 0.0));
    float y = luma(shown);
    vec2 noise = vec2(grain(pixel, 0.0), grain(pixel, 23.0));
    out_u = (128.0 + 224.0 * (shown.b - y) / 1.8556 + noise.x) / 255.0;
    out_v = (128.0 + 224.0 * (shown.r - y) / 1.5748 + noise.y) / 255.0;
}

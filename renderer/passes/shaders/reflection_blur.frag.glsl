// The faded reflection, blurred the more the higher its object is.
#include "display.glsl"

uniform sampler2D u_faded;    // premultiplied, with mip levels
uniform sampler2D u_heights;  // times alpha; alpha
uniform float u_blur;         // radius in pixels at the reflection's end
uniform float u_sharpest;     // mip level at the ground

out vec4 out_color;

void main() {
    vec2 texel = 1.0 / vec2(textureSize(u_faded, 0));
    vec2 uv = gl_FragCoord.xy * texel;
    // Around the outline, where nothing is, the blur is that of the nearest parts.
    vec2 here = textureLod(u_heights, uv, 1.0).rg;
    vec2 around = textureLod(u_heights, uv, log2(max(u_blur, 1.0)) + 1.0).rg;
    float height = mix(around.r / max(around.g, 1e-3), here.r / max(here.g, 1e-3), here.g);
    float level = max(log2(max(u_blur * height, 1e-3)), u_sharpest);
    // Four bilinear taps half a texel away make a quadratic spline of the level: no texel shows.
    vec2 away = 0.5 * exp2(level) * texel;
    vec4 color = 0.25 * (
        textureLod(u_faded, uv + away, level) + textureLod(u_faded, uv - away, level)
        + textureLod(u_faded, uv + vec2(away.x, -away.y), level) + textureLod(u_faded, uv + vec2(-away.x, away.y), level));
    out_color = color + dither(float(SUPERSAMPLING) * gl_FragCoord.xy);
}

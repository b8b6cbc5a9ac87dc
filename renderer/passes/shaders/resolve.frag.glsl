// The frame as RGBA8 or RGB in RGBA8, top row first.
#include "composite.glsl"

out vec4 out_color;

void main() {
    vec2 pixel = floor(gl_FragCoord.xy);
#ifdef COMPOSITE
    out_color = vec4(composited(pixel) + rounding_noise(pixel, 0.0) / 255.0, 1.0);
#elif defined(STRAIGHT)
    out_color = straight(pixel);
#else
    out_color = resolved(pixel);
#endif
}

// A shadow alone, as premultiplied black: a lit floor is not drawn, so any backdrop can take its place.
#include "display.glsl"

uniform sampler2D u_shadow;
uniform float u_strength;
uniform float u_level;

in vec2 v_uv;
out vec4 out_color;

void main() {
    float opacity = u_strength * textureLod(u_shadow, v_uv, u_level).r;
    out_color = vec4(0.0, 0.0, 0.0, opacity + dither(gl_FragCoord.xy));
}

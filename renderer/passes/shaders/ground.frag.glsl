// A shadow alone, as premultiplied black: a lit floor is not drawn, so any backdrop can take its place.
#include "display.glsl"

uniform sampler2D u_shadow;
uniform float u_strength;

in vec2 v_uv;
out vec4 out_color;

void main() {
    float opacity = u_strength * texture(u_shadow, v_uv).r;
    out_color = vec4(0.0, 0.0, 0.0, opacity + dither(gl_FragCoord.xy));
}

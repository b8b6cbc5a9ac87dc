// The ground shadow from its sharp and its wide picture: the wide one where it is blurred by a texel of it or more, as near
// the contact with the ground it isn't. Shares below HAZE are faded out, to keep the backdrop clean, and all fades out
// along the rectangle's edges.
#include "blur_width.glsl"

uniform sampler2D sharp;
uniform sampler2D wide;
uniform float fade;       // share of the rectangle's size

out float blocked;

const float HAZE = 0.05;  // 2.4/255 of opacity at most are lost, and the faint end of a shadow doesn't tint the backdrop

void main() {
    vec2 uv = gl_FragCoord.xy / vec2(textureSize(sharp, 0));
    vec2 near = texelFetch(sharp, ivec2(gl_FragCoord.xy), 0).rg;
    vec2 parts = mix(near, texture(wide, uv).rg, clamp(blur_width(uv) - 0.5, 0.0, 1.0));  // the key's and the dome's
    float inset = 0.5 / float(textureSize(sharp, 0).x);
    vec2 edge = smoothstep(inset, fade, 0.5 - abs(uv - 0.5));
    float share = parts.r + parts.g;
    blocked = share * smoothstep(0.0, HAZE, share) * edge.x * edge.y;
}

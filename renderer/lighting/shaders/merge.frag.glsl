// The ground shadow from its sharp and its wide picture. The edges of single lights' shadows are visible only where little
// light is blocked: there the wide picture replaces the sharp one, and contact shadows stay sharp. Shares below HAZE are
// faded out, to keep the backdrop clean, and all fades out along the rectangle's edges. The part of a small key
// is not widened: its edge is meant to be seen, and would have a bright ring around it.
uniform sampler2D sharp;
uniform sampler2D wide;
uniform float fade;       // share of the rectangle's size
uniform vec2 steps;       // blocked light up to which the wide picture counts alone, and from which the sharp one does
uniform float widened;    // share of the key's part that the wide picture may take over

out float blocked;

const float HAZE = 0.12;

void main() {
    vec2 uv = gl_FragCoord.xy / vec2(textureSize(sharp, 0));
    vec2 parts = texelFetch(sharp, ivec2(gl_FragCoord.xy), 0).rg;  // the key's and the dome's
    vec2 wider = texture(wide, uv).rg;
    float near = parts.r + parts.g;
    float far = mix(parts.r, wider.r, widened) + wider.g;
    float inset = 0.5 / float(textureSize(sharp, 0).x);
    vec2 edge = smoothstep(inset, fade, 0.5 - abs(uv - 0.5));
    float share = mix(far, near, smoothstep(steps.x, steps.y, max(near, far)));
    blocked = share * smoothstep(0.0, HAZE, share) * edge.x * edge.y;
}

// The ground shadow from its sharp and its wide picture: the steps between single lights show only where little light is
// blocked, so that is where the wide one takes over; thin feet keep their contact. The faintest haze is lifted to nothing, as a
// retoucher does to keep a backdrop clean up to the picture's edge, and all fades out at the rectangle's edges. A small
// key's part is not widened: its edge is meant to show, and would have a pale ring around it.
uniform sampler2D sharp;
uniform sampler2D wide;
uniform float fade;       // share of the rectangle's size
uniform vec2 steps;       // blocked light below which single lights show, all of them and none
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
    float share = mix(near, far, smoothstep(steps.y, steps.x, max(near, far)));
    blocked = share * smoothstep(0.0, HAZE, share) * edge.x * edge.y;
}

// The ground shadow from its sharp and its wide picture: the steps between single lights show only where little light is
// blocked, so that is where the wide one takes over; thin feet keep their contact. The faintest haze is lifted to nothing, as a
// retoucher does to keep a backdrop clean up to the picture's edge, and all fades out at the rectangle's edges.
uniform sampler2D sharp;
uniform sampler2D wide;
uniform float fade;  // share of the rectangle's size

out float blocked;

const float HAZE = 0.12;

void main() {
    vec2 uv = gl_FragCoord.xy / vec2(textureSize(sharp, 0));
    float near = texelFetch(sharp, ivec2(gl_FragCoord.xy), 0).r;
    float far = texture(wide, uv).r;
    float inset = 0.5 / float(textureSize(sharp, 0).x);
    vec2 edge = smoothstep(inset, fade, 0.5 - abs(uv - 0.5));
    float share = mix(near, far, smoothstep(0.4, 0.12, max(near, far)));
    blocked = share * smoothstep(0.0, HAZE, share) * edge.x * edge.y;
}

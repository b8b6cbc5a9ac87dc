// The ground shadow from its sharp and its wide picture: the steps between single lights show only where little light is
// blocked, so that is where the wide one takes over; thin feet keep their contact. Fades out at the rectangle's edges.
uniform sampler2D sharp;
uniform sampler2D wide;
uniform float fade;  // share of the rectangle's size

out float blocked;

void main() {
    vec2 uv = gl_FragCoord.xy / vec2(textureSize(sharp, 0));
    float near = texelFetch(sharp, ivec2(gl_FragCoord.xy), 0).r;
    float far = texture(wide, uv).r;
    float inset = 0.5 / float(textureSize(sharp, 0).x);
    vec2 edge = smoothstep(inset, fade, 0.5 - abs(uv - 0.5));
    blocked = mix(near, far, smoothstep(0.4, 0.12, max(near, far))) * edge.x * edge.y;
}

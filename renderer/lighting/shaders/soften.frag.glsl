// One direction of a Gaussian blur; the second pass also fades out towards the rectangle's edges.
uniform sampler2D source;
uniform ivec2 direction;  // (1, 0) or (0, 1)
uniform float fade;       // share of the rectangle's size over which it fades, or 0

out float blocked;

const float WEIGHTS[4] = float[](0.2702703, 0.2162162, 0.1216216, 0.0270270);  // binomial (12 over k), tails folded in

void main() {
    ivec2 size = textureSize(source, 0);
    ivec2 center = ivec2(gl_FragCoord.xy);
    float sum = 0.0;
    for (int i = -3; i <= 3; i++) {
        ivec2 texel = clamp(center + i * direction, ivec2(0), size - 1);
        sum += WEIGHTS[abs(i)] * texelFetch(source, texel, 0).r;
    }
    if (fade > 0.0) {
        vec2 inset = 0.5 - abs(gl_FragCoord.xy / vec2(size) - 0.5);
        vec2 edge = smoothstep(0.0, fade, inset - 1.0 / vec2(size));
        sum *= edge.x * edge.y;
    }
    blocked = sum;
}

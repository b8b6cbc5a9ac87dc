// One direction of a Gaussian blur that is as wide everywhere: SIGMA texels.
uniform sampler2D source;
uniform ivec2 direction;  // (1, 0) or (0, 1)

out vec2 blocked;

const int REACH = int(ceil(2.5 * SIGMA));

void main() {
    ivec2 last = textureSize(source, 0) - 1;
    ivec2 center = ivec2(gl_FragCoord.xy);
    vec2 sum = vec2(0.0);
    float weights = 0.0;
    for (int i = -REACH; i <= REACH; i++) {
        float weight = exp(-0.5 * float(i * i) / (SIGMA * SIGMA));
        sum += weight * texelFetch(source, clamp(center + i * direction, ivec2(0), last), 0).rg;
        weights += weight;
    }
    blocked = sum / weights;
}

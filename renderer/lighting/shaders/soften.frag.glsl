// One direction of a Gaussian blur of two shares of blocked light.
uniform sampler2D source;
uniform ivec2 direction;  // (1, 0) or (0, 1)
uniform float sigma;      // texels

out vec2 blocked;

void main() {
    ivec2 last = textureSize(source, 0) - 1;
    ivec2 center = ivec2(gl_FragCoord.xy);
    int reach = int(ceil(2.5 * sigma));
    vec2 sum = vec2(0.0);
    float weights = 0.0;
    for (int i = -reach; i <= reach; i++) {
        float weight = exp(-0.5 * float(i * i) / (sigma * sigma));
        sum += weight * texelFetch(source, clamp(center + i * direction, ivec2(0), last), 0).rg;
        weights += weight;
    }
    blocked = sum / weights;
}

// One direction of a Gaussian blur of the blocked shares of the key's and the dome's light, as wide as they allow.
#include "blur_width.glsl"

uniform sampler2D source;
uniform ivec2 direction;  // (1, 0) or (0, 1)

out vec2 blocked;

void main() {
    ivec2 last = textureSize(source, 0) - 1;
    ivec2 center = ivec2(gl_FragCoord.xy);
    vec2 sigma = max(blur_width(gl_FragCoord.xy / vec2(last + 1)), 1e-3);
    vec2 steepness = -0.5 / (sigma * sigma);
    int reach = int(2.5 * max(sigma.x, sigma.y) + 0.5);
    vec2 sum = texelFetch(source, center, 0).rg;
    vec2 weights = vec2(1.0);
    for (int i = 1; i <= reach; i++) {
        vec2 weight = exp(float(i * i) * steepness);
        ivec2 before = max(center - i * direction, ivec2(0)), after = min(center + i * direction, last);
        sum += weight * (texelFetch(source, before, 0).rg + texelFetch(source, after, 0).rg);
        weights += 2.0 * weight;
    }
    blocked = sum / weights;
}

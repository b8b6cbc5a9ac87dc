// One direction of a Gaussian blur that is as wide everywhere: SIGMA texels.
uniform sampler2D source;
uniform ivec2 direction;  // (1, 0) or (0, 1)

out vec2 blocked;

const int REACH = int(ceil(2.5 * SIGMA));

// Texel `at` along the direction; every WOVENth stands beside each other in the source.
vec2 blocked_at(int at, int last) {
    at = clamp(at, 0, last);
    int woven = at % WOVEN * ((last + 1) / WOVEN) + at / WOVEN;
    ivec2 here = ivec2(gl_FragCoord.xy);
    return texelFetch(source, here + direction * (woven - here), 0).rg;
}

void main() {
    int last = textureSize(source, 0).x - 1;
    int center = direction.x == 1 ? int(gl_FragCoord.x) : int(gl_FragCoord.y);
    vec2 sum = vec2(0.0);
    float weights = 0.0;
    for (int i = -REACH; i <= REACH; i++) {
        float weight = exp(-0.5 * float(i * i) / (SIGMA * SIGMA));
        sum += weight * blocked_at(center + i, last);
        weights += weight;
    }
    blocked = sum / weights;
}

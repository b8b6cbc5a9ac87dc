// The mean of each square of texels: SHRUNK texels on each side (lighting/ground_shadow.py).
uniform sampler2D source;

out vec2 mean;

void main() {
    ivec2 corner = ivec2(gl_FragCoord.xy) * SHRUNK;
    vec2 sum = vec2(0.0);
    for (int y = 0; y < SHRUNK; y++) {
        for (int x = 0; x < SHRUNK; x++) sum += texelFetch(source, corner + ivec2(x, y), 0).rg;
    }
    mean = sum / float(SHRUNK * SHRUNK);
}

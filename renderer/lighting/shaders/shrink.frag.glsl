// The mean of each square of texels: a quarter of the source's width and height.
uniform sampler2D source;

out vec2 mean;

const int SIDE = 4;

void main() {
    ivec2 corner = ivec2(gl_FragCoord.xy) * SIDE;
    vec2 sum = vec2(0.0);
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) sum += texelFetch(source, corner + ivec2(x, y), 0).rg;
    }
    mean = sum / float(SIDE * SIDE);
}

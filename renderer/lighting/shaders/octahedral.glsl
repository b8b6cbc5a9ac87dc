// Octahedral map of the whole sphere with a border, shared by all mip levels (lighting/prefilter.py).
// Inside the border, the square holds the octahedron; the border repeats the directions beyond its edges, so that
// bilinear and trilinear filters never mix directions that are not neighbours.
const float OCTAHEDRAL_BORDER = 1.0 / float(COARSEST_SIZE);  // a texel of the coarsest level

vec2 octahedral_uv(vec3 direction) {
    vec3 d = direction / (abs(direction.x) + abs(direction.y) + abs(direction.z));
    vec2 upper = d.xz;
    vec2 lower = (1.0 - abs(d.zx)) * vec2(d.x < 0.0 ? -1.0 : 1.0, d.z < 0.0 ? -1.0 : 1.0);
    vec2 square = d.y < 0.0 ? lower : upper;
    return square * (0.5 - OCTAHEDRAL_BORDER) + 0.5;
}

vec3 octahedral_direction(vec2 uv) {
    vec2 square = (uv - 0.5) / (0.5 - OCTAHEDRAL_BORDER);
    // A step over an edge lands on the same edge, mirrored about its middle.
    if (abs(square.x) > 1.0) square = vec2(sign(square.x) * 2.0 - square.x, -square.y);
    if (abs(square.y) > 1.0) square = vec2(-square.x, sign(square.y) * 2.0 - square.y);
    float height = 1.0 - abs(square.x) - abs(square.y);
    float fold = max(-height, 0.0);
    return normalize(vec3(
        square.x - (square.x < 0.0 ? -fold : fold), height, square.y - (square.y < 0.0 ? -fold : fold)));
}

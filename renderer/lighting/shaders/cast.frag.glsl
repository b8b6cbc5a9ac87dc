// Where geometry blocks light. Masked and blended surfaces are drawn as GpuScene.draw_geometry says.
uniform sampler2D u_alpha_map;
uniform vec3 u_alpha;  // factor, cutoff, 1 where the map counts
uniform vec2 weight;  // the light, as one of the key or of the dome

in vec2 alpha_uv;
out vec2 blocked;

void main() {
    float alpha = u_alpha.z > 0.5 ? u_alpha.x * texture(u_alpha_map, alpha_uv).a : u_alpha.x;
    if (alpha < u_alpha.y) discard;
    blocked = weight;
}

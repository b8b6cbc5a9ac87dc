// Where geometry blocks light. Masked and blended surfaces are drawn as GpuScene.draw_geometry says; where there are none,
// OPAQUE is defined: without a discard, software hides what lies behind before it is shaded.
uniform vec2 weight;  // the light, as one of the key or of the dome

out vec2 blocked;

#ifndef OPAQUE
uniform sampler2D u_alpha_map;
uniform vec3 u_alpha;  // factor, cutoff, 1 where the map counts

in vec2 alpha_uv;
#endif

void main() {
#ifndef OPAQUE
    float alpha = u_alpha.z > 0.5 ? u_alpha.x * texture(u_alpha_map, alpha_uv).a : u_alpha.x;
    if (alpha < u_alpha.y) discard;
#endif
    blocked = weight;
}

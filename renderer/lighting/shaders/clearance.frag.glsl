// How far what is drawn is from the place of the ground that is seen through it (lighting/clearance.py). Masked and
// blended surfaces are drawn as GpuScene.draw_geometry says.
uniform sampler2D u_alpha_map;
uniform vec3 u_alpha;  // factor, cutoff, 1 where the map counts
uniform float slant;   // metres along the view per metre of height

in vec2 alpha_uv;
in float height;
out float distance_;

void main() {
    float alpha = u_alpha.z > 0.5 ? u_alpha.x * texture(u_alpha_map, alpha_uv).a : u_alpha.x;
    if (alpha < u_alpha.y) discard;
    distance_ = slant * height;
}

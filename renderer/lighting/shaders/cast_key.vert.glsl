// Geometry seen from one part of the key, into one tile of the key shadow's atlas.
in vec3 in_position;
in vec2 in_alpha_uv;

uniform mat4 u_model;
uniform vec3 center;       // of the bounding box
uniform vec2 shear;
uniform vec3 scale;        // shares of a tile per metre of x and z, and of the depth range per metre of height

out vec2 alpha_uv;

void main() {
    vec3 position = (u_model * vec4(in_position, 1.0)).xyz - center;
    gl_Position = vec4(2.0 * vec3(position.xz - shear * position.y, -position.y) * scale, 1.0);
    alpha_uv = in_alpha_uv;
}

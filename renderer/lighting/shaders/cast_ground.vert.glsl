// Geometry flattened onto the ground along one light's direction.
in vec3 in_position;
in vec2 in_alpha_uv;

uniform mat4 u_model;
uniform vec2 shear;        // of the light: xz moved per height
uniform float ground;      // world height, metres
uniform vec4 window;       // low x, low z, 2 / width, 2 / depth of the shadow's rectangle
uniform float layer;       // clip depth, nearer for each light than for the one before

out vec2 alpha_uv;
out float height;          // above the ground, metres

void main() {
    vec3 position = (u_model * vec4(in_position, 1.0)).xyz;
    height = max(position.y - ground, 0.0);
    vec2 spot = position.xz - shear * height;
    gl_Position = vec4((spot - window.xy) * window.zw - 1.0, layer, 1.0);
    alpha_uv = in_alpha_uv;
}

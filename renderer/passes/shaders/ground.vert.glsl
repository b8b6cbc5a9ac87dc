// A part of the shadow's rectangle, on the ground and behind all that is drawn.
uniform vec4 u_rectangle;  // low x, low z, size x, size z
uniform float u_ground;
uniform mat4 u_view_projection;

in vec2 in_uv;
out vec2 v_uv;

void main() {
    v_uv = in_uv;
    vec2 place = u_rectangle.xy + v_uv * u_rectangle.zw;
    gl_Position = u_view_projection * vec4(place.x, u_ground, place.y, 1.0);
    gl_Position.z = 0.9999 * gl_Position.w;
}

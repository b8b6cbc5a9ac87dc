// The shadow's rectangle on the ground, as a strip of four vertices.
uniform vec4 u_rectangle;  // low x, low z, size x, size z
uniform float u_ground;
uniform mat4 u_view_projection;

out vec2 v_uv;

void main() {
    v_uv = vec2(gl_VertexID >> 1, gl_VertexID & 1);
    vec2 place = u_rectangle.xy + v_uv * u_rectangle.zw;
    gl_Position = u_view_projection * vec4(place.x, u_ground, place.y, 1.0);
}

// Vertices to world and clip space, with what the material's fragment shader asks for.
#include "unit.glsl"

uniform mat4 u_model;
uniform mat3 u_normal_matrix;
uniform mat4 u_view_projection;

in vec3 in_position;
out vec3 v_position;

#ifdef HAS_NORMAL
in vec3 in_normal;
out vec3 v_normal;
#endif

#ifdef HAS_TANGENT
uniform float u_mirror;  // -1 where u_model turns the winding around
in vec4 in_tangent;
out vec4 v_tangent;
#endif

#ifdef HAS_COLOR
in vec4 in_color;
out vec4 v_color;
#endif

#define UV_DIRECTION out
UV_ATTRIBUTES
UVS

void main() {
    vec4 world = u_model * vec4(in_position, 1.0);
    v_position = world.xyz;
#ifdef HAS_NORMAL
    v_normal = unit(u_normal_matrix * in_normal);
#endif
#ifdef HAS_TANGENT
    v_tangent = vec4(unit(mat3(u_model) * in_tangent.xyz), in_tangent.w * u_mirror);
#endif
#ifdef HAS_COLOR
    v_color = in_color;
#endif
    PASS_UVS
    gl_Position = u_view_projection * world;
}

// What the visible triangles interpolate, at each sample, for g_buffer.glsl.
in vec3 v_normal;
#ifdef HAS_TANGENT
in vec4 v_tangent;
#endif
#define UV_DIRECTION in
UVS
MAPS

uniform uint u_owner;

layout(location = 0) out uvec4 out_depth_uv;
layout(location = 1) out uvec4 out_tangents;

void main() {
    vec2 uv = vec2(0.0);
    float level = 0.0;
#ifdef DEFERRED_UV
    uv = DEFERRED_UV;
    level = textureQueryLod(u_map0, uv).y;
#endif
    out_depth_uv = floatBitsToUint(vec4(1.0 / gl_FragCoord.w, uv, level));
    vec4 tangent = vec4(0.0);
#ifdef HAS_TANGENT
    tangent = v_tangent;
#endif
    uint sides = (gl_FrontFacing ? 1u : 0u) | (tangent.w < 0.0 ? 2u : 0u);
    out_tangents = uvec4(packSnorm2x16(v_normal.xy), packSnorm2x16(vec2(v_normal.z, tangent.x)),
        packSnorm2x16(tangent.yz), u_owner << 2 | sides);
}

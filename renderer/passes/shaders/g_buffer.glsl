// In place of what a triangle interpolates: what g_buffer.frag.glsl has stored of the visible surface.
uniform usampler2D u_g_buffer_depth_uv;  // as floats: depth along the optical axis, texture coordinates, first map's level
uniform usampler2D u_g_buffer_tangents;  // normal and tangent, 16 bits signed each; owner, then a bit for each one's side
uniform uint u_owner;
uniform mat3 u_rays;         // takes a sample's (x, y, 1) to the vector from the eye to it at depth 1
#define UV_DIRECTION
UVS

vec3 v_position;
vec3 v_normal;
vec4 v_tangent;
float map_level;
#define READ(map, uv, more) textureLod(map, uv, map_level + more)  // levels more than the first map has
bool front_facing;

// False where another drawable is visible.
bool fetch_surface() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    vec4 depth_uv = uintBitsToFloat(texelFetch(u_g_buffer_depth_uv, here, 0));
    uvec4 tangents = texelFetch(u_g_buffer_tangents, here, 0);
    v_position = u_eye + depth_uv.x * (u_rays * vec3(gl_FragCoord.xy, 1.0));
#ifdef DEFERRED_UV
    DEFERRED_UV = depth_uv.yz;
#endif
    map_level = depth_uv.w;
    vec2 shared_half = unpackSnorm2x16(tangents.y);
    v_normal = vec3(unpackSnorm2x16(tangents.x), shared_half.x);
    v_tangent = vec4(shared_half.y, unpackSnorm2x16(tangents.z), (tangents.w & 2u) == 0u ? 1.0 : -1.0);
    front_facing = (tangents.w & 1u) == 1u;
    return tangents.w >> 2 == u_owner;
}

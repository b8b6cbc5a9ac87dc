// What a material's fragment shader gets: the material's constants and textures, and what its triangles interpolate.
layout(std140) uniform Material {  // passes/surface.py fills it in this order
    vec4 base_color;
    vec4 emissive;              // colour, occlusion strength
    vec4 surface;               // metallic, roughness, normal scale, alpha cutoff
    vec4 dielectric;            // F0, specular factor
    vec4 clearcoat;             // factor, roughness, normal scale; 1 where any reflection of the material is coloured
    vec4 sheen;                 // colour, roughness
    vec4 anisotropy;            // strength, cosine and sine of the rotation
    vec4 iridescence;           // factor, index of refraction, thickness in nanometres at texels of 0 and 1
    vec4 transmission;          // factor, volume thickness, index of refraction, its spread to red and blue
    vec4 attenuation;           // absorption coefficients per metre
    vec4 diffuse_transmission;  // colour, factor
} material;

uniform vec3 u_eye;  // in the world
MAPS
#ifdef DEFERRED
#include "g_buffer.glsl"
#else
in vec3 v_position;  // in the world
#ifdef HAS_NORMAL
in vec3 v_normal;
#endif
#ifdef HAS_TANGENT
in vec4 v_tangent;
#endif
#ifdef HAS_COLOR
in vec4 v_color;
#endif
#define UV_DIRECTION in
UVS
#define front_facing gl_FrontFacing
#define READ(map, uv, more) texture(map, uv)
#endif

// Mirrored repeat, which moderngl's samplers lack: a triangle wave, continuous over the mirrors.
float mirrored(float x) { return 1.0 - abs(2.0 * fract(0.5 * x) - 1.0); }
vec2 mirrored_10(vec2 uv) { return vec2(mirrored(uv.x), uv.y); }
vec2 mirrored_01(vec2 uv) { return vec2(uv.x, mirrored(uv.y)); }
vec2 mirrored_11(vec2 uv) { return vec2(mirrored(uv.x), mirrored(uv.y)); }

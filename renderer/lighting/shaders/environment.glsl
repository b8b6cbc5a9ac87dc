// Light for any material shader, bound by Environment.bind.
#include "octahedral.glsl"

uniform sampler2D specular_map;
uniform sampler2D brdf_lut;
uniform vec3 irradiance_sh[9];
uniform vec3 key_direction;
uniform vec3 key_irradiance;
uniform float key_spread;  // sine of the key's half angle

// Radiance of the environment around `direction`, blurred as a surface of that perceptual roughness reflects it.
vec3 specular_light(vec3 direction, float roughness) {
    return textureLod(specular_map, octahedral_uv(direction), SPECULAR_MAX_LOD * roughness * (2.0 - roughness)).rgb;
}

// Scale and bias of F0: specular reflectance is f0 * x + y.
vec2 split_sum(float cos_v, float roughness) {
#ifdef IRRADIANCE_MAP
    const float EDGE = 0.5 / float(MAP_SIZE);
    return texture(brdf_lut, vec2(cos_v, 0.5 * clamp(roughness, EDGE, 1.0 - EDGE))).rg;  // the map is above
#else
    return texture(brdf_lut, vec2(cos_v, roughness)).rg;
#endif
}

// Irradiance / pi without the key: times a diffuse albedo it is outgoing radiance. `normal` is a unit vector.
vec3 ambient_irradiance(vec3 normal) {
#ifdef IRRADIANCE_MAP
    vec3 sum = texture(brdf_lut, vec2(0.0, 0.5) + vec2(1.0, 0.5) * octahedral_uv(normal)).rgb;
#else
    float x = normal.x, y = normal.y, z = normal.z;
    vec3 sum = irradiance_sh[0] + irradiance_sh[1] * y + irradiance_sh[2] * z + irradiance_sh[3] * x
        + irradiance_sh[4] * (x * y) + irradiance_sh[5] * (y * z) + irradiance_sh[6] * (3.0 * z * z - 1.0)
        + irradiance_sh[7] * (x * z) + irradiance_sh[8] * (x * x - y * y);
#endif
    return max(sum, 0.0);
}

// The same from the key alone, all of it in sight. A panel sinks behind the horizon gradually, so the clamped cosine
// is rounded off over the panel's angle.
vec3 direct_irradiance(vec3 normal) {
    float cosine = dot(normal, key_direction);
    float rounded = (cosine + key_spread) * (cosine + key_spread) / (4.0 * key_spread);
    return key_irradiance * (cosine > key_spread ? cosine : cosine < -key_spread ? 0.0 : rounded);
}

vec3 irradiance(vec3 normal) {
    return ambient_irradiance(normal) + direct_irradiance(normal);
}

// KHR_materials_clearcoat: a clear layer over all others, with a roughness and a normal of its own.
#ifdef CLEARCOAT
// Lays it over `light`, of which it takes what it reflects itself.
void add_clearcoat(Surface surface, vec3 irradiance, inout Outgoing light) {
    float clearcoat = material.clearcoat.x;
#ifdef CLEARCOAT_TEXEL
    clearcoat *= CLEARCOAT_TEXEL;
#endif
    float roughness = material.clearcoat.y;
#ifdef CLEARCOAT_ROUGHNESS_TEXEL
    roughness *= CLEARCOAT_ROUGHNESS_TEXEL;
#endif
    float cos_v = clamp(dot(surface.clearcoat_normal, surface.to_eye), 1e-3, 1.0);
    vec2 split = split_sum(cos_v, roughness);
    clearcoat *= 0.04 * split.x + split.y;  // its index of refraction is 1.5
    vec3 reflected = reflect(-surface.to_eye, surface.clearcoat_normal);
    vec3 arriving = above_horizon(surface, reflected, specular_light(reflected, roughness), irradiance)
        * specular_occlusion(surface, reflected, cos_v, roughness);
    light.diffuse *= 1.0 - clearcoat;
    light.specular = light.specular * (1.0 - clearcoat) + arriving * clearcoat;
}
#endif

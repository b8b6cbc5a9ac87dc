// KHR_materials_sheen: fibres that stand on the surface, as of velvet.
#ifdef SHEEN
uniform sampler2D sheen_albedo;  // directional albedo of white sheen at (n.v, roughness): lighting/sheen.py

// Lays the fibres over `light`: they take from it what they reflect of `irradiance` / pi.
void add_sheen(Surface surface, vec3 irradiance, inout Outgoing light) {
    vec3 sheen = material.sheen.rgb;
#ifdef SHEEN_COLOR_TEXEL
    sheen *= srgb_decode(SHEEN_COLOR_TEXEL);
#endif
    float roughness = material.sheen.w;
#ifdef SHEEN_ROUGHNESS_TEXEL
    roughness *= SHEEN_ROUGHNESS_TEXEL;
#endif
    sheen *= texture(sheen_albedo, vec2(surface.cos_v, roughness)).r;
    light.diffuse *= 1.0 - max_component(sheen);
    light.specular = light.specular * (1.0 - max_component(sheen)) + sheen * irradiance;
}
#endif

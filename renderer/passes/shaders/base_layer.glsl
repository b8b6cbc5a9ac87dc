// The base layer: a dielectric or a metal. Formulas: glTF 2.0, appendix B; split sum with multiple scattering by
// Fdez-Aguera (JCGT 8/1, 2019); specular occlusion by Lagarde and de Rousiers (2014).

// How much of the light from all around the specular lobe sends to the eye.
struct Reflectance {
    vec3 single;    // by one reflection in a microfacet
    vec3 multiple;  // by several
    vec3 diffuse;   // what is left for the diffuse light below
};

Reflectance specular_reflectance(Surface surface, float roughness) {
    vec2 split = split_sum(surface.cos_v, roughness);  // it has the rise of Fresnel's reflectance to grazing angles
    float lost = 1.0 - split.x - split.y;
    vec3 average = surface.f0 + (surface.f90 - surface.f0) / 21.0;
    Reflectance reflectance;
    reflectance.single = surface.f0 * split.x + surface.f90 * split.y;
    reflectance.multiple = reflectance.single * average * lost / (1.0 - lost * average);
    reflectance.diffuse = 1.0 - reflectance.single - reflectance.multiple;
#if defined(DIELECTRIC) || defined(IRIDESCENCE)
    // a coloured reflection must not tint the diffuse light
#ifdef ANY_LAYERS
    if (material.clearcoat.w > 0.0)
#endif
    reflectance.diffuse = vec3(1.0 - max_component(reflectance.single + reflectance.multiple));
#endif
    return reflectance;
}

vec3 albedo(Surface surface) { return surface.color * (1.0 - surface.metallic); }

// Irradiance / pi on the surface's front (`side` 1) or back (-1), with its occlusion and the shadows. For glTF's occlusion
// the key is a part of the surroundings: viewers light by one picture of both, and models are made to look right there.
vec3 received_irradiance(Surface surface, float side) {
    vec3 normal = side * surface.normal;
    return surface.occlusion * (ambient_irradiance(normal) * floor_bounce(surface.floor_blocked, normal)
        + shadowed_irradiance(v_position, side * surface.geometric_normal, normal));
}

// The share of the light from the mirrored direction `reflected` that arrives at the surface.
float specular_occlusion(Surface surface, vec3 reflected, float cos_v, float roughness) {
    float arriving = floor_bounce(surface.floor_blocked, reflected);
#ifdef OCCLUSION_TEXEL
    float exponent = exp2(-16.0 * roughness - 1.0);
    arriving *= clamp(pow(cos_v + surface.occlusion, exponent) - 1.0 + surface.occlusion, 0.0, 1.0);
#endif
    return arriving;
}

// `radiance` as it arrives from the direction `reflected`. A normal map can turn that below the horizon of the geometry:
// there the surface reflects its own diffuse colour.
vec3 above_horizon(Surface surface, vec3 reflected, vec3 radiance, vec3 irradiance) {
    float horizon = clamp(1.0 + 1.2 * dot(reflected, surface.geometric_normal), 0.0, 1.0);
    return mix(surface.color * irradiance, radiance, horizon * horizon);
}

// Radiance that a lobe which is equally wide all around reflects; wide lobes lean to the normal.
vec3 isotropic_light(Surface surface) {
    float alpha = surface.roughness * surface.roughness;
    return specular_light(mix(surface.reflected, surface.normal, alpha * alpha), surface.roughness);
}

// Under `irradiance` / pi and the radiance `reflection` of its specular lobe. Light that facets reflect to each other
// comes from everywhere where the lobe is `even` (1), equally wide all around; in parallel grooves (0) it stays in the lobe.
Outgoing base_layer(Surface surface, Reflectance reflectance, vec3 irradiance, vec3 reflection, float even) {
    vec3 arriving = above_horizon(surface, surface.reflected, reflection, irradiance)
        * specular_occlusion(surface, surface.reflected, surface.cos_v, surface.roughness);
    return Outgoing(
        irradiance * (albedo(surface) * reflectance.diffuse),
        reflectance.single * arriving + reflectance.multiple * mix(arriving, irradiance, even));
}

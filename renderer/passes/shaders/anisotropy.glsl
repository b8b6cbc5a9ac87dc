// KHR_materials_anisotropy: brushed surfaces, rougher along one direction than across.
#ifdef ANISOTROPY
// How rough the surface is across (x) and along (y) the brushed direction, as GGX's alpha.
vec2 brushed_alpha(float roughness, float strength) {
    float across = roughness * roughness;
    return vec2(across, mix(across, 1.0, strength * strength));
}

// Radiance that the surface sends to the eye: reflections in microfacets that lean along the unit vector `along`, each
// in the blur of the narrow axis. Slopes are spread as GGX has them: the quantile q of the middle share of its facets
// lies at q / sqrt(1 - q²) of alpha. Each of the 2x2 samples of a pixel takes four of sixteen quantiles.
vec3 brushed_light(vec3 to_eye, vec3 normal, vec3 along, vec2 alpha) {
    float spread = sqrt(max(alpha.y * alpha.y - alpha.x * alpha.x, 0.0));
    float blur = sqrt(max(alpha.x, spread / 8.0));  // no finer than the taps lie apart
    int group = (int(gl_FragCoord.x) & 1) + 2 * (int(gl_FragCoord.y) & 1);
    vec3 sum = vec3(0.0);
    float total = 0.0;
    for (int i = 0; i < 4; i++) {
        float q = (float(8 * i + 2 * group) - 15.0) / 16.0;
        vec3 facet = unit(normal + along * (spread * q * inversesqrt(1.0 - q * q)));
        vec3 direction = reflect(-to_eye, facet);
        float weight = max(dot(direction, normal), 0.0) * step(0.0, dot(to_eye, facet)) + 1e-5;
        sum += weight * specular_light(direction, blur);
        total += weight;
    }
    return sum / total;
}
#endif

// KHR_materials_anisotropy: brushed surfaces, rougher along one direction than across.
#ifdef ANISOTROPY
// How rough the surface is across (x) and along (y) the brushed direction, as GGX's alpha.
vec2 brushed_alpha(float roughness, float strength) {
    float across = roughness * roughness;
    return vec2(across, mix(across, 1.0, strength * strength));
}

// Radiance that the surface sends to the eye: reflections in microfacets that lean along the unit vector `along`, each
// in the blur of the narrow axis. Slopes are spread as GGX has them: the quantile q of the middle share of its facets
// lies at q / sqrt(1 - q²) of alpha. Each sample of a pixel takes TAPS of its QUANTILES.
const int TAPS = 4;
const float QUANTILES = float(TAPS * SAMPLES_PER_PIXEL);

vec3 brushed_light(vec3 to_eye, vec3 normal, vec3 along, vec2 alpha) {
    float spread = sqrt(max(alpha.y * alpha.y - alpha.x * alpha.x, 0.0));
    float blur = sqrt(max(alpha.x, spread * 2.0 / QUANTILES));  // no finer than the taps lie apart
    int first = sample_number();
    vec3 sum = vec3(0.0);
    float total = 0.0;
    for (int i = 0; i < TAPS; i++) {
        float q = float(2 * (SAMPLES_PER_PIXEL * i + first) + 1) / QUANTILES - 1.0;
        vec3 facet = unit(normal + along * (spread * q * inversesqrt(1.0 - q * q)));
        vec3 direction = reflect(-to_eye, facet);
        float weight = max(dot(direction, normal), 0.0) * step(0.0, dot(to_eye, facet)) + 1e-5;
        sum += weight * specular_light(direction, blur);
        total += weight;
    }
    return sum / total;
}
#endif

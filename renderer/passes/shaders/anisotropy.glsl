// KHR_materials_anisotropy: surfaces that are rougher along one direction than across it, like brushed metal.
#ifdef ANISOTROPY
struct Anisotropy {
    vec3 direction;  // unit, in the world, along which the surface is rougher
    vec2 alpha;      // roughness as GGX's alpha across (x) and along (y) it
};

Anisotropy anisotropy_of(Surface surface) {
    float strength = material.anisotropy.x;
    vec2 turned = vec2(1.0, 0.0);
#ifdef ANISOTROPY_TEXEL
    vec3 texel = ANISOTROPY_TEXEL;
    strength *= texel.z;
    turned = texel.xy * 2.0 - 1.0;
#endif
    turned = mat2(material.anisotropy.y, material.anisotropy.z, -material.anisotropy.z, material.anisotropy.y) * turned;
    vec3 direction = turned.x * v_tangent.xyz + turned.y * v_tangent.w * cross(v_normal, v_tangent.xyz);
    float across = surface.roughness * surface.roughness;
    return Anisotropy(
        unit(direction - surface.normal * dot(direction, surface.normal)),
        vec2(across, mix(across, 1.0, strength * strength)));
}

// The perceptual roughness of an isotropic surface that loses about as much light between its facets.
float isotropic_roughness(Anisotropy anisotropy) {
    return sqrt(length(anisotropy.alpha) * 0.70710678);
}

// Each sample of a pixel looks at so many microfacets that lean along the direction: more, the narrower the lobe is
// across it. With MOST_TAPS, which cost as much as all the rest of a metal, a mirror across its grooves is as sharp as an
// even surface of roughness 0.18.
const int FEWEST_TAPS = 4, MOST_TAPS = 16;

// Radiance that the surface sends to the eye: reflections in microfacets that lean along the direction, each in the blur
// of the narrow axis. Slopes are spread as GGX has them: the quantile q of the middle share of its facets lies at
// q / sqrt(1 - q²) of alpha.
vec3 anisotropic_light(Surface surface, Anisotropy anisotropy) {
    vec2 alpha = anisotropy.alpha;
    float spread = sqrt(max(alpha.y * alpha.y - alpha.x * alpha.x, 0.0));
    float wanted = 2.0 * spread / max(alpha.x, 1e-3);  // so many lie no farther apart than each is blurred
    int taps = clamp(int(ceil(wanted / float(SAMPLES_PER_PIXEL))), FEWEST_TAPS, MOST_TAPS);
    float quantiles = float(taps * SAMPLES_PER_PIXEL);
    float blur = sqrt(max(alpha.x, spread * 2.0 / quantiles));
    int first = sample_number();
    vec3 sum = vec3(0.0);
    float total = 0.0;
    for (int i = 0; i < taps; i++) {
        float q = float(2 * (SAMPLES_PER_PIXEL * i + first) + 1) / quantiles - 1.0;
        vec3 facet = unit(surface.normal + anisotropy.direction * (spread * q * inversesqrt(1.0 - q * q)));
        vec3 direction = reflect(-surface.to_eye, facet);
        float weight = max(dot(direction, surface.normal), 0.0) * step(0.0, dot(surface.to_eye, facet)) + 1e-5;
        sum += weight * specular_light(direction, blur);
        total += weight;
    }
    return sum / total;
}
#endif

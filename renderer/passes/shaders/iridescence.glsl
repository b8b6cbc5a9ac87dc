// KHR_materials_iridescence: interference in a thin film, after Belcour and Barla (A Practical Extension to Microfacet
// Theory for the Modeling of Varying Iridescence, SIGGRAPH 2017), in the form that the extension gives it.
#ifdef IRIDESCENCE
const float PI = 3.14159265;

vec3 schlick(vec3 f0, float cos_v) {
    return f0 + (1.0 - f0) * pow(1.0 - cos_v, 5.0);
}

vec3 interface_f0(vec3 inner_ior, vec3 outer_ior) {
    vec3 root = (inner_ior - outer_ior) / (inner_ior + outer_ior);
    return root * root;
}

// The colour (linear Rec. 709) of waves that are `path` nanometres late and `shift` radians out of phase: Gaussians fitted
// to the Fourier transform of CIE XYZ's colour matching functions.
vec3 interference(float path, vec3 shift) {
    const mat3 xyz_to_rgb = mat3(
        3.2404542, -0.9692660, 0.0556434,
        -1.5371385, 1.8760108, -0.2040259,
        -0.4985314, 0.0415560, 1.0572252);
    const vec3 height = vec3(5.4856e-13, 4.4201e-13, 5.2481e-13);
    const vec3 place = vec3(1.6810e6, 1.7953e6, 2.2084e6);
    const vec3 variance = vec3(4.3278e9, 9.3046e9, 6.6121e9);
    float phase = 2.0 * PI * path * 1e-9;
    vec3 xyz = height * sqrt(2.0 * PI * variance) * cos(place * phase + shift) * exp(-variance * phase * phase);
    xyz.x += 9.7470e-14 * sqrt(2.0 * PI * 4.5282e9) * cos(2.2399e6 * phase + shift.x) * exp(-4.5282e9 * phase * phase);
    return xyz_to_rgb * (xyz / 1.0685e-7);
}

// Reflectance of a film `thickness` nanometres thick on a surface of `base_f0`, in air.
vec3 film_reflectance(float cos_v, float film_ior, float thickness, vec3 base_f0) {
    float ior = mix(1.0, film_ior, smoothstep(0.0, 0.03, thickness));  // no film, no step where its thickness ends
    float cos2 = 1.0 - (1.0 - cos_v * cos_v) / (ior * ior);
    float cos_inside = sqrt(max(cos2, 0.0));
    vec3 outer = schlick(interface_f0(vec3(ior), vec3(1.0)), cos_v);
    vec3 passed = 1.0 - outer;
    vec3 root = sqrt(clamp(base_f0, 0.0, 0.9999));
    vec3 base_ior = (1.0 + root) / (1.0 - root);
    vec3 inner = schlick(interface_f0(base_ior, vec3(ior)), cos_inside);
    vec3 shift = PI + PI * vec3(lessThan(base_ior, vec3(ior)));
    float path = 2.0 * ior * thickness * cos_inside;
    vec3 round_trip = clamp(outer * inner, 1e-5, 0.9999);
    vec3 returned = passed * passed * inner / (1.0 - round_trip);
    vec3 sum = outer + returned;
    vec3 amplitude = returned - passed;
    for (int m = 1; m <= 2; m++) {
        amplitude *= sqrt(round_trip);
        sum += amplitude * 2.0 * interference(float(m) * path, float(m) * shift);
    }
    return clamp(sum, 0.0, 1.0);
}

// The reflectance at normal incidence of the surface with its film.
vec3 iridescent_f0(Surface surface) {
    float factor = material.iridescence.x;
#ifdef IRIDESCENCE_TEXEL
    factor *= IRIDESCENCE_TEXEL;
#endif
    float texel = 1.0;
#ifdef IRIDESCENCE_THICKNESS_TEXEL
    texel = IRIDESCENCE_THICKNESS_TEXEL;
#endif
    float thickness = mix(material.iridescence.z, material.iridescence.w, texel);
    vec3 film_color = film_reflectance(surface.cos_v, material.iridescence.y, thickness, surface.f0);
    return mix(surface.f0, film_color, factor);
}
#endif

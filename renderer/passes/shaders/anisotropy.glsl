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

// Each sample of a pixel looks at so many of the microfacets that lean along the direction. In software, they cost half
// to three quarters as much as all the rest of a metal; with them, a mirror across its grooves is as sharp as an even
// surface of roughness 0.23.
const int TAPS = 5;

// GGX's alpha of the blur of each reflection for each radian between the facets: with less, a lamp shows as a row of
// dots; with more, it is smeared across the grooves too.
const float BLUR_PER_GAP = 0.65;

// Radiance that the surface sends to the eye: reflections in microfacets that lean along the direction, each in the
// blur of the narrow axis. A facet's slope is `spread` * tan(turn), and GGX's density of facets over `turn` is
// cos(turn). They lie evenly in `turn`, between the two that reflect the horizon.
vec3 anisotropic_light(Surface surface, Anisotropy anisotropy) {
    vec2 alpha = anisotropy.alpha, alpha2 = alpha * alpha;
    vec2 eye = vec2(dot(surface.to_eye, anisotropy.direction), surface.cos_v);  // along the direction and the normal
    float across = dot(surface.to_eye, cross(surface.normal, anisotropy.direction));
    float hidden_across = alpha2.x * across * across;
    float reach = length(eye);
    float directed = dot(anisotropy.direction, anisotropy.direction);  // 1, or 0 where the model's tangent is zero
    float spread = sqrt(max((alpha2.y - alpha2.x) * directed, 1e-8));
    // GGX lobes in a row are wider together than one alone: a factor of pi / 4 makes them as bright in their middle.
    float narrow = alpha.x * mix(0.785, 1.0, alpha.x / max(alpha.y, 1e-6));
    vec2 turns = atan(eye.x + vec2(-reach, reach), vec2(spread * eye.y));
    float gap = (turns.y - turns.x) / float(TAPS * SAMPLES_PER_PIXEL);
    float least_blur = BLUR_PER_GAP * spread * gap * reach;

    float turn = turns.x + (float(sample_number()) + 0.5) * gap, step_angle = float(SAMPLES_PER_PIXEL) * gap;
    vec2 leaning = vec2(sin(turn), cos(turn));
    mat2 step_turn = mat2(cos(step_angle), -sin(step_angle), sin(step_angle), cos(step_angle));
    vec3 sum = vec3(0.0);
    float total = 0.0;
    for (int i = 0; i < TAPS; i++) {
        vec2 facet = vec2(spread, 1.0) * leaning;  // not a unit vector: its length holds the density
        float facing = dot(eye, facet), shrink = 1.0 / dot(facet, facet);
        vec2 twice = facet * (2.0 * facing * shrink);
        vec2 light = twice - eye;
        float height = max(light.y, 0.0);
        // what the eye sees of the facet, and how much of its light other facets do not hide (Smith)
        float masked = height + sqrt(height * height + alpha2.y * light.x * light.x + hidden_across);
        float weight = facing * height / max(masked, 1e-6) + 1e-5;
        vec3 direction = twice.x * anisotropy.direction + twice.y * surface.normal - surface.to_eye;
        float blur = max(narrow, least_blur * shrink);  // facets that lean more lie farther apart
        sum += weight * specular_light(direction, sqrt(min(blur, 1.0)));
        total += weight;
        leaning = step_turn * leaning;
    }
    return sum / total;
}
#endif

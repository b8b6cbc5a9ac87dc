// The surface that all layers share. Directions are unit vectors in the world.
struct Surface {
    vec3 color;             // the base colour, linear
    vec3 to_eye;
    vec3 geometric_normal;  // turned to the eye, as the other normals
    vec3 normal;            // the shading normal: with the normal map
    vec3 clearcoat_normal;
    float metallic;
    float roughness;        // perceptual
    float occlusion;        // share of the environment's light that arrives, by the material's texture
    vec3 f0;                // reflectance at normal incidence
    float f90;              // and at grazing angles
    float cos_v;            // of the angle between the shading normal and the eye
    vec3 reflected;         // the direction that is mirrored into the eye
    float floor_blocked;    // share of the floor below it that lies in the model's shadow
};

#ifdef HAS_TANGENT
// The direction of a normal map's texel. MikkTSpace: interpolated vectors stay as they are; the sum alone is normalised.
vec3 mapped_normal(vec2 texel, float scale) {
    vec2 slope = texel * 2.0 - 1.0;
    float height = sqrt(max(1.0 - dot(slope, slope), 0.0));
    slope *= scale;
    vec3 bitangent = cross(v_normal, v_tangent.xyz) * v_tangent.w;
    return unit(slope.x * v_tangent.xyz + slope.y * bitangent + height * v_normal);
}
#endif

void set_normals(inout Surface surface) {
#ifdef HAS_NORMAL
    surface.geometric_normal = unit(v_normal);
    surface.normal = surface.geometric_normal;
    surface.clearcoat_normal = surface.geometric_normal;
#if defined(NORMAL_TEXEL) && defined(HAS_TANGENT)
    surface.normal = mapped_normal(NORMAL_TEXEL, material.surface.z);
#endif
#if defined(CLEARCOAT_NORMAL_TEXEL) && defined(HAS_TANGENT)
    surface.clearcoat_normal = mapped_normal(CLEARCOAT_NORMAL_TEXEL, material.clearcoat.z);
#endif
#ifdef DOUBLE_SIDED
    float side = front_facing ? 1.0 : -1.0;
    surface.geometric_normal *= side;
    surface.normal *= side;
    surface.clearcoat_normal *= side;
#endif
#else
    surface.geometric_normal = surface.to_eye;
    surface.normal = surface.to_eye;
    surface.clearcoat_normal = surface.to_eye;
#endif
}

void set_metallic_roughness(inout Surface surface) {
    surface.metallic = material.surface.x;
    surface.roughness = material.surface.y;
#ifdef ROUGHNESS_METALLIC_TEXEL
    vec2 roughness_metallic = ROUGHNESS_METALLIC_TEXEL;
    surface.roughness *= roughness_metallic.x;
    surface.metallic *= roughness_metallic.y;
#endif
#ifdef GLOSSINESS_TEXEL
    surface.roughness = 1.0 - (1.0 - surface.roughness) * GLOSSINESS_TEXEL;
#endif
}

// KHR_materials_ior and KHR_materials_specular, or the index of refraction of 1.5 that glTF takes without them.
void set_reflectance(inout Surface surface) {
#ifdef DIELECTRIC
    vec3 dielectric_f0 = material.dielectric.rgb;
    float specular = material.dielectric.w;
#ifdef SPECULAR_COLOR_TEXEL
    dielectric_f0 *= srgb_decode(SPECULAR_COLOR_TEXEL);
#endif
#ifdef SPECULAR_TEXEL
    specular *= SPECULAR_TEXEL;
#endif
    surface.f0 = mix(min(dielectric_f0, 1.0) * specular, surface.color, surface.metallic);
    surface.f90 = mix(specular, 1.0, surface.metallic);
#else
    surface.f0 = mix(vec3(0.04), surface.color, surface.metallic);
    surface.f90 = 1.0;
#endif
}

Surface surface_of(vec3 color) {
    Surface surface;
    surface.color = color;
    surface.to_eye = normalize(u_eye - v_position);
    set_normals(surface);
    set_metallic_roughness(surface);
    surface.occlusion = 1.0;
#ifdef OCCLUSION_TEXEL
    surface.occlusion += material.emissive.w * (OCCLUSION_TEXEL - 1.0);
#endif
    set_reflectance(surface);
    surface.cos_v = clamp(dot(surface.normal, surface.to_eye), 1e-3, 1.0);
    surface.reflected = reflect(-surface.to_eye, surface.normal);
    surface.floor_blocked = floor_blocked(v_position, surface.geometric_normal);
    return surface;
}

vec3 emission() {
#ifdef EMISSIVE_TEXEL
    return material.emissive.rgb * srgb_decode(EMISSIVE_TEXEL);
#else
    return material.emissive.rgb;
#endif
}

// KHR_materials_diffuse_transmission: light from behind that a thin surface, like a leaf or paper, scatters through.
#ifdef DIFFUSE_TRANSMISSION
// The diffuse light of the surface, given that of its front.
vec3 with_diffuse_transmission(Surface surface, Reflectance reflectance, vec3 diffuse) {
    float factor = material.diffuse_transmission.w;
#ifdef DIFFUSE_TRANSMISSION_TEXEL
    factor *= DIFFUSE_TRANSMISSION_TEXEL;
#endif
    vec3 color = material.diffuse_transmission.rgb * (1.0 - surface.metallic);
#ifdef DIFFUSE_TRANSMISSION_COLOR_TEXEL
    color *= srgb_decode(DIFFUSE_TRANSMISSION_COLOR_TEXEL);
#endif
    return mix(diffuse, received_irradiance(surface, -1.0) * color * reflectance.diffuse, factor);
}
#endif

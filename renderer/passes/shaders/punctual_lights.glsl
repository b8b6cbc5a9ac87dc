// The model's own lights (KHR_lights_punctual): points without size, which cast no shadows.
#ifdef LIGHTS
uniform vec4 lights[LIGHT_ROWS * LIGHTS];  // renderer.scene.lights.light_rows
uniform float u_dimming;

// Adds what they give to the surface to `light`. GGX with Smith's height-correlated visibility and Schlick's Fresnel
// (glTF 2.0, appendix B).
void add_punctual_lights(Surface surface, Reflectance reflectance, float roughness, inout Outgoing light) {
    float alpha = max(roughness * roughness, 2e-3);
    float alpha2 = alpha * alpha;
    float cos_v = clamp(dot(surface.normal, surface.to_eye), 1e-3, 1.0);
    vec3 diffuse = vec3(0.0);
    vec3 specular = vec3(0.0);
    for (int i = 0; i < LIGHTS; i++) {
        vec4 position = lights[LIGHT_ROWS * i];
        vec4 color = lights[LIGHT_ROWS * i + 1];
        vec4 cone = lights[LIGHT_ROWS * i + 2];
        vec3 offset = position.xyz - v_position * position.w;
        float distance2 = dot(offset, offset);
        vec3 to_light = offset * inversesqrt(max(distance2, 1e-30));
        float cos_l = dot(surface.normal, to_light);
        if (cos_l <= 0.0 || dot(surface.geometric_normal, to_light) <= 0.0) continue;
        float spot = clamp(cone.w - dot(cone.xyz, to_light), 0.0, 1.0);
        float in_range = clamp(1.0 - distance2 * distance2 * color.w * color.w, 0.0, 1.0);
        float strength = u_dimming * spot * spot * (position.w > 0.0 ? in_range / max(distance2, 1e-9) : 1.0);
        vec3 irradiance = color.rgb * (strength * cos_l);  // over pi
        vec3 half_vector = normalize(to_light + surface.to_eye);
        float cos_h = clamp(dot(surface.normal, half_vector), 0.0, 1.0);
        float spread = cos_h * cos_h * (alpha2 - 1.0) + 1.0;
        float visibility = 0.5 / (cos_l * sqrt(cos_v * cos_v * (1.0 - alpha2) + alpha2)
            + cos_v * sqrt(cos_l * cos_l * (1.0 - alpha2) + alpha2));
        float grazing = 1.0 - clamp(dot(surface.to_eye, half_vector), 0.0, 1.0);
        vec3 fresnel = surface.f0
            + (surface.f90 - surface.f0) * (grazing * grazing * grazing * grazing * grazing);
        diffuse += irradiance;
        specular += irradiance * fresnel * (alpha2 / (spread * spread) * visibility);  // D is over pi, irradiance too
    }
    light.diffuse += diffuse * (albedo(surface) * reflectance.diffuse);
    light.specular += specular;
}
#endif

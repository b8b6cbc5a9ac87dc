// The model's own lights (KHR_lights_punctual): points without size, which cast no shadows.
#ifdef LIGHTS
uniform vec4 lamps[LIGHT_ROWS * LIGHTS];  // renderer.scene.lights.light_rows
uniform float u_dimming;

struct Lit {
    vec3 diffuse;   // irradiance / pi
    vec3 specular;  // radiance that the surface mirrors
};

// What lamps give to a surface: `flank` is the geometry's normal, `normal` the shading one. GGX with Smith's
// height-correlated visibility and Schlick's Fresnel (glTF 2.0, appendix B).
Lit lamp_light(vec3 position, vec3 flank, vec3 normal, vec3 to_eye, float roughness, vec3 f0, float f90) {
    float alpha = max(roughness * roughness, 2e-3);
    float alpha2 = alpha * alpha;
    float cos_v = clamp(dot(normal, to_eye), 1e-3, 1.0);
    Lit lit = Lit(vec3(0.0), vec3(0.0));
    for (int i = 0; i < LIGHTS; i++) {
        vec4 place = lamps[LIGHT_ROWS * i];
        vec4 color = lamps[LIGHT_ROWS * i + 1];
        vec4 cone = lamps[LIGHT_ROWS * i + 2];
        vec3 away = place.xyz - position * place.w;
        float square = dot(away, away);
        vec3 to_lamp = away * inversesqrt(max(square, 1e-30));
        float cos_l = dot(normal, to_lamp);
        if (cos_l <= 0.0 || dot(flank, to_lamp) <= 0.0) continue;
        float spot = clamp(cone.w - dot(cone.xyz, to_lamp), 0.0, 1.0);
        float near = clamp(1.0 - square * square * color.w * color.w, 0.0, 1.0);
        float strength = u_dimming * spot * spot * (place.w > 0.0 ? near / max(square, 1e-9) : 1.0);
        vec3 light = color.rgb * (strength * cos_l);
        vec3 between = normalize(to_lamp + to_eye);
        float cos_h = clamp(dot(normal, between), 0.0, 1.0);
        float spread = cos_h * cos_h * (alpha2 - 1.0) + 1.0;
        float visible = 0.5 / (cos_l * sqrt(cos_v * cos_v * (1.0 - alpha2) + alpha2)
            + cos_v * sqrt(cos_l * cos_l * (1.0 - alpha2) + alpha2));
        float grazing = 1.0 - clamp(dot(to_eye, between), 0.0, 1.0);
        vec3 fresnel = f0 + (f90 - f0) * (grazing * grazing * grazing * grazing * grazing);
        lit.diffuse += light;
        lit.specular += light * fresnel * (alpha2 / (spread * spread) * visible);  // D is over pi, `light` too
    }
    return lit;
}
#endif

// KHR_materials_transmission, _volume and _dispersion: what is seen through a surface: the picture so far, blurred in
// display space, like every composition here, and taken back to light to be tinted.
#ifdef TRANSMISSION
uniform sampler2D u_behind;  // the picture so far, premultiplied and sRGB-encoded, with mipmaps
uniform float u_finer;       // mip levels between a sample and its texels: 0 where each sample has one
uniform mat4 u_view_projection;
uniform mat4 u_model;
uniform vec4 u_ndc_to_frame;  // scale and offset from the tile's normalised device coordinates to the frame's, 0..1

struct Transmission {
    float factor;       // share of the light that passes
    vec3 tint;          // what the surface and its volume leave of each colour
    vec3 behind;        // the picture so far, premultiplied by behind_alpha
    vec3 behind_alpha;  // how much of the backdrop it hides, for each colour
};

// The picture so far at `uv` of the frame, blurred: level 0 is sharp. Four taps smooth the mipmaps' texels.
vec4 behind(vec2 uv, float level) {
    vec2 reach = 0.5 * (exp2(level) - 1.0) / vec2(textureSize(u_behind, 0));
    return 0.25 * (
        textureLod(u_behind, uv + vec2(reach.x, reach.y), level)
        + textureLod(u_behind, uv + vec2(-reach.x, reach.y), level)
        + textureLod(u_behind, uv + vec2(reach.x, -reach.y), level)
        + textureLod(u_behind, uv + vec2(-reach.x, -reach.y), level));
}

// The same behind a surface with that index of refraction, which encloses `depth` metres along each axis, or nothing. The
// blur grows with the index, as light passes straight through the roughest interface of equal media. It ends at a
// sixteenth of the picture's width: how far away things are is not known, and wider blurs would mix in what is beside
// the model.
vec4 refracted(Surface surface, float ior, vec3 depth) {
    vec3 exit = v_position + refract(-surface.to_eye, surface.normal, 1.0 / ior) * depth;
    vec4 clip = u_view_projection * vec4(exit, 1.0);
    float widest = log2(float(textureSize(u_behind, 0).x)) + u_finer;
    float level = min(widest * surface.roughness * clamp(2.0 * ior - 2.0, 0.0, 1.0), widest - 4.0);
    return behind(clip.xy / clip.w * u_ndc_to_frame.xy + u_ndc_to_frame.zw, max(level - u_finer, 0.0));
}

Transmission transmission_of(Surface surface, vec4 base) {
    Transmission transmission;
    transmission.factor = material.transmission.x * (1.0 - surface.metallic);
#ifdef TRANSMISSION_TEXEL
    transmission.factor *= TRANSMISSION_TEXEL;
#endif
    transmission.tint = base.rgb;
    float ior = material.transmission.z;
    vec3 depth = vec3(0.0);  // of the volume, in metres along each axis of the world
#ifdef VOLUME
    float thickness = material.transmission.y;
#ifdef THICKNESS_TEXEL
    thickness *= THICKNESS_TEXEL;
#endif
    depth = thickness * vec3(length(u_model[0].xyz), length(u_model[1].xyz), length(u_model[2].xyz));
    vec3 path = refract(-surface.to_eye, surface.normal, 1.0 / ior) * depth;
    transmission.tint *= exp(-material.attenuation.rgb * length(path));
#endif
    transmission.tint = clamp(transmission.tint, 0.0, 1.0);
    vec4 seen = refracted(surface, ior, depth);
    transmission.behind = seen.rgb;
    transmission.behind_alpha = vec3(seen.a);
#ifdef DISPERSION
    vec2 red = refracted(surface, max(ior - material.transmission.w, 1.0), depth).ra;
    vec2 blue = refracted(surface, ior + material.transmission.w, depth).ba;
    transmission.behind.rb = vec2(red.x, blue.x);
    transmission.behind_alpha.rb = vec2(red.y, blue.y);
#endif
    return transmission;
}

// The picture so far at the surface itself, as it is seen where the surface's alpha leaves nothing of it.
vec4 unrefracted() {
    vec4 clip = u_view_projection * vec4(v_position, 1.0);
    return textureLod(u_behind, clip.xy / clip.w * u_ndc_to_frame.xy + u_ndc_to_frame.zw, 0.0);
}

// Puts what is behind the surface under its own light. Over what is drawn already, light adds to light: `own` is the
// surface's radiance, of what is behind it the share `passing` arrives. Over the backdrop, which is not known yet, `color`
// is the surface alone, premultiplied: the backdrop shows through by the share that passes in every colour. What passes
// beyond it, in some colours only, is drawn as if the backdrop were white: alpha has no colours.
void add_transmission(Transmission transmission, vec3 own, float passing, inout vec4 color) {
    vec3 alpha = transmission.behind_alpha;
    vec3 light = tone_unmap(srgb_decode(min(transmission.behind / max(alpha, 1e-4), 1.0)));
    vec3 sum = tone_unmap(tone_map(own)) + passing * transmission.tint * light;
    vec3 drawn = srgb_encode(clamp(tone_remap(sum), 0.0, 1.0));
    vec3 backdrop = srgb_encode(transmission.tint) * (1.0 - alpha);
    float in_every_color = min(backdrop.r, min(backdrop.g, backdrop.b));
    float left = 1.0 - color.a;
    color.rgb = mix(color.rgb, drawn, alpha) + left * (backdrop - in_every_color);
    color.a = 1.0 - left * in_every_color;
}
#endif

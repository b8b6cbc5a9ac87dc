// KHR_materials_transmission, _volume and _dispersion: what is seen through a surface: the picture so far, blurred in
// display space, like every composition here, and taken back to light to be tinted.
#ifdef TRANSMISSION
uniform sampler2D u_behind;  // the picture so far, premultiplied and sRGB-encoded, with mipmaps
uniform mat4 u_view_projection;
uniform mat4 u_model;
uniform vec4 u_place;  // scale and offset from normalised device coordinates to the screen's, which tiles show a part of

// The picture so far at a place of the screen (0..1), blurred: level 0 is sharp. Four taps smooth the mipmaps' texels.
vec4 behind(vec2 place, float level) {
    vec2 reach = 0.5 * (exp2(level) - 1.0) / vec2(textureSize(u_behind, 0));
    return 0.25 * (
        textureLod(u_behind, place + vec2(reach.x, reach.y), level)
        + textureLod(u_behind, place + vec2(-reach.x, reach.y), level)
        + textureLod(u_behind, place + vec2(reach.x, -reach.y), level)
        + textureLod(u_behind, place + vec2(-reach.x, -reach.y), level));
}

// The same behind a surface with that index of refraction, which encloses `depth` metres along each axis, or nothing. The
// blur grows with the index, as light passes straight through the roughest interface of equal media. It ends at a
// sixteenth of the picture's width: how far away things are is not known, and wider blurs would mix in what is beside
// the model.
vec4 refracted(vec3 position, vec3 to_eye, vec3 normal, float roughness, float ior, vec3 depth) {
    vec4 exit = u_view_projection * vec4(position + refract(-to_eye, normal, 1.0 / ior) * depth, 1.0);
    float widest = log2(float(textureSize(u_behind, 0).x));
    float level = min(widest * roughness * clamp(2.0 * ior - 2.0, 0.0, 1.0), widest - 4.0);
    return behind(exit.xy / exit.w * u_place.xy + u_place.zw, level);
}

// A premultiplied part of the picture, which hides as much of each colour as `hidden` says, behind that tint.
vec3 tinted(vec3 picture, vec3 hidden, vec3 tint) {
    vec3 light = tone_unmap(srgb_decode(min(picture / max(hidden, 1e-4), 1.0)));
    return hidden * srgb_encode(clamp(tone_remap(tint * light), 0.0, 1.0));
}

// A volume's thickness in metres along each axis of the world, for one in the model's own units.
vec3 world_depth(float thickness) {
    return thickness * vec3(length(u_model[0].xyz), length(u_model[1].xyz), length(u_model[2].xyz));
}
#endif

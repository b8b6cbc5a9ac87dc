// From linear light of any brightness to linear light of a display, 0 to 1: `vec3 tone_map(vec3 color)`, as defined by
// one of TONE_ACES, TONE_AGX, TONE_NONE, or none of them. Matrices are written column by column.
#if defined(TONE_ACES)

// The reference rendering and output transforms of ACES as fitted by Stephen Hill (BakingLab, ACES.hlsl), with the
// exposure of 1 / 0.6 that Khronos' glTF Sample Renderer and three.js put before it, to keep mid-grey where it is.
vec3 tone_map(vec3 color) {
    const mat3 to_aces = mat3(
        0.59719, 0.07600, 0.02840,
        0.35458, 0.90834, 0.13383,
        0.04823, 0.01566, 0.83777);
    const mat3 from_aces = mat3(
        1.60475, -0.10208, -0.00327,
        -0.53108, 1.10813, -0.07276,
        -0.07367, -0.00605, 1.07602);
    vec3 v = to_aces * (color / 0.6);
    v = (v * (v + 0.0245786) - 0.000090537) / (v * (0.983729 * v + 0.4329510) + 0.238081);
    return clamp(from_aces * v, 0.0, 1.0);
}

#elif defined(TONE_AGX)

// AgX by Troy Sobotka, its base look, in Rec. 2020 as Blender 4 and Filament have it; the curve is Benjamin Wrensch's
// polynomial ("Minimal AgX Implementation", 2023). It spans 10 stops below to 6.5 above mid-grey.
vec3 tone_map(vec3 color) {
    const mat3 to_rec2020 = mat3(
        0.6274, 0.0691, 0.0164,
        0.3293, 0.9195, 0.0880,
        0.0433, 0.0113, 0.8956);
    const mat3 from_rec2020 = mat3(
        1.6605, -0.1246, -0.0182,
        -0.5876, 1.1329, -0.1006,
        -0.0728, -0.0083, 1.1187);
    const mat3 inset = mat3(
        0.856627153315983, 0.137318972929847, 0.11189821299995,
        0.0951212405381588, 0.761241990602591, 0.0767994186031903,
        0.0482516061458583, 0.101439036467562, 0.811302368396859);
    const mat3 outset = mat3(
        1.1271005818144368, -0.1413297634984383, -0.14132976349843826,
        -0.11060664309660323, 1.157823702216272, -0.11060664309660294,
        -0.016493938717834573, -0.016493938717834257, 1.2519364065950405);
    const float darkest = -12.47393;  // log2
    const float brightest = 4.026069;
    vec3 x = log2(max(inset * (to_rec2020 * color), 1e-10));
    x = clamp((x - darkest) / (brightest - darkest), 0.0, 1.0);
    x = -0.00232 + x * (0.1191 + x * (0.4298 + x * (-6.868 + x * (31.96 + x * (-40.14 + x * 15.5)))));
    return clamp(from_rec2020 * pow(max(outset * x, 0.0), vec3(2.2)), 0.0, 1.0);
}

#elif defined(TONE_NONE)

vec3 tone_map(vec3 color) {
    return color;
}

#else

// Khronos PBR Neutral tone mapping, as its specification (version 1.0) gives it: colours below 0.8 stay as they are but
// for the 4 % that a Fresnel reflection of white adds; brighter ones are compressed to 1 and lose saturation.
vec3 tone_map(vec3 color) {
    const float start_compression = 0.8 - 0.04;
    const float desaturation = 0.15;
    float darkest = min(color.r, min(color.g, color.b));
    color -= darkest < 0.08 ? darkest - 6.25 * darkest * darkest : 0.04;
    float peak = max(color.r, max(color.g, color.b));
    if (peak < start_compression) return color;
    float room = 1.0 - start_compression;
    float new_peak = 1.0 - room * room / (peak + room - start_compression);
    color *= new_peak / peak;
    return mix(vec3(new_peak), color, 1.0 / (desaturation * (peak - new_peak) + 1.0));
}

#endif

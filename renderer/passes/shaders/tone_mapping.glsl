// From linear light of any brightness to linear light of a display, 0 to 1: `vec3 tone_map(vec3 color)`, as defined by
// one of TONE_ACES, TONE_AGX, TONE_NONE, or none of them. Matrices are written column by column.
// `vec3 tone_unmap(vec3 color)` goes the other way, to be followed by `tone_remap`.
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

vec3 tone_unmap(vec3 color) {
    const mat3 from_aces = mat3(  // the inverses of the two above
        1.764741, -0.147028, -0.036337,
        -0.675778, 1.160252, -0.162436,
        -0.088963, -0.013224, 1.198773);
    const mat3 to_aces = mat3(
        0.643038, 0.059269, 0.005962,
        0.311187, 0.931436, 0.063929,
        0.045775, 0.009295, 0.930118);
    vec3 y = min(to_aces * color, 0.99);
    vec3 a = 1.0 - 0.983729 * y;
    vec3 b = 0.0245786 - 0.4329510 * y;
    vec3 v = (sqrt(b * b + 4.0 * a * (0.000090537 + 0.238081 * y)) - b) / (2.0 * a);
    return max(0.6 * (from_aces * v), 0.0);
}

#define tone_remap tone_map

#elif defined(TONE_AGX)

// AgX by Troy Sobotka, its base look, in Rec. 2020 as Blender 4 and Filament have it; the curve is Benjamin Wrensch's
// polynomial ("Minimal AgX Implementation", 2023). It spans 10 stops below to 6.5 above mid-grey.
const float AGX_DARKEST = -12.47393;  // log2
const float AGX_BRIGHTEST = 4.026069;

vec3 agx_curve(vec3 x) {
    return -0.00232 + x * (0.1191 + x * (0.4298 + x * (-6.868 + x * (31.96 + x * (-40.14 + x * 15.5)))));
}

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
    vec3 x = log2(max(inset * (to_rec2020 * color), 1e-10));
    x = agx_curve(clamp((x - AGX_DARKEST) / (AGX_BRIGHTEST - AGX_DARKEST), 0.0, 1.0));
    return clamp(from_rec2020 * pow(max(outset * x, 0.0), vec3(2.2)), 0.0, 1.0);
}

vec3 tone_unmap(vec3 color) {
    const mat3 to_rec2020 = mat3(  // the inverses of the above
        0.627409, 0.069125, 0.016423,
        0.329260, 0.919549, 0.088048,
        0.043272, 0.011321, 0.895617);
    const mat3 inset = mat3(
        0.899797, 0.111421, 0.111421,
        0.087200, 0.875576, 0.087200,
        0.013003, 0.013003, 0.801379);
    const mat3 outset = mat3(  // of both the inset and the primaries
        2.114514, -0.370541, -0.165953,
        -1.027466, 1.552986, -0.254686,
        -0.087107, -0.182332, 1.420629);
    vec3 y = inset * pow(max(to_rec2020 * color, 0.0), vec3(1.0 / 2.2));
    vec3 x = vec3(0.0);
    for (float step = 0.5; step > 0.0001; step *= 0.5) {  // the curve rises everywhere
        x += step * vec3(lessThanEqual(agx_curve(x + step), y));
    }
    return max(outset * exp2(AGX_DARKEST + x * (AGX_BRIGHTEST - AGX_DARKEST)), 0.0);
}

#define tone_remap tone_map

#elif defined(TONE_NONE)

vec3 tone_map(vec3 color) {
    return color;
}

vec3 tone_unmap(vec3 color) { return color; }
vec3 tone_remap(vec3 color) { return color; }

#else

// Khronos PBR Neutral tone mapping, as its specification (version 1.0) gives it: colours below 0.8 stay as they are but
// for the 4 % that a Fresnel reflection of white adds; brighter ones are compressed to 1 and lose saturation.
float toe(float darkest) { return darkest < 0.08 ? darkest - 6.25 * darkest * darkest : 0.04; }

vec3 tone_map(vec3 color) {
    const float start_compression = 0.8 - 0.04;
    const float desaturation = 0.15;
    color -= toe(min(color.r, min(color.g, color.b)));
    float peak = max(color.r, max(color.g, color.b));
    if (peak < start_compression) return color;
    float room = 1.0 - start_compression;
    float new_peak = 1.0 - room * room / (peak + room - start_compression);
    color *= new_peak / peak;
    return mix(vec3(new_peak), color, 1.0 / (desaturation * (peak - new_peak) + 1.0));
}

// The shoulder stays: it has made bright colours paler, and no saturated one goes back through it.
vec3 tone_unmap(vec3 color) {
    float darkest = min(color.r, min(color.g, color.b));
    return color + (darkest < 0.04 ? 0.4 * sqrt(darkest) - darkest : 0.04);
}

vec3 tone_remap(vec3 color) {
    return color - toe(min(color.r, min(color.g, color.b)));
}

#endif

// From linear light to the bytes of the picture, and back from the bytes of textures.
#include "gl/samples.glsl"
#include "tone_mapping.glsl"

// sRGB decoding (IEC 61966-2-1) as a polynomial through 0 and 1, fitted for least error as seen: 0.7/255 at most.
vec3 srgb_decode(vec3 c) {
    return c * (0.05933 + c * (0.363338 + c * (0.896209 - 0.318877 * c)));
}

// sRGB encoding by square roots, fitted the same way: 0.2/255 at most.
vec3 srgb_encode(vec3 light) {
    vec3 s1 = sqrt(light);
    vec3 s2 = sqrt(s1);
    vec3 s3 = sqrt(s2);
    vec3 curve = 0.587301 * s1 + 0.775834 * s2 - 0.363135 * s3;
    return mix(curve, 12.92 * light, lessThan(light, vec3(0.0031308)));
}

// Interleaved gradient noise (Jimenez, SIGGRAPH 2014), -0.5 to 0.5 of an 8-bit step, one value for all samples of a
// pixel: it breaks up the bands of soft gradients and survives the resolve.
uniform vec2 u_origin;  // of the tile, in samples of the frame

float dither(vec2 sample_position) {
    vec2 pixel = floor((sample_position + u_origin) / float(SUPERSAMPLING));
    return (fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715)))) - 0.5) / 255.0;
}

// How the samples of a pixel lie in a supersampled picture: SUPERSAMPLING (renderer/gl/sampling.py) along each axis.
#ifndef SAMPLES_GLSL
#define SAMPLES_GLSL

const int SAMPLES_PER_PIXEL = SUPERSAMPLING * SUPERSAMPLING;

// This sample's place in its pixel, (0, 0) at the lower left.
ivec2 place_in_pixel() {
    return ivec2(gl_FragCoord.xy) % SUPERSAMPLING;
}

// The number of this sample among those of its pixel, from 0 to SAMPLES_PER_PIXEL - 1.
int sample_number() {
    ivec2 place = place_in_pixel();
    return place.x + SUPERSAMPLING * place.y;
}

// From the centre of this sample to the centre of its pixel, in samples.
vec2 to_pixel_centre() {
    return 0.5 * float(SUPERSAMPLING - 1) - vec2(place_in_pixel());
}

// The mean of the samples of a pixel, which counts from the picture's lower left.
vec4 pixel_mean(sampler2D samples, ivec2 pixel) {
    vec4 sum = vec4(0.0);
    for (int y = 0; y < SUPERSAMPLING; y++) {
        for (int x = 0; x < SUPERSAMPLING; x++) sum += texelFetch(samples, SUPERSAMPLING * pixel + ivec2(x, y), 0);
    }
    return sum / float(SAMPLES_PER_PIXEL);
}
#endif

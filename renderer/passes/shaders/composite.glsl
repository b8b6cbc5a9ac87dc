// The picture, one pixel at a time, and what lies behind and before it. All in display space.
#include "gl/samples.glsl"
#if TEXELS != 1 && SUPERSAMPLING != 2
#error "resolved() takes the mean of 2x2 samples by one bilinear read"
#endif

uniform sampler2D u_samples;  // premultiplied, TEXELS times the size of the frame, bottom row first, linear filter
uniform vec2 u_size;          // of the frame, in pixels
#ifdef IMAGE
uniform sampler2D u_image;    // the backdrop: of the frame's size, top row first
#else
uniform vec3 u_backdrop;
#endif
#ifdef VIGNETTE
uniform float u_vignette;
#endif
#ifdef FOREGROUND
uniform sampler2D u_foreground;  // premultiplied, of the frame's size, top row first
#endif

// The foreground at a pixel; nothing where there is none.
vec4 foreground(vec2 pixel) {
#ifdef FOREGROUND
    return texture(u_foreground, (pixel + 0.5) / u_size);
#else
    return vec4(0.0);
#endif
}

// Mean of the samples of a pixel. `pixel` counts from the frame's top left.
vec4 resolved(vec2 pixel) {
    return texture(u_samples, vec2(pixel.x + 0.5, u_size.y - pixel.y - 0.5) / u_size);
}

// The same in full precision: some drivers filter 8-bit textures to 8 bits.
vec4 exact(vec2 pixel) {
    ivec2 at = ivec2(pixel.x, u_size.y - 1.0 - pixel.y);
#if TEXELS == 1
    return texelFetch(u_samples, at, 0);
#else
    return pixel_mean(u_samples, at);
#endif
}

// The backdrop's colour at a pixel: a vignette darkens it from the middle to the corners.
vec3 backdrop(vec2 pixel) {
#ifdef IMAGE
    vec3 color = texture(u_image, (pixel + 0.5) / u_size).rgb;
#else
    vec3 color = u_backdrop;
#endif
#ifdef VIGNETTE
    vec2 from_middle = (pixel + 0.5) / u_size * 2.0 - 1.0;
    color *= 1.0 - u_vignette * smoothstep(0.0, 1.0, 0.5 * dot(from_middle, from_middle));
#endif
    return color;
}

// A pixel as it is seen.
vec3 composited(vec2 pixel) {
    vec4 color = resolved(pixel);
    vec4 front = foreground(pixel);
    return front.rgb + (1.0 - front.a) * (color.rgb + (1.0 - color.a) * backdrop(pixel));
}

// A pixel on nothing, with straight alpha: its colour isn't darkened by it. Black where nothing is seen.
vec4 straight(vec2 pixel) {
    vec4 front = foreground(pixel);
    vec4 color = front + (1.0 - front.a) * exact(pixel);
    return color.a > 0.0 ? vec4(min(color.rgb / color.a, 1.0), color.a) : vec4(0.0);
}

// Noise for the last rounding, -0.5 to 0.5 of a step, where there is a gradient to break up: in a vignette, and where
// the backdrop shows through a shadow or a reflection. Those were dithered when they were drawn, but a composition or a
// conversion has steps of its own, so this is interleaved gradient noise (Jimenez, SIGGRAPH 2014) with its axes swapped.
float rounding_noise(vec2 pixel, float seed) {
#ifndef VIGNETTE
    float alpha = resolved(pixel).a;
    if (alpha == 0.0 || alpha == 1.0) return 0.0;
#endif
    float noise = fract(52.9829189 * fract(dot(pixel + seed, vec2(0.00583715, 0.06711056)))) - 0.5;
    return noise * (1.0 - foreground(pixel).a);
}

// BT.709 luma of sRGB-encoded colour.
float luma(vec3 color) {
    return dot(color, vec3(0.2126, 0.7152, 0.0722));
}

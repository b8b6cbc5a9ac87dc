// One view's planes as its files have them, top row first. Colour is the mean of a pixel's four samples, on white. Depth
// and normal are those of one sample, never a mean: of the four the one with the lower median of the depths, where no
// surface is infinitely far. So a pixel has depth where at least half of it is covered, and the picture's edges are not
// moved. Codes of depth and normals: renderer/dataset/planes.py.
#extension GL_ARB_texture_gather : require
#include "gl/samples.glsl"
#if SUPERSAMPLING != 2
#error "one of 2x2 samples is chosen here"
#endif

uniform sampler2D u_color;   // premultiplied, SUPERSAMPLING times the view's size, bottom row first, like the others
uniform sampler2D u_normal;
uniform sampler2D u_depth;   // 0 where there is no surface
uniform int u_size;          // of the view, in pixels
uniform float u_near;
uniform float u_range;       // far - near

layout(location = 0) out vec4 out_color;
layout(location = 1) out vec4 out_normal;   // NO_NORMAL where there is no surface
layout(location = 2) out uint out_depth16;  // near 0 to FAR16, which is also where there is no surface
layout(location = 3) out float out_depth8;  // the same in steps of 1/255
layout(location = 4) out float out_mask;

const float NOWHERE = 1e30;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.x, u_size - 1 - int(gl_FragCoord.y));
    ivec2 at = SUPERSAMPLING * pixel;
    ivec2 places[4] = ivec2[](at, at + ivec2(1, 0), at + ivec2(0, 1), at + ivec2(1, 1));
    vec4 color = pixel_mean(u_color, pixel);
    vec4 gathered = textureGather(u_depth, vec2(at + 1) / float(SUPERSAMPLING * u_size));
    gathered = mix(vec4(NOWHERE), gathered, greaterThan(gathered, vec4(0.0)));
    float depths[4] = float[](gathered.w, gathered.z, gathered.x, gathered.y);
    float chosen = min(
        max(min(depths[0], depths[1]), min(depths[2], depths[3])),
        min(max(depths[0], depths[1]), max(depths[2], depths[3])));
    bool covered = chosen < NOWHERE;
    int which = depths[0] == chosen ? 0 : depths[1] == chosen ? 1 : depths[2] == chosen ? 2 : 3;
    float coded = covered ? clamp((chosen - u_near) / u_range, 0.0, 1.0) : 1.0;
    out_color = vec4(color.rgb + (1.0 - color.a), 1.0);
    out_normal = covered ? texelFetch(u_normal, places[which], 0) : vec4(NO_NORMAL / 255.0);
    out_depth16 = uint(coded * float(FAR16) + 0.5);
    out_depth8 = floor(coded * 255.0 + 0.5) / 255.0;
    out_mask = covered ? 1.0 : 0.0;
}

// A tile's samples as pixels of the frame: the mean of each pixel's.
#include "samples.glsl"

uniform sampler2D u_samples;
uniform ivec2 u_origin;  // the tile's lower left in the frame, in pixels

out vec4 out_color;

void main() {
    out_color = pixel_mean(u_samples, ivec2(gl_FragCoord.xy) - u_origin);
}

// A tile's samples as pixels of the frame: the mean of four each.
uniform sampler2D u_samples;
uniform ivec2 u_origin;  // the tile's place in the frame, pixels

out vec4 out_color;

void main() {
    ivec2 at = 2 * (ivec2(gl_FragCoord.xy) - u_origin);
    out_color = 0.25 * (
        texelFetch(u_samples, at, 0) + texelFetch(u_samples, at + ivec2(1, 0), 0)
        + texelFetch(u_samples, at + ivec2(0, 1), 0) + texelFetch(u_samples, at + ivec2(1, 1), 0));
}

// The reflection in the samples: it is smooth, so those of one pixel are alike.
uniform sampler2D u_blurred;
uniform vec2 u_origin;  // of the tile, in samples of the frame

out vec4 out_color;

void main() {
    out_color = texelFetch(u_blurred, ivec2(gl_FragCoord.xy + u_origin) / SUPERSAMPLING, 0);
}

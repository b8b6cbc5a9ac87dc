// The reflection in the samples: it is smooth, so the four of a pixel are alike.
uniform sampler2D u_blurred;

out vec4 out_color;

void main() {
    out_color = texelFetch(u_blurred, ivec2(gl_FragCoord.xy) / 2, 0);
}

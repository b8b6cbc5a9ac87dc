// What select.frag.glsl says of pixels without a surface.
layout(location = 0) out vec4 out_color;
layout(location = 1) out vec4 out_normal;
layout(location = 2) out uint out_depth16;
layout(location = 3) out float out_depth8;
layout(location = 4) out float out_mask;

void main() {
    out_color = vec4(1.0);
    out_normal = vec4(NO_NORMAL / 255.0);
    out_depth16 = uint(FAR16);
    out_depth8 = 1.0;
    out_mask = 0.0;
}

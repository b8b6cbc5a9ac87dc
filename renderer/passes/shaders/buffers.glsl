// What training sets have beside the colour, drawn in the same pass: the surface's normal and its depth.
layout(location = 1) out vec4 out_normal;  // in the world, as (n + 1) / 2; alpha 1
layout(location = 2) out vec4 out_depth;   // r: distance along the optical axis, in the world's unit

// The depth of this triangle's plane at the middle of the pixel: its inverse is linear on the screen.
// For planes at grazing angles it is limited to a change of a pixel's width (PIXEL: at distance 1). To be called before
// any discard, as it takes derivatives.
float depth_at_pixel() {
    float inverse = gl_FragCoord.w;
    float at_middle = inverse + dot(vec2(dFdx(inverse), dFdy(inverse)), to_pixel_centre());
    return 1.0 / clamp(at_middle, inverse * (1.0 - PIXEL), inverse * (1.0 + PIXEL));
}

// The normal of an unlit surface.
vec3 unlit_normal() {
#ifdef HAS_NORMAL
    vec3 normal = unit(v_normal);
#ifdef DOUBLE_SIDED
    normal *= front_facing ? 1.0 : -1.0;
#endif
    return normal;
#else
    return normalize(u_eye - v_position);
#endif
}

// Writes both. A surface of an alpha below a tenth counts as none: what was drawn before stays. `alpha` is the material's
// own: that of the picture rises with reflections, so that a surface would be there in some views and not in others.
void write_buffers(vec3 normal, float depth, float alpha) {
    float solid = step(0.1, alpha);
    out_normal = vec4(normal * 0.5 + 0.5, 1.0) * solid;
    out_depth = vec4(depth, 0.0, 0.0, 1.0) * solid;
}

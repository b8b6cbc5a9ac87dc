// The base colour, and what comes of the light that falls on it.

// Radiance that leaves the surface towards the eye, linear.
struct Outgoing {
    vec3 diffuse;   // what alpha thins
    vec3 specular;  // what it does not: reflections and emission
};

float max_component(vec3 color) { return max(color.r, max(color.g, color.b)); }

// Linear colour, not premultiplied, and alpha.
vec4 base_color() {
    vec4 base = material.base_color;
#ifdef BASE_COLOR_TEXEL
#if defined(ALPHA_MASK) || defined(ALPHA_BLEND)
    vec4 texel = BASE_COLOR_TEXEL;
    base *= vec4(srgb_decode(texel.rgb), texel.a);
#else
    base.rgb *= srgb_decode(BASE_COLOR_TEXEL);
#endif
#endif
#ifdef HAS_COLOR
    base *= v_color;
#endif
    return base;
}

// glTF's metallic-roughness surface under image-based light, out as tone-mapped, premultiplied, sRGB-encoded colour. The
// environment's and the shadows' snippets stand before this text. The layers are those of the KHR_materials extensions,
// from the inside out: base (dielectric or metal), sheen, clearcoat; each has a file, and a define that turns it on.
#include "display.glsl"
#include "unit.glsl"
#include "material_inputs.glsl"
#include "base_color.glsl"
#ifndef UNLIT
#include "surface.glsl"
#include "iridescence.glsl"
#include "anisotropy.glsl"
#include "base_layer.glsl"
#include "diffuse_transmission.glsl"
#include "punctual_lights.glsl"
#include "sheen.glsl"
#include "clearcoat.glsl"
#include "transmission.glsl"
#endif

layout(location = 0) out vec4 out_color;
#ifdef BUFFERS
#include "buffers.glsl"
#endif

void main() {
#ifdef SHARED
    if (!fetch_surface()) discard;
#elif defined(DEFERRED)
    fetch_surface();
#endif
#ifdef BUFFERS
    float depth = depth_at_pixel();
#endif
    READ_MAPS

    vec4 base = base_color();
#ifdef ALPHA_MASK
    if (base.a < material.surface.w) discard;
#endif

#ifdef UNLIT
    Outgoing light = Outgoing(base.rgb, vec3(0.0));
#else
    Surface surface = surface_of(base.rgb);
#ifdef IRIDESCENCE
    surface.f0 = iridescent_f0(surface);
#endif
    float lobe_roughness = surface.roughness;
    float even = 1.0;
#ifdef ANISOTROPY
    Anisotropy anisotropy = anisotropy_of(surface);
    lobe_roughness = isotropic_roughness(anisotropy);
    even = anisotropy.alpha.x / max(anisotropy.alpha.y, 1e-6);
    vec3 reflection = anisotropic_light(surface, anisotropy);
#else
    vec3 reflection = isotropic_light(surface);
#endif
    Reflectance reflectance = specular_reflectance(surface, lobe_roughness);
    vec3 irradiance = received_irradiance(surface, 1.0);
    Outgoing light = base_layer(surface, reflectance, irradiance, reflection, even);
#ifdef DIFFUSE_TRANSMISSION
    light.diffuse = with_diffuse_transmission(surface, reflectance, light.diffuse);
#endif
#ifdef LIGHTS
    add_punctual_lights(surface, reflectance, lobe_roughness, light);
#endif
#ifdef SHEEN
    add_sheen(surface, irradiance, light);
#endif
    light.specular += emission();
#ifdef CLEARCOAT
    add_clearcoat(surface, irradiance, light);
#endif
#endif

#ifdef TRANSMISSION
    Transmission transmission = transmission_of(surface, base);
#ifdef ALPHA_BLEND
    if (base.a == 0.0) discard;
    float there = base.a;  // how much of the surface there is at all: glass, reflections and what is seen through it
#endif
    base.a = 1.0 - transmission.factor;
#endif
#if defined(ALPHA_BLEND) || defined(TRANSMISSION)
    // A reflection is as bright on clear varnish as on paint: alpha thins the diffuse light only, and rises with the
    // specular so that a highlight covers what is behind it.
#ifndef TRANSMISSION
    light.specular *= min(base.a * 64.0, 1.0);  // but where alpha is 0 there is nothing
#endif
    float coverage = max_component(light.specular);
    vec3 own = light.diffuse * base.a + light.specular;
#ifdef TRANSMISSION
    // what is reflected is not transmitted, even where it is dark
    float reflected = max_component(reflectance.single + reflectance.multiple);
    coverage = max(coverage, reflected);
#endif
    float alpha = base.a + (1.0 - base.a) * min(coverage, 1.0);
    vec3 radiance = own / max(alpha, 1e-4);
#else
    const float alpha = 1.0;
    vec3 radiance = light.diffuse + light.specular;
#endif

#ifndef UNLIT
    radiance = tone_map(radiance);
#endif
    vec3 encoded = srgb_encode(clamp(radiance, 0.0, 1.0));
    out_color = vec4(encoded * alpha, alpha);
#ifdef TRANSMISSION
    add_transmission(transmission, own, transmission.factor * (1.0 - reflected), out_color);
#ifdef ALPHA_BLEND
    out_color = mix(unrefracted(), out_color, there);
#endif
#endif
    out_color.rgb += dither(gl_FragCoord.xy) * out_color.a;

#ifdef BUFFERS
#ifdef UNLIT
    vec3 buffered_normal = unlit_normal();
#else
    vec3 buffered_normal = surface.normal;
#endif
#if defined(ALPHA_BLEND) && !defined(TRANSMISSION)
    write_buffers(buffered_normal, depth, base.a);
#else
    write_buffers(buffered_normal, depth, 1.0);  // a transmissive surface, not what is seen through it
#endif
#endif
}

// glTF's metallic-roughness surface under image-based light, out as tone-mapped, premultiplied, sRGB-encoded colour.
// The snippets of the environment and of the shadows stand before this text. Formulas: glTF 2.0 appendix B; split sum with multiple scattering by
// Fdez-Aguera (JCGT 8/1, 2019); specular occlusion by Lagarde and de Rousiers (2014). Layers are those of the KHR_materials extensions, from the
// inside out: dielectric or metal, sheen, clearcoat.
#include "display.glsl"
#include "unit.glsl"
#include "anisotropy.glsl"
#include "iridescence.glsl"
#include "transmission.glsl"
#include "lamps.glsl"

layout(std140) uniform Material {
    vec4 base_color;
    vec4 emissive;    // w: occlusion strength
    vec4 surface;     // metallic, roughness, normal scale, alpha cutoff
    vec4 dielectric;  // F0, specular factor
    vec4 coat;        // factor, roughness, normal scale
    vec4 sheen;       // colour, roughness
    vec4 brushed;     // strength, cosine and sine of the rotation
    vec4 film;        // factor, index of refraction, thickness in nanometres at texels of 0 and 1
    vec4 glass;       // transmission, thickness, index of refraction, its spread to red and blue
    vec4 absorption;  // per metre
    vec4 translucent; // colour and share of the light that is scattered through
} material;

uniform vec3 u_eye;
MAPS
#ifdef STORED
#include "stored.glsl"
#else
in vec3 v_position;
#ifdef HAS_NORMAL
in vec3 v_normal;
#endif
#ifdef HAS_TANGENT
in vec4 v_tangent;
#endif
#ifdef HAS_COLOR
in vec4 v_color;
#endif
#define UV_DIRECTION in
UVS
#define front_facing gl_FrontFacing
#define READ(map, uv, more) texture(map, uv)
#endif
#ifdef SHEEN
uniform sampler2D sheen_albedo;  // directional albedo of white sheen at (n.v, roughness)
#endif

layout(location = 0) out vec4 out_color;
#ifdef BUFFERS
#include "buffers.glsl"
#endif

// Mirrored repeat, which moderngl's samplers lack: a triangle wave, continuous over the mirrors.
float mirrored(float x) { return 1.0 - abs(2.0 * fract(0.5 * x) - 1.0); }
vec2 mirrored_10(vec2 uv) { return vec2(mirrored(uv.x), uv.y); }
vec2 mirrored_01(vec2 uv) { return vec2(uv.x, mirrored(uv.y)); }
vec2 mirrored_11(vec2 uv) { return vec2(mirrored(uv.x), mirrored(uv.y)); }

float highest(vec3 color) { return max(color.r, max(color.g, color.b)); }

#ifdef HAS_TANGENT
// The direction of a normal map's texel. MikkTSpace: interpolated vectors stay as they are; the sum alone is normalised.
vec3 mapped_normal(vec2 texel, float scale) {
    vec2 slope = texel * 2.0 - 1.0;
    float height = sqrt(max(1.0 - dot(slope, slope), 0.0));
    slope *= scale;
    vec3 bitangent = cross(v_normal, v_tangent.xyz) * v_tangent.w;
    return unit(slope.x * v_tangent.xyz + slope.y * bitangent + height * v_normal);
}
#endif

// A normal map can turn reflections below the surface's horizon: there they meet the surface itself.
float above_horizon(vec3 reflected, vec3 normal) {
    float horizon = clamp(1.0 + 1.2 * dot(reflected, normal), 0.0, 1.0);
    return horizon * horizon;
}

float reflection_occlusion(float cos_v, float occlusion, float roughness) {
    return clamp(pow(cos_v + occlusion, exp2(-16.0 * roughness - 1.0)) - 1.0 + occlusion, 0.0, 1.0);
}

void main() {
#ifdef SHARED
    if (!fetch_surface()) discard;
#elif defined(STORED)
    fetch_surface();
#endif
#ifdef BUFFERS
    float depth = depth_at_pixel();
#endif
    READ_MAPS

    vec4 base = material.base_color;
#ifdef BASE_TEXEL
#if defined(ALPHA_MASK) || defined(ALPHA_BLEND)
    vec4 base_texel = BASE_TEXEL;
    base *= vec4(srgb_decode(base_texel.rgb), base_texel.a);
#else
    base.rgb *= srgb_decode(BASE_TEXEL);
#endif
#endif
#ifdef HAS_COLOR
    base *= v_color;
#endif

#ifdef ALPHA_MASK
    if (base.a < material.surface.w) discard;
#endif

#ifdef UNLIT
    vec3 diffuse_light = base.rgb;
    vec3 specular_light_out = vec3(0.0);
#else
    vec3 to_eye = normalize(u_eye - v_position);

#ifdef HAS_NORMAL
    vec3 normal = unit(v_normal);
    vec3 bent = normal;
    vec3 coat_normal = normal;
#if defined(NORMAL_TEXEL) && defined(HAS_TANGENT)
    bent = mapped_normal(NORMAL_TEXEL, material.surface.z);
#endif
#if defined(COAT_NORMAL_TEXEL) && defined(HAS_TANGENT)
    coat_normal = mapped_normal(COAT_NORMAL_TEXEL, material.coat.z);
#endif
#ifdef TWO_SIDED
    float side = front_facing ? 1.0 : -1.0;
    normal *= side;
    bent *= side;
    coat_normal *= side;
#endif
#else
    vec3 normal = to_eye;
    vec3 bent = to_eye;
    vec3 coat_normal = to_eye;
#endif

    float metallic = material.surface.x;
    float roughness = material.surface.y;
#ifdef ROUGHNESS_METALLIC_TEXEL
    vec2 roughness_metallic = ROUGHNESS_METALLIC_TEXEL;
    roughness *= roughness_metallic.x;
    metallic *= roughness_metallic.y;
#endif
#ifdef GLOSSINESS_TEXEL
    roughness = 1.0 - (1.0 - roughness) * GLOSSINESS_TEXEL;
#endif
    float occlusion = 1.0;
#ifdef OCCLUSION_TEXEL
    occlusion += material.emissive.w * (OCCLUSION_TEXEL - 1.0);
#endif

    vec3 albedo = base.rgb * (1.0 - metallic);
#ifdef DIELECTRIC
    vec3 plain_f0 = material.dielectric.rgb;
    float strength = material.dielectric.w;
#ifdef SPECULAR_COLOR_TEXEL
    plain_f0 *= srgb_decode(SPECULAR_COLOR_TEXEL);
#endif
#ifdef SPECULAR_TEXEL
    strength *= SPECULAR_TEXEL;
#endif
    vec3 f0 = mix(min(plain_f0, 1.0) * strength, base.rgb, metallic);
    float f90 = mix(strength, 1.0, metallic);
#else
    vec3 f0 = mix(vec3(0.04), base.rgb, metallic);
    const float f90 = 1.0;
#endif
    float cos_v = clamp(dot(bent, to_eye), 1e-3, 1.0);
    vec3 reflected = reflect(-to_eye, bent);

    float lobe = roughness;
#ifdef ANISOTROPY
    float brushed = material.brushed.x;
    vec2 turned = vec2(1.0, 0.0);
#ifdef ANISOTROPY_TEXEL
    vec3 anisotropy_texel = ANISOTROPY_TEXEL;
    brushed *= anisotropy_texel.z;
    turned = anisotropy_texel.xy * 2.0 - 1.0;
#endif
    turned = mat2(material.brushed.y, material.brushed.z, -material.brushed.z, material.brushed.y) * turned;
    vec3 along = turned.x * v_tangent.xyz + turned.y * v_tangent.w * cross(v_normal, v_tangent.xyz);
    along = unit(along - bent * dot(along, bent));
    vec2 alpha_brushed = brushed_alpha(roughness, brushed);
    lobe = sqrt(length(alpha_brushed) * 0.70710678);  // loses about as much as a surface that is as rough all around
#endif

    // Single and multiple scattering of the specular lobe.
    vec2 split = split_sum(cos_v, lobe);
    vec3 fresnel = f0;  // the split sum has its rise towards grazing angles
#ifdef IRIDESCENCE
    float film = material.film.x;
#ifdef IRIDESCENCE_TEXEL
    film *= IRIDESCENCE_TEXEL;
#endif
    float thickness_texel = 1.0;
#ifdef FILM_THICKNESS_TEXEL
    thickness_texel = FILM_THICKNESS_TEXEL;
#endif
    float film_thickness = mix(material.film.z, material.film.w, thickness_texel);
    vec3 film_color = film_reflectance(cos_v, material.film.y, film_thickness, f0);
    fresnel = mix(fresnel, film_color, film);
    f0 = mix(f0, film_color, film);
#endif
    vec3 single = fresnel * split.x + f90 * split.y;
    float lost = 1.0 - split.x - split.y;
    vec3 average = f0 + (f90 - f0) / 21.0;
    vec3 multiple = single * average * lost / (1.0 - lost * average);
#if defined(DIELECTRIC) || defined(IRIDESCENCE)
    vec3 past = vec3(1.0 - highest(single + multiple));  // a coloured reflection must not tint what it leaves over
#else
    vec3 past = 1.0 - single - multiple;
#endif

    float specular_occlusion = 1.0;
#ifdef OCCLUSION_TEXEL
    specular_occlusion = reflection_occlusion(cos_v, occlusion, roughness);
#endif

    float blocked = floor_blocked(v_position, normal);
    vec3 ambient = ambient_irradiance(bent) * (occlusion * floor_bounce(blocked, bent));
    vec3 direct = shadowed_irradiance(v_position, normal, bent);
    vec3 diffuse_light = (ambient + direct) * (albedo * past);
#ifdef TRANSLUCENT
    float share = material.translucent.w;
#ifdef TRANSLUCENCE_TEXEL
    share *= TRANSLUCENCE_TEXEL;
#endif
    vec3 translucent = material.translucent.rgb * (1.0 - metallic);
#ifdef TRANSLUCENCE_COLOR_TEXEL
    translucent *= srgb_decode(TRANSLUCENCE_COLOR_TEXEL);
#endif
    vec3 from_behind = ambient_irradiance(-bent) * (occlusion * floor_bounce(blocked, -bent))
        + shadowed_irradiance(v_position, -normal, -bent);
    diffuse_light = mix(diffuse_light, from_behind * translucent * past, share);
#endif
    specular_occlusion *= floor_bounce(blocked, reflected);
#ifdef ANISOTROPY
    vec3 mirrored_light = brushed_light(to_eye, bent, along, alpha_brushed);
#else
    float wide = roughness * roughness;
    vec3 mirrored_light = specular_light(mix(reflected, bent, wide * wide), roughness);  // wide lobes lean to the normal
#endif
    vec3 met = mix(base.rgb * (ambient + direct), mirrored_light, above_horizon(reflected, normal));
    vec3 specular_light_out = single * met * specular_occlusion + multiple * (ambient + direct);
#ifdef LIGHTS
    Lit lit = lamp_light(v_position, normal, bent, to_eye, lobe, f0, f90);
    diffuse_light += lit.diffuse * (albedo * past);
    specular_light_out += lit.specular;
#endif

#ifdef SHEEN
    vec3 sheen = material.sheen.rgb;
#ifdef SHEEN_COLOR_TEXEL
    sheen *= srgb_decode(SHEEN_COLOR_TEXEL);
#endif
    float sheen_roughness = material.sheen.w;
#ifdef SHEEN_ROUGHNESS_TEXEL
    sheen_roughness *= SHEEN_ROUGHNESS_TEXEL;
#endif
    sheen *= texture(sheen_albedo, vec2(cos_v, sheen_roughness)).r;
    diffuse_light *= 1.0 - highest(sheen);
    specular_light_out = specular_light_out * (1.0 - highest(sheen)) + sheen * (ambient + direct);
#endif

#ifdef EMISSIVE_TEXEL
    specular_light_out += material.emissive.rgb * srgb_decode(EMISSIVE_TEXEL);
#else
    specular_light_out += material.emissive.rgb;
#endif

#ifdef CLEARCOAT
    float coat = material.coat.x;
#ifdef COAT_TEXEL
    coat *= COAT_TEXEL;
#endif
    float coat_roughness = material.coat.y;
#ifdef COAT_ROUGHNESS_TEXEL
    coat_roughness *= COAT_ROUGHNESS_TEXEL;
#endif
    float coat_cos_v = clamp(dot(coat_normal, to_eye), 1e-3, 1.0);
    vec2 coat_split = split_sum(coat_cos_v, coat_roughness);
    coat *= 0.04 * coat_split.x + coat_split.y;  // varnish has an index of refraction of 1.5
    vec3 coat_reflected = reflect(-to_eye, coat_normal);
    float coat_occlusion = floor_bounce(blocked, coat_reflected);
#ifdef OCCLUSION_TEXEL
    coat_occlusion *= reflection_occlusion(coat_cos_v, occlusion, coat_roughness);
#endif
    vec3 coat_met = mix(base.rgb * (ambient + direct), specular_light(coat_reflected, coat_roughness),
        above_horizon(coat_reflected, normal));
    vec3 coat_light = coat_met * coat_occlusion;
    diffuse_light *= 1.0 - coat;
    specular_light_out = specular_light_out * (1.0 - coat) + coat_light * coat;
#endif
#endif

#ifdef TRANSMISSION
    float transmission = material.glass.x * (1.0 - metallic);
#ifdef TRANSMISSION_TEXEL
    transmission *= TRANSMISSION_TEXEL;
#endif
    vec3 tint = base.rgb;
#ifdef ALPHA_BLEND
    transmission = 1.0 - base.a * (1.0 - transmission);
    tint = mix(vec3(1.0), tint, base.a);
#endif
    float ior = material.glass.z;
    vec3 inside = vec3(0.0);
#ifdef VOLUME
    float thickness = material.glass.y;
#ifdef THICKNESS_TEXEL
    thickness *= THICKNESS_TEXEL;
#endif
    inside = world_depth(thickness);
    tint *= exp(-material.absorption.rgb * length(refract(-to_eye, bent, 1.0 / ior) * inside));
#endif
    vec4 seen = refracted(v_position, to_eye, bent, roughness, ior, inside);
    vec3 hidden = vec3(seen.a);
#ifdef DISPERSION
    vec2 red = refracted(v_position, to_eye, bent, roughness, max(ior - material.glass.w, 1.0), inside).ra;
    vec2 blue = refracted(v_position, to_eye, bent, roughness, ior + material.glass.w, inside).ba;
    seen.rb = vec2(red.x, blue.x);
    hidden.rb = vec2(red.y, blue.y);
#endif
    base.a = 1.0 - transmission;
#endif

#if defined(ALPHA_BLEND) || defined(TRANSMISSION)
    // A reflection is as bright on clear varnish as on paint: alpha thins the diffuse light only, and rises with the
    // specular so that a highlight covers what is behind it.
    float cover = highest(specular_light_out);
#ifdef TRANSMISSION
    cover = max(cover, highest(single + multiple));  // what is reflected, were it dark, does not pass
#endif
    float alpha = base.a + (1.0 - base.a) * min(cover, 1.0);
    vec3 light = (diffuse_light * base.a + specular_light_out) / max(alpha, 1e-4);
#else
    const float alpha = 1.0;
    vec3 light = diffuse_light + specular_light_out;
#endif

#ifndef UNLIT
    light = tone_map(light);
#endif
    vec3 shown = srgb_encode(clamp(light, 0.0, 1.0));
    out_color = vec4(shown * alpha + dither(gl_FragCoord.xy) * alpha, alpha);
#ifdef TRANSMISSION
    // The backdrop shows through by the share that passes in every colour. What passes beyond it, in some colours only,
    // is drawn as if the backdrop were white: alpha has no colours.
    tint = clamp(tint, 0.0, 1.0);
    vec3 through = srgb_encode(tint);
    vec3 open = through * (1.0 - hidden);
    float all_colors = min(open.r, min(open.g, open.b));
    out_color.rgb += (1.0 - alpha) * (tinted(seen.rgb, hidden, tint) + open - all_colors);
    out_color.a = 1.0 - (1.0 - alpha) * all_colors;
#endif
#ifdef BUFFERS
#ifdef UNLIT
    vec3 bent = unlit_normal();
#endif
#if defined(ALPHA_BLEND) && !defined(TRANSMISSION)
    write_buffers(bent, depth, base.a);
#else
    write_buffers(bent, depth, 1.0);  // the glass, not what it shows
#endif
#endif
}

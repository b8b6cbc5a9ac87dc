// glTF's metallic-roughness surface under image-based light, out as tone-mapped, premultiplied, sRGB-encoded colour.
// The snippets of the environment and of the shadows stand before this text. Formulas: glTF 2.0 appendix B; split sum with multiple scattering by
// Fdez-Aguera (JCGT 8/1, 2019); specular occlusion by Lagarde and de Rousiers (2014).
#include "display.glsl"
#include "unit.glsl"

layout(std140) uniform Material {
    vec4 base_color;
    vec4 emissive;  // w: occlusion strength
    vec4 surface;   // metallic, roughness, normal scale, alpha cutoff
} material;

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
#if UV_COUNT > 0
in vec2 v_uv0;
#endif
#if UV_COUNT > 1
in vec2 v_uv1;
#endif
#if UV_COUNT > 2
in vec2 v_uv2;
#endif
#if UV_COUNT > 3
in vec2 v_uv3;
#endif
#if UV_COUNT > 4
in vec2 v_uv4;
#endif

#if MAP_COUNT > 0
uniform sampler2D u_map0;
#endif
#if MAP_COUNT > 1
uniform sampler2D u_map1;
#endif
#if MAP_COUNT > 2
uniform sampler2D u_map2;
#endif
#if MAP_COUNT > 3
uniform sampler2D u_map3;
#endif
#if MAP_COUNT > 4
uniform sampler2D u_map4;
#endif

uniform vec3 u_eye;

out vec4 out_color;

// Mirrored repeat, which moderngl's samplers lack: a triangle wave, continuous over the mirrors.
float mirrored(float x) { return 1.0 - abs(2.0 * fract(0.5 * x) - 1.0); }
vec2 mirrored_10(vec2 uv) { return vec2(mirrored(uv.x), uv.y); }
vec2 mirrored_01(vec2 uv) { return vec2(uv.x, mirrored(uv.y)); }
vec2 mirrored_11(vec2 uv) { return vec2(mirrored(uv.x), mirrored(uv.y)); }

void main() {
#if MAP_COUNT > 0
    vec4 texel0 = texture(u_map0, MAP0_UV);
#endif
#if MAP_COUNT > 1
    vec4 texel1 = texture(u_map1, MAP1_UV);
#endif
#if MAP_COUNT > 2
    vec4 texel2 = texture(u_map2, MAP2_UV);
#endif
#if MAP_COUNT > 3
    vec4 texel3 = texture(u_map3, MAP3_UV);
#endif
#if MAP_COUNT > 4
    vec4 texel4 = texture(u_map4, MAP4_UV);
#endif

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
#if defined(NORMAL_TEXEL) && defined(HAS_TANGENT)
    // MikkTSpace: interpolated vectors stay as they are; the sum alone is normalised.
    vec2 slope = NORMAL_TEXEL * 2.0 - 1.0;
    float height = sqrt(max(1.0 - dot(slope, slope), 0.0));
    slope *= material.surface.z;
    vec3 bitangent = cross(v_normal, v_tangent.xyz) * v_tangent.w;
    bent = unit(slope.x * v_tangent.xyz + slope.y * bitangent + height * v_normal);
#endif
#ifdef TWO_SIDED
    float side = gl_FrontFacing ? 1.0 : -1.0;
    normal *= side;
    bent *= side;
#endif
#else
    vec3 normal = to_eye;
    vec3 bent = to_eye;
#endif

    float metallic = material.surface.x;
    float roughness = material.surface.y;
#ifdef ROUGHNESS_METALLIC_TEXEL
    vec2 roughness_metallic = ROUGHNESS_METALLIC_TEXEL;
    roughness *= roughness_metallic.x;
    metallic *= roughness_metallic.y;
#endif
    float occlusion = 1.0;
#ifdef OCCLUSION_TEXEL
    occlusion += material.emissive.w * (OCCLUSION_TEXEL - 1.0);
#endif

    vec3 albedo = base.rgb * (1.0 - metallic);
    vec3 f0 = mix(vec3(0.04), base.rgb, metallic);
    float cos_v = clamp(dot(bent, to_eye), 1e-3, 1.0);
    vec3 reflected = reflect(-to_eye, bent);

    // Single and multiple scattering of the specular lobe.
    vec2 split = split_sum(cos_v, roughness);
    float grazing = 1.0 - cos_v;
    float grazing2 = grazing * grazing;
    vec3 fresnel = f0 + (max(vec3(1.0 - roughness), f0) - f0) * (grazing2 * grazing2 * grazing);
    vec3 single = fresnel * split.x + split.y;
    float lost = 1.0 - split.x - split.y;
    vec3 average = f0 + (1.0 - f0) / 21.0;
    vec3 multiple = single * average * lost / (1.0 - lost * average);

    // A normal map can turn reflections below the surface's horizon: there they meet the surface itself.
    float horizon = clamp(1.0 + 1.2 * dot(reflected, normal), 0.0, 1.0);
    float specular_occlusion = 1.0;
#ifdef OCCLUSION_TEXEL
    specular_occlusion = clamp(pow(cos_v + occlusion, exp2(-16.0 * roughness - 1.0)) - 1.0 + occlusion, 0.0, 1.0);
#endif

    float blocked = floor_blocked(v_position, normal);
    vec3 ambient = ambient_irradiance(bent) * (occlusion * floor_bounce(blocked, bent));
    vec3 direct = shadowed_irradiance(v_position, normal, bent);
    vec3 diffuse_light = (ambient + direct) * (albedo * (1.0 - single - multiple));
    specular_occlusion *= floor_bounce(blocked, reflected);
    vec3 met = mix(base.rgb * (ambient + direct), specular_light(reflected, roughness), horizon * horizon);
    vec3 specular_light_out = single * met * specular_occlusion + multiple * (ambient + direct);

#ifdef EMISSIVE_TEXEL
    specular_light_out += material.emissive.rgb * srgb_decode(EMISSIVE_TEXEL);
#else
    specular_light_out += material.emissive.rgb;
#endif
#endif

#ifdef ALPHA_BLEND
    // A reflection is as bright on clear varnish as on paint: alpha thins the diffuse light only, and rises with the
    // specular so that a highlight covers what is behind it.
    float cover = max(specular_light_out.r, max(specular_light_out.g, specular_light_out.b));
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
}

// Fragment shader: one level of the specular map, GGX-filtered from an equirectangular source.
// The normal distribution with N = V = R (Karis 2013, "Real Shading in Unreal Engine 4"). Narrow lobes are sampled by
// importance, each sample taken from the source mip whose texels cover the sample's solid angle (Krivanek and Colbert
// 2008); wide ones, which few samples of a small lamp would leave spotted, are sums over all texels of a coarse mip.
#include "octahedral.glsl"

uniform sampler2D radiance;  // equirectangular, top row first in memory: v = 0 is +Y
uniform float roughness;     // perceptual
uniform int sample_count;
uniform float texel_angle;   // solid angle of a source texel at the equator, steradians
uniform int summed_level;    // source mip to sum over, or -1 to sample by importance
uniform vec2 inverse_size;

out vec4 filtered;

const float BRIGHTEST = 60000.0;  // half floats end at 65504; a sun's light counts in full where it is blurred

const float PI = 3.141592653589793;

vec2 equirectangular_uv(vec3 d) {
    return vec2(atan(d.x, d.z) / (2.0 * PI) + 0.5, acos(clamp(d.y, -1.0, 1.0)) / PI);
}

vec3 summed(vec3 normal, float alpha2) {
    ivec2 size = textureSize(radiance, summed_level);
    float step_angle = 2.0 * PI / float(size.x);
    mat2 turn = mat2(cos(step_angle), -sin(step_angle), sin(step_angle), cos(step_angle));
    vec4 sum = vec4(0.0);
    for (int y = 0; y < size.y; y++) {
        float polar = PI * (float(y) + 0.5) / float(size.y);
        float ring = sin(polar), height = cos(polar);
        vec2 around = -vec2(sin(0.5 * step_angle), cos(0.5 * step_angle));  // x and z of the first column
        for (int x = 0; x < size.x; x++) {
            float cos_l = ring * dot(around, normal.xz) + height * normal.y;
            float spread = 0.5 * (1.0 + cos_l) * (alpha2 - 1.0) + 1.0;
            float weight = ring * max(cos_l, 0.0) / (spread * spread);
            sum += weight * vec4(texelFetch(radiance, ivec2(x, y), summed_level).rgb, 1.0);
            around = turn * around;
        }
    }
    return sum.rgb / sum.a;
}

void main() {
    vec3 normal = octahedral_direction(gl_FragCoord.xy * inverse_size);
    if (roughness == 0.0) {
        filtered = vec4(min(textureLod(radiance, equirectangular_uv(normal), 0.0).rgb, BRIGHTEST), 1.0);
        return;
    }
    float alpha = roughness * roughness;
    float alpha2 = alpha * alpha;
    if (summed_level >= 0) {
        filtered = vec4(min(summed(normal, alpha2), BRIGHTEST), 1.0);
        return;
    }
    vec3 tangent = normalize(cross(abs(normal.y) < 0.9 ? vec3(0.0, 1.0, 0.0) : vec3(1.0, 0.0, 0.0), normal));
    vec3 bitangent = cross(normal, tangent);
    vec3 sum = vec3(0.0);
    float weight = 0.0;
    for (int i = 0; i < sample_count; i++) {
        float u = (float(i) + 0.5) / float(sample_count);
        float turn = 2.0 * PI * fract(float(i) * 0.6180339887498949);
        float cos_h = sqrt((1.0 - u) / (1.0 + (alpha2 - 1.0) * u));
        float sin_h = sqrt(1.0 - cos_h * cos_h);
        vec3 light = vec3(2.0 * cos_h * sin_h * vec2(cos(turn), sin(turn)), 2.0 * cos_h * cos_h - 1.0);
        if (light.z <= 0.0) continue;
        float spread = cos_h * cos_h * (alpha2 - 1.0) + 1.0;
        float density = alpha2 / (PI * spread * spread) / 4.0;  // D(h) / 4, as N = V
        vec3 d = tangent * light.x + bitangent * light.y + normal * light.z;
        float level = 0.5 * log2(1.0 / (float(sample_count) * density * texel_angle)) + 0.5;
        sum += textureLod(radiance, equirectangular_uv(d), max(level, 0.0)).rgb * light.z;
        weight += light.z;
    }
    filtered = vec4(min(sum / weight, BRIGHTEST), 1.0);
}

// Shadows on the model: put after environment.glsl, bound by Shadows.bind.
#include "gl/samples.glsl"
#if KEY_GROUPS != SUPERSAMPLING * SUPERSAMPLING
#error "each sample of a pixel asks one group of the key's lights"
#endif

uniform sampler2DShadow key_depth;
uniform vec4 key_lights[KEY_GROUPS * KEY_GROUP];  // shear x, z; weight; unused
uniform vec3 key_center;
uniform vec3 key_scale;        // shares of a tile per metre of x and z, and of the depth range per metre of height
uniform float key_offset;      // metres
#ifdef FLOOR
uniform sampler2D floor_shadow;
uniform vec4 floor_window;     // low x, low z, 1 / width, 1 / depth
uniform vec2 floor_height;     // world height, texels per metre
#endif

// The key's irradiance / pi where parts of it are hidden: replaces direct_irradiance. `surface` is the normal of the
// geometry and `normal` the shading one, both unit and turned to the viewer. Each sample of a pixel asks one of KEY_GROUPS
// groups of KEY_GROUP lights, spread over the key, so the samples must be averaged.
vec3 shadowed_irradiance(vec3 position, vec3 surface, vec3 normal) {
    vec3 p = position + surface * key_offset - key_center;
    int group = sample_number();
    float depth = 0.5 - p.y * key_scale.z;
    float sum = 0.0;
    for (int i = 0; i < KEY_GROUP; i++) {
        vec4 light = key_lights[KEY_GROUP * group + i];
        vec2 spot = (p.xz - light.xy * p.y) * key_scale.xy + 0.5;
        float lit = texture(key_depth, vec3((spot + vec2(i, group)) / vec2(KEY_GROUP, KEY_GROUPS), depth));
        sum += lit * light.z * max(normal.x * light.x + normal.y + normal.z * light.y, 0.0);
    }
    return key_irradiance * sum;
}

// The share of the floor below a surface that lies in the model's shadow, 0..1. The higher the surface is, the larger the
// part of the floor that is averaged, and the further out along the normal it lies.
float floor_blocked(vec3 position, vec3 normal) {
#ifdef FLOOR
    float height = max(position.y - floor_height.x, 0.0);
    vec2 spot = position.xz + normal.xz * height;
    float level = log2(max(height * floor_height.y, 1.0));
    return textureLod(floor_shadow, (spot - floor_window.xy) * floor_window.zw, level).r;
#else
    return 0.0;
#endif
}

// The factor of light that comes from around `direction` where that much of the floor is blocked.
float floor_bounce(float blocked, vec3 direction) {
    return 1.0 - blocked * (0.5 - 0.5 * direction.y);
}

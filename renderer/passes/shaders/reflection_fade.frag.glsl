// The mirrored model as a polished ground shows it: less of it the higher it is and the steeper one looks down.
uniform sampler2D u_color;  // premultiplied
uniform sampler2D u_depth;
uniform mat4 u_world;       // from clip space to the model's own place, before it was mirrored
uniform vec3 u_eye;         // below the ground
uniform float u_ground;
uniform float u_reach;      // height at which the reflection ends
uniform float u_middle;     // depth of the model's centre in clip space

layout(location = 0) out vec4 out_faded;
layout(location = 1) out vec2 out_height;  // in shares of the reach, times alpha; alpha

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec4 color = texelFetch(u_color, pixel, 0);
    float depth = texelFetch(u_depth, pixel, 0).r;
    // Blended parts leave no depth: what has nothing else behind it counts as being as far as the model's centre.
    depth = depth < 1.0 ? depth * 2.0 - 1.0 : u_middle;
    vec4 place = u_world * vec4(gl_FragCoord.xy / vec2(textureSize(u_color, 0)) * 2.0 - 1.0, depth, 1.0);
    vec3 ray = place.xyz / place.w - u_eye;
    float height = (u_eye.y + ray.y - u_ground) / u_reach;

    // Like Schlick's approximation of Fresnel's reflectance, but with a fourth power and a fifth instead of 4 % at
    // normal incidence, as usual in pictures of products: about a half at a turntable's 12 degrees.
    float grazing = 1.0 - clamp(ray.y * inversesqrt(dot(ray, ray)), 0.0, 1.0);
    float grazing2 = grazing * grazing;
    float reflected = 0.2 + 0.8 * grazing2 * grazing2;
    float near = 1.0 - clamp(height, 0.0, 1.0);
    // What reaches below the ground, by rounding or in some pose, is not reflected.
    float clip = smoothstep(-0.02, -0.005, height);
    out_faded = color * (reflected * near * near * clip);
    out_height = vec2(clamp(height, 0.0, 1.0), 1.0) * color.a;
}

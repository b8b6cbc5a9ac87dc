// How wide the lights of the key (x) and of the dome (y) may be blurred at a place of the ground shadow, as standard
// deviations in texels: by their spacing, and the distance from what casts the shadow (lighting/clearance.py).
uniform sampler2D clearance;  // metres
uniform vec2 spread;          // texels per metre of distance
uniform float widest;         // texels

vec2 blur_width(vec2 uv) {
    return min(spread * texture(clearance, uv).r, widest);
}

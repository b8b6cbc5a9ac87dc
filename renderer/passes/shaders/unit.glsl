// A vector's direction; the zero vector stays zero, where normalize() makes it NaN and the pixel black.
vec3 unit(vec3 v) {
    return v * inversesqrt(max(dot(v, v), 1e-30));
}

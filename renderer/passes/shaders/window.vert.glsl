// A rectangle of the target, as a strip of four vertices, behind the model: before the ground, or at the far plane for
// deferred shading.
uniform vec4 u_window;  // low x, low y, high x, high y in clip space

#ifdef DEFERRED
const float DEPTH = 1.0;
#else
const float DEPTH = 0.9998;
#endif

void main() {
    gl_Position = vec4(
        (gl_VertexID & 1) == 0 ? u_window.x : u_window.z, (gl_VertexID >> 1) == 0 ? u_window.y : u_window.w, DEPTH, 1.0);
}

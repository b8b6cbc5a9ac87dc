// A rectangle of the target, as a strip of four vertices: before the ground, behind all else.
uniform vec4 u_window;  // low x, low y, high x, high y in clip space

void main() {
    gl_Position = vec4(
        (gl_VertexID & 1) == 0 ? u_window.x : u_window.z, (gl_VertexID >> 1) == 0 ? u_window.y : u_window.w, 0.9998, 1.0);
}

"""Counts the GL objects that exist, by asking GL itself about every name."""

import ctypes

_KINDS = ("Buffer", "Texture", "Framebuffer", "Renderbuffer", "Program", "Shader", "VertexArray", "Sampler")
_NAMES = 1 << 15


def live_objects() -> dict[str, int]:
    """How many objects of each kind the current context holds. Drivers give names from 1 upwards."""
    egl = ctypes.CDLL("libEGL.so.1")
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    egl.eglGetProcAddress.argtypes = [ctypes.c_char_p]
    counts = {}
    for kind in _KINDS:
        address = egl.eglGetProcAddress(f"glIs{kind}".encode())
        is_one = ctypes.CFUNCTYPE(ctypes.c_ubyte, ctypes.c_uint)(address)
        counts[kind] = sum(map(is_one, range(1, _NAMES)))
    return counts

"""Files that cost before anything is drawn: accessors of nothing, JSON, archives, scans."""

import numpy as np

from tests.hostile.bases import parts_of
from tests.hostile.bombs.parts import LARGE_TRIANGLE, triangle
from tests.hostile.mutate.containers import Entry, zip_of
from tests.hostile.mutate.documents import text_of
from tests.renderer.load.glb_builder import GlbBuilder, float32, make_glb, png, triangle_glb


def zeros(vertices: int, indices: int = 3) -> bytes:
    """Accessors without a view: all zeros, for no bytes at all."""
    builder = GlbBuilder()
    positions = builder.add("accessors", {"componentType": 5126, "count": vertices, "type": "VEC3"})
    corners = builder.add("accessors", {"componentType": 5125, "count": indices, "type": "SCALAR"})
    builder.show(builder.add_mesh({"attributes": {"POSITION": positions}, "indices": corners}))
    builder.show(builder.add_mesh(triangle(builder)))
    return builder.glb()


def repeats(primitives: int, vertices: int) -> bytes:
    """The same vertices in many parts of a mesh: they may be decoded once for each."""
    builder = GlbBuilder()
    points = np.tile(float32(LARGE_TRIANGLE), (vertices // 3, 1))
    primitive = {"attributes": {"POSITION": builder.add_accessor(points)}}
    builder.show(builder.add("meshes", {"primitives": [primitive] * primitives}))
    return builder.glb()


def text(inside: str, count: int) -> bytes:
    """A triangle whose JSON has something in it `count` times."""
    builder = GlbBuilder()
    builder.show(builder.add_mesh(triangle(builder)))
    parts = parts_of(builder)
    extras = {
        "nested": b"[" * count + b"]" * count, "items": b"[" + b",".join([b"{}"] * count) + b"]",
        "digits": b"9" * count, "string": b'"' + b"a" * count + b'"',
        "keys": b"{" + b",".join(b'"%d":0' % i for i in range(count)) + b"}",
    }[inside]  # fmt: skip
    return make_glb(text_of(parts.document).replace(b"{", b'{"extras": ' + extras + b", ", 1), parts.binary)


def packed(megabytes: int, entries: int = 1) -> bytes:
    """A ZIP of a sound model and of zeros that unpack to megabytes."""
    data = bytes(megabytes << 20)
    more = [Entry(b"%d.bin" % i, data) for i in range(entries)]
    return zip_of([Entry(b"model.glb", triangle_glb()), *more])


def scan(faces: int, corners: int = 3, shape: str = "convex") -> bytes:
    """A ZIP of an OBJ: faces of many corners, round or like a comb."""
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = np.where(np.arange(corners) % 2, 1.0, 0.5 if shape == "comb" else 1.0)
    points = zip(radius * np.cos(turns), radius * np.sin(turns), strict=True)
    rows = "".join(f"v {x:.6f} {y:.6f} 0\n" for x, y in points)
    face = "f " + " ".join(str(i + 1) for i in range(corners)) + "\n"
    return zip_of([Entry(b"scan.obj", (rows + face * faces).encode())])


def materials_of_a_scan(count: int) -> bytes:
    """A ZIP of an OBJ that changes its material at every face."""
    mtl = "".join(f"newmtl m{i}\nmap_Kd wood.png\n" for i in range(count))
    faces = "".join(f"usemtl m{i}\nf 1 2 3\n" for i in range(count))
    obj = "mtllib scan.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\n" + faces
    return zip_of([Entry(b"scan.obj", obj.encode()), Entry(b"scan.mtl", mtl.encode()), Entry(b"wood.png", png())])

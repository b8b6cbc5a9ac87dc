"""Small scans: an OBJ text and whatever else lies in its ZIP. `FILES` is one that uses every part of the reader."""

from tests.renderer.load.glb_builder import make_zip, png

SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
FACE = "f 1/1 2/2 3/3 4/4\n"

OBJ = (
    "# a scan\nmtllib scan.mtl\n" + SQUARE + "v 2 0.5 0 1 0.5 0\nv 3 0 1e-1\nvn 0 0 1\n"
    "o Seat\nusemtl m\ns 1\nf 1/1/1 2/2/1 3/3/1 4/4/1\ns off\ng b\nf -1 -2 -3 -4 \\\n-5\nusemtl n\nf 1//1 2//1 3//1\n"
).encode()
MTL = b"newmtl m\nKd 0.5 0.5 0.5\nmap_Kd -s 2 2 -o 0.5 0 wood.png\nTr 0.25\nnewmtl n\nd 0.5\n"
FILES = {"scan.obj": OBJ, "scan.mtl": MTL, "wood.png": png()}


def scan(obj: str | bytes, **others: str | bytes) -> bytes:
    """A ZIP with scan.obj, and `others` by name, where a double underscore stands for the dot before the suffix."""
    files = {"scan.obj": obj} | {name.replace("__", "."): data for name, data in others.items()}
    return make_zip({name: data.encode() if isinstance(data, str) else data for name, data in files.items()})

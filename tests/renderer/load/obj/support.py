"""Small scans: an OBJ text and whatever else lies in its ZIP."""

from tests.renderer.load.glb_builder import make_zip

SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
FACE = "f 1/1 2/2 3/3 4/4\n"


def scan(obj: str | bytes, **others: str | bytes) -> bytes:
    """A ZIP with scan.obj, and `others` by name, where a double underscore stands for the dot before the suffix."""
    files = {"scan.obj": obj} | {name.replace("__", "."): data for name, data in others.items()}
    return make_zip({name: data.encode() if isinstance(data, str) else data for name, data in files.items()})

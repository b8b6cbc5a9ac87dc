"""Who reads which format that is not glTF, by the suffix of the model's name."""

from collections.abc import Callable, Mapping

from renderer.load.fields import printable
from renderer.load.files import ModelFiles
from renderer.load.made import MadeDocument
from renderer.load.obj.document import read_obj_files
from renderer.load.ply.document import read_ply
from renderer.load.stl import read_stl


def _alone(read: Callable[[bytes, str], MadeDocument]) -> Callable[[ModelFiles], MadeDocument]:
    """For a format whose models need no other files."""
    return lambda files: read(files.read(files.model), printable(files.model))


READERS: Mapping[str, Callable[[ModelFiles], MadeDocument]] = {
    ".obj": read_obj_files, ".stl": _alone(read_stl), ".ply": _alone(read_ply),
}  # fmt: skip

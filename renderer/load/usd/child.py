"""The program that reads USD for `reader`, as a child of the sandbox: `child FILE`, whose suffix is its format's."""

import json
import os
import re
import sys
from pathlib import Path

from pxr import Tf

from renderer.errors import InvalidModel, ModelError, UnsupportedModel
from renderer.gltf.glb import Json
from renderer.load.made import MadeDocument
from renderer.load.usd.protocol import ERRORS, HEADER
from renderer.load.usd.scene import read_scene

_SAID = re.compile(r" : '(.+)'")
"""What usd-core says in an error, behind the place in its own source."""

_COMPRESSED = "the files in the USDZ are compressed, which the format forbids: pack it with usdzip, or export it as GLB"


def main() -> None:
    path = Path(sys.argv[1])
    try:
        made = _read(path)
        reply: Json = {"document": made.root, "warnings": made.warnings}
        text, binary = json.dumps(reply, allow_nan=False).encode(), bytes(made.binary)
    except MemoryError:
        sys.stdout.write("it needs too much memory")
        sys.exit(os.EX_DATAERR)
    except ModelError as error:
        name = type(error).__name__
        text, binary = json.dumps({"error": name if name in ERRORS else ERRORS[0], "message": str(error)}).encode(), b""
    sys.stdout.buffer.write(HEADER.pack(len(text)))
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.write(binary)
    sys.stdout.buffer.flush()
    os._exit(os.EX_OK)  # usd-core takes long to put its own things away


def _read(path: Path) -> MadeDocument:
    try:
        return read_scene(path)
    except Tf.ErrorException as error:
        said = _SAID.findall(str(error).replace(str(path), "it"))
        if any("compressed files are not supported" in each for each in said):
            raise UnsupportedModel(_COMPRESSED) from error
        raise InvalidModel(f"the USD can't be read: {'; '.join(said)[:300] or 'it is broken'}") from error
    except (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError) as error:  # of usd-core's types, mostly
        raise InvalidModel("the USD can't be read: one of its values is not of the type that it should be") from error


if __name__ == "__main__":
    main()

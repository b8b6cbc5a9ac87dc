"""The program that reads a model for `received.py`, as a child of the sandbox.

    python -m renderer.generate.received_model FILE MADE EXTRAS

It writes the GLB MADE, and facts about it as JSON; or what is wrong with FILE, and exits with EX_DATAERR.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from renderer.errors import EmptyModel, RendererError, UnsupportedModel, reason
from renderer.gltf.glb import write_glb
from renderer.inspect import Inspection, inspect_model
from renderer.load import load_model
from renderer.load.container import open_document

MESSAGE = 1000
"""Characters of what is said to be wrong."""


def main() -> None:
    source, made, extras = sys.argv[1:]
    try:
        facts = _convert(Path(source), Path(made), json.loads(extras))
    except (RendererError, MemoryError, RecursionError) as error:
        sys.stdout.write(reason(error)[:MESSAGE])
        sys.exit(os.EX_DATAERR)
    json.dump(facts, sys.stdout)


def _convert(source: Path, made: Path, extras: dict[str, Any]) -> dict[str, int]:
    """Raises ModelError."""
    with source.open("rb") as file:
        if file.read(4) != b"glTF":
            raise UnsupportedModel("it is no GLB")
    scene = load_model(source)
    found = inspect_model(scene)
    if not found.triangles:
        raise EmptyModel("it has no triangles")
    parsed = open_document(source)
    document = dict(parsed.root.values)
    nodes = [*document["nodes"], {"name": "on the ground", "translation": _moved(found), "children": scene.roots}]
    document |= {"nodes": nodes, "scene": 0, "scenes": [{"nodes": [len(nodes) - 1]}]}
    document["asset"] = {**document["asset"], "extras": extras}
    write_glb(made, document, [] if parsed.binary is None else [parsed.binary])
    return {"triangles": found.triangles, "vertices": found.vertices}


def _moved(found: Inspection) -> list[float]:
    """What centres it on the ground."""
    low, high = found.low, found.high
    return [-(low[0] + high[0]) / 2, -low[1], -(low[2] + high[2]) / 2]


if __name__ == "__main__":
    main()

"""`python -m api.engines.child`, started by `calls`: one call of a hosted engine.

It reads an order from stdin, and writes what became of it to stdout. Unlike other children it may open connections; it
decodes nothing that comes by them, but has children of its own for that, which may not.
"""

import logging
import sys
from pathlib import Path
from typing import Annotated, NoReturn

from pydantic import Field, TypeAdapter

from api.engines.meshes import HostedMeshes
from api.engines.messages import ERRORS, Failed, Made, MeshOrder, PictureOrder
from api.engines.pictures import HostedPictures
from renderer.errors import DeviceError, EngineError, EngineFailed
from renderer.generate.protocols import Context, MeshOptions

Order = Annotated[PictureOrder | MeshOrder, Field(discriminator="kind")]
_ORDER: TypeAdapter[PictureOrder | MeshOrder] = TypeAdapter(Order)


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    try:
        told: Made | Failed = _do(_ORDER.validate_json(sys.stdin.buffer.read()))
    except EngineError as error:
        name = type(error).__name__
        told = Failed(error=name if name in ERRORS else EngineFailed.__name__, message=str(error))
    sys.stdout.write(told.model_dump_json())


def _do(order: PictureOrder | MeshOrder) -> Made:
    context = Context(Path(order.folder), _no_device)
    if isinstance(order, PictureOrder):
        picture = HostedPictures(order.service).picture(order.prompt, order.seed, order.size, context)
        data, metadata = picture.jpeg, picture.metadata
    else:
        options = MeshOptions(order.seed, order.quality, order.texture)
        mesh = HostedMeshes(order.service).mesh_of_picture(Path(order.picture), options, context)
        data, metadata = mesh.glb, mesh.metadata
    Path(order.output).write_bytes(data)
    return Made(metadata=dict(metadata))


def _no_device() -> NoReturn:
    raise DeviceError("hosted engines draw nothing")


if __name__ == "__main__":
    main()

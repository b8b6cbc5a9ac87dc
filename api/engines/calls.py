"""Calls of hosted engines, each in a process of its own, which knows its service's key and nothing else of the farm's.

    order, by a pipe -> child -> HTTP -> service
                          `-> confined child: is it a picture or a model?
    file <- metadata <-'

For whoever may open connections, such as a worker's parent: a confined child can't. The child of a call can, but
reaches no files beside those of the call. The key goes through the pipe, so that it stands in no environment and no
command line.
"""

import contextlib
import os
import select
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from api.engines.messages import ERRORS, LINE_BYTES, Failed, Made, MeshOrder, PictureOrder
from api.engines.services import NotConfigured, mesh_service, picture_service
from api.settings import Settings
from renderer.checkpoints import waits
from renderer.confine import Reach
from renderer.errors import EngineFailed, EngineTimeout, EngineUnavailable
from renderer.sandbox import Child, Limits, start

LIMITS = Limits(memory_bytes=16 << 30)
"""Of address space: 0.6 GB is in use while an answer of 100 MB is held, and its own children have less."""

GRACE_S = 600.0
"""Beyond the service's seconds: for starting, and for decoding what came on a busy machine."""

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
PASSED_ON = ("PATH", "LANG", "TZ", *CERTIFICATES)
"""What the child's environment has of this process's."""

_REPORT: TypeAdapter[Made | Failed] = TypeAdapter(Annotated[Made | Failed, Field(discriminator="kind")])


def picture(settings: Settings, engine: str, prompt: str, seed: int, size: int, folder: Path) -> Mapping[str, Any]:
    """Has "xai" or "openai" make a picture: a JPEG, `folder`/picture.jpg. Returns its metadata.

    `folder` is empty. Raises EngineUnavailable, EngineRejected, EngineTimeout, EngineFailed, and what a checkpoint
    raises; then nothing of the call goes on.
    """
    try:
        service = picture_service(settings, engine)
    except NotConfigured as error:
        raise EngineUnavailable(str(error)) from error
    return _call(PictureOrder(
        service=service, prompt=prompt, seed=seed, size=size, output=str(folder / "picture.jpg"),
        folder=_made(folder / "work"),
    ), folder)  # fmt: skip


def mesh(
    settings: Settings, picture: Path, seed: int, folder: Path, *, quality: Literal["low", "high"], texture: bool
) -> Mapping[str, Any]:
    """Has "hosted" make a model: a GLB, `folder`/model.glb. As `picture` otherwise."""
    try:
        service = mesh_service(settings)
    except NotConfigured as error:
        raise EngineUnavailable(str(error)) from error
    return _call(MeshOrder(
        service=service, picture=str(picture), seed=seed, quality=quality, texture=texture,
        output=str(folder / "model.glb"), folder=_made(folder / "work"),
    ), folder, [picture])  # fmt: skip


def _made(folder: Path) -> str:
    folder.mkdir()
    return str(folder)


def _call(order: PictureOrder | MeshOrder, folder: Path, given: Sequence[Path] = ()) -> Mapping[str, Any]:
    """The child reads what is `given`, and writes into the folder."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    certificates = (environment.get(name) for name in CERTIFICATES)
    reads = [*given, *(Path(path) for path in certificates if path)]
    reach = Reach(reads=reads, writes=[folder], network=True)
    with start("api.engines.child", limits=LIMITS, environment=environment, reach=reach, stderr=None) as child:
        with contextlib.suppress(BrokenPipeError):  # of a child that has ended: it says nothing then
            child.stdin.write(order.model_dump_json().encode())
            child.stdin.close()
        text = _said(child, order.service.seconds + GRACE_S)
    try:
        report = _REPORT.validate_json(text)
    except ValidationError:
        raise EngineFailed("the process that calls the service ended without a result") from None
    if isinstance(report, Failed):
        raise ERRORS.get(report.error, EngineFailed)(report.message)
    return report.metadata


def _said(child: Child, seconds: float) -> bytes:
    """All that the child writes."""
    poll = select.poll()
    poll.register(child.stdout.fileno(), select.POLLIN)
    said = bytearray()
    for timeout in waits(seconds):
        if not poll.poll(timeout * 1000):
            continue
        piece = os.read(child.stdout.fileno(), 1 << 16)
        if not piece:
            return bytes(said)
        said += piece
        if len(said) > LINE_BYTES:
            raise EngineFailed("the process that calls the service says more than it may")
    raise EngineTimeout("the service's result was not there in time")

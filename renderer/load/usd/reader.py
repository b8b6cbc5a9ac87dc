"""USD files, read by a child of the sandbox: usd-core is native code, and a broken file must not take a worker down."""

import importlib.util
import shutil
import struct
import tempfile
from pathlib import Path

from renderer import errors
from renderer.confine import Reach
from renderer.errors import InvalidModel, ModelError, UnsupportedModel
from renderer.load import limits
from renderer.load.fields import parse_json, printable
from renderer.load.made import MadeDocument
from renderer.load.usd.protocol import ERRORS, HEADER
from renderer.sandbox import ChildFailed, Limits, run

_LIMITS = Limits(memory_bytes=limits.USD_BYTES, cpu_seconds=limits.USD_SECONDS)
_TIMEOUT_S = 4 * limits.USD_SECONDS
"""Of real time, on a busy machine."""

_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "PXR_WORK_THREAD_LIMIT": "1", "MALLOC_ARENA_MAX": "2"}
"""Each thread would reserve a part of the memory that is allowed."""


NOT_INSTALLED = "USD is read only where usd-core is installed (pip install 'pirouette[usd]'): export the model as GLB"


def is_installed() -> bool:
    return importlib.util.find_spec("pxr") is not None


def read_usd(path: Path, suffix: str) -> MadeDocument:
    """`suffix` is ".usd" or ".usdz", whatever the file is called. Raises ModelError subclasses."""
    if not is_installed():
        raise UnsupportedModel(NOT_INSTALLED)
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / f"model{suffix}"  # usd-core goes by the suffix
        shutil.copyfile(path, named)  # a confined process makes no links
        try:
            data = run(
                "renderer.load.usd.child", [str(named)], limits=_LIMITS, timeout_s=_TIMEOUT_S, environment=_ENVIRONMENT,
                output_bytes=limits.JSON_BYTES + limits.RESOURCE_BYTES, reach=Reach(reads=[named.resolve()]),
            )
        except ChildFailed as error:
            raise InvalidModel(f"the USD can't be read: {printable(str(error), 300)}") from error
    return _document(data)


def _document(data: bytes) -> MadeDocument:
    """What the child answered. The file controls it, so this is checked like a file."""
    try:
        (length,) = HEADER.unpack_from(data)
        reply = parse_json(data[HEADER.size : HEADER.size + length], "the USD as glTF")
    except struct.error as error:
        raise InvalidModel("the USD can't be read: its reader gives no answer") from error
    if reply.has("error"):
        name = reply.string("error")
        kind: type[ModelError] = getattr(errors, name if name in ERRORS else ERRORS[0])
        raise kind(printable(reply.string("message"), 500))
    warnings = reply.values.get("warnings")
    if not isinstance(warnings, list):
        raise reply.wrong("warnings", "a list")
    told = tuple(printable(str(warning), 300) for warning in warnings[: limits.WARNINGS])
    return MadeDocument(reply.required_child("document").values, bytearray(data[HEADER.size + length :]), told)



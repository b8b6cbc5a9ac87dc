"""/portal/api/datasets/:id/...: single files out of a training set's ZIP, for the viewer in the browser."""

import io
import re
import zipfile
from pathlib import PurePosixPath
from typing import Annotated

from starlette.responses import Response

from api.domain.kit.files import FileView
from api.domain.renders.outputs import get_outputs
from api.errors import DatasetNotFound, FileNotFound, RenderNotFound
from api.http.files import IMMUTABLE
from api.http.params import id_else
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from api.http.state import FarmDep
from api.storage.base import Storage

TYPES = {".json": "application/json", ".png": "image/png", ".ply": "application/octet-stream"}
"""What is handed out, by its suffix. Pictures are of the set's planes: colour, depth, normals, masks."""

ENTRY = re.compile(r"transforms\.json|points3D\.ply|[a-z0-9_]{1,20}/frame_\d{5}\.png")

LARGEST = 64 * 1024 * 1024
"""Bytes of an entry: 16-bit depth of 2048 x 2048 pixels has 8 MB at most."""

BUFFER_BYTES = 64 * 1024
"""Read from the storage at a time: the directory of the largest set, of 400 views in 6 planes, has 0.2 MB."""

router = new_router()

RenderId = Annotated[str, id_else(RenderNotFound)]


class Stored(io.RawIOBase):
    """A stored file that is read where somebody looks."""

    def __init__(self, storage: Storage, file: FileView) -> None:
        self._storage = storage
        self._file = file
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._file.size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # every caller gives one
        end = min(self._place + len(buffer), self._file.size)
        if end <= self._place:
            return 0
        data = b"".join(self._storage.read(self._file.key, self._place, end))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


@router.get("/datasets/{render_id}/{entry:path}")
def get_entry(signed: Signed, farm: FarmDep, render_id: RenderId, entry: str) -> Response:
    """Raises RenderNotFound, DatasetNotFound, FileNotFound."""
    with farm.database.read() as session:
        file = get_outputs(session, signed[1].account_id, render_id).files.get("dataset")
    if file is None:
        raise DatasetNotFound
    if not ENTRY.fullmatch(entry):
        raise FileNotFound
    with zipfile.ZipFile(io.BufferedReader(Stored(farm.storage, file), BUFFER_BYTES)) as archive:
        try:
            info = archive.getinfo(entry)
        except KeyError:
            raise FileNotFound from None
        if info.file_size > LARGEST:
            raise FileNotFound
        data = archive.read(info)
    headers = {"Cache-Control": IMMUTABLE}
    return Response(data, media_type=TYPES[PurePosixPath(entry).suffix], headers=headers)

"""From a URI in a glTF file to bytes. Data URIs and files of the same archive are read, and nothing else."""

import base64
import binascii
import posixpath
import urllib.parse

from renderer.errors import InvalidModel, ResourceMissing
from renderer.load.fields import printable
from renderer.load.files import ModelFiles
from renderer.load.names import Names


class NotPacked(ResourceMissing):
    """A file that didn't come along with the model, where it would have been read."""


class Resolver:
    """Reads the resources of one glTF file. `folder` is where the glTF file lies inside `files`."""

    def __init__(self, files: ModelFiles | None = None, folder: str = "") -> None:
        self._files = files
        self._names = Names(files or ())
        self._folder = folder

    def read(self, uri: str, path: str) -> bytes:
        """The bytes behind `uri`; `path` is the JSON path of the object that names it.

        Raises NotPacked for a file that isn't in the archive, ResourceMissing for URIs of any other kind, InvalidModel
        for a broken data URI.
        """
        if uri[:5].lower() == "data:":
            return _decode_data_uri(uri, path)
        shown = repr(printable(uri))
        name = urllib.parse.unquote(uri).replace("\\", "/")
        if ":" in name or name.startswith("/"):
            raise ResourceMissing(f"{path} points at {shown}: only files packed with the model are read")
        name = posixpath.normpath(posixpath.join(self._folder, name))
        if name.startswith("../") or name == "..":
            raise ResourceMissing(f"{path} points at {shown}, which is outside the model's own files")
        if self._files is None:
            raise NotPacked(f"{path} needs the file {shown}: upload a GLB, or a ZIP with all the files in it")
        found = self._names.find(name)
        if found is None:
            raise NotPacked(f"{path} needs the file {shown}, which is not in the archive")
        return self._files.read(found)


def _decode_data_uri(uri: str, path: str) -> bytes:
    header, comma, body = uri.partition(",")
    if not comma:
        raise InvalidModel(f"{path} has a data URI without a comma")
    if not uri.isascii():
        raise InvalidModel(f"{path} has a data URI with characters that no URI may have")
    if not header.lower().endswith(";base64"):
        return urllib.parse.unquote_to_bytes(body)
    if "%" in body:
        body = urllib.parse.unquote(body)
    body = "".join(body.split())
    padding = "=" * (-len(body) % 4)  # which writers of URLs leave out
    try:
        return base64.b64decode(body + padding, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidModel(f"{path} has a data URI that is not valid base64: {error}") from error



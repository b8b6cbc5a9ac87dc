"""Signed URLs of a storage without a server of its own: whoever holds one may do one thing with one file for a while.

    /storage/renders/Xz7pQ4w8nR2k/1/video.mp4?expires=1793000000&type=video%2Fmp4&signature=3f2a...

The signature is an HMAC-SHA256 over the method, the key and every other parameter, so nothing of a URL can be changed,
added or left out. Who may ask for a URL is decided where it is made; whoever brings it needs no other credentials.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from api import clock

PREFIX = "/storage/"
"""What the paths of signed URLs begin with; the key follows."""

_SECRET_BYTES = 32
_MOST_PARAMETERS = 16


class NotSigned(Exception):
    """The URL doesn't allow the request: it was not signed for it, was changed, or has expired."""


class UrlSigner:
    """Makes and checks the URLs of one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def url(self, method: str, key: str, *, seconds: int, parameters: Mapping[str, str]) -> str:
        """A path with a query that allows `method` for the file `key` for `seconds` from now.

        `parameters` are told to whoever checks the URL; they are readable, but can't be changed.
        """
        pairs = [("expires", str(int(clock.now().timestamp()) + seconds)), *parameters.items()]
        signature = self._signature(method, key, pairs)
        return f"{PREFIX}{key}?{urlencode([*pairs, ('signature', signature)])}"

    def check(self, method: str, key: str, query: str) -> dict[str, str]:
        """The parameters of a request that was signed. Raises NotSigned for any other."""
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        except ValueError as error:
            raise NotSigned("The link is malformed") from error
        given = [value for name, value in pairs if name == "signature"]
        signed = [pair for pair in pairs if pair[0] != "signature"]
        expected = self._signature(method, key, signed)
        if len(given) != 1 or not hmac.compare_digest(given[0].encode(), expected.encode()):
            raise NotSigned("The link is not signed for this request")
        parameters = dict(signed)
        if int(parameters["expires"]) <= clock.now().timestamp():
            raise NotSigned("The link has expired")
        return parameters

    def _signature(self, method: str, key: str, pairs: list[tuple[str, str]]) -> str:
        # Neither a method nor an encoded query has a line break, so no two requests make the same text.
        text = f"{method}\n{key}\n{urlencode(pairs)}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


def kept_secret(path: Path) -> bytes:
    """The secret in the file at `path`, which is made, for its owner alone to read, if it isn't there yet.

    Processes that do so at the same time get the same secret. Raises ValueError for a damaged file.
    """
    if not path.exists():
        _make_secret(path)
    secret = path.read_bytes()
    if len(secret) != _SECRET_BYTES:
        raise ValueError(f"{path} is damaged; delete it, and links signed before will no longer work")
    return secret


def _make_secret(path: Path) -> None:
    """Writes the file under another name first, so that nobody ever reads half of it; the first one to link it wins."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
    finally:
        temporary.unlink(missing_ok=True)

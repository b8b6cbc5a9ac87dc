"""A file that comes as text: in base64, alone or in a data URI (RFC 2397), decoded as it arrives."""

import binascii
import re
from collections.abc import Callable

from api.errors import FarmError, InvalidRequest
from api.ingest.incoming import IncomingFile, ReceivedFile
from api.storage.base import Storage

MAX_HEADER = 200
"""Characters of a data URI before its data."""

_HEADER = re.compile(rb"data:([\w.+-]+/[\w.+-]+)?(?:;[\w.+-]+=[^;,]*)*;base64,", re.IGNORECASE)

NOT_BASE64 = "is neither base64 nor a data URI with it"


class EncodedFile:
    """Write the text to it, then `finish` or `abandon` it. The methods block, and may not be called at once.

    `declared` is the media type that a data URI names, in lower case. `mistake` says what is wrong with the text, to
    follow its name; what comes after a mistake is ignored. `key_for` and `too_large` are IncomingFile's; InvalidRequest
    raised by the former is a mistake too.
    """

    def __init__(
        self, storage: Storage, *, key_for: Callable[[bytes], str], max_bytes: int, too_large: FarmError
    ) -> None:
        self.declared: str | None = None
        self.mistake: str | None = None
        self._file = IncomingFile(storage, key_for=key_for, max_bytes=max_bytes, too_large=too_large)
        self._file.open("input")
        self._header: bytes | None = b""
        self._rest = b""
        self._padded = False

    def write(self, text: bytes) -> None:
        """Raises `too_large`."""
        if self.mistake is not None:
            return
        if self._header is not None:
            text = self._after_header(text)
        self._rest += text
        whole = len(self._rest) - len(self._rest) % 4
        if whole and not self._header:
            self._decode(self._rest[:whole])
            self._rest = self._rest[whole:]

    def finish(self) -> ReceivedFile:
        """Makes the file appear in the storage. Raises InvalidRequest where there is a mistake."""
        if self._header is not None:
            self._rest, self._header = self._header, None
            self.write(b"")
        if self.mistake is None and (self._rest or not self._file.size):
            self.mistake = NOT_BASE64 if self._rest else "is empty"
        if self.mistake is None:
            try:
                return self._file.finish()
            except InvalidRequest as error:
                self.mistake = error.message
        self.abandon()
        raise InvalidRequest(self.mistake)

    def abandon(self) -> None:
        """Leaves nothing in the storage, unless the file is finished."""
        self._file.abandon()

    def _after_header(self, text: bytes) -> bytes:
        """What of the text is data, once it is known where those begin."""
        self._header = (self._header or b"") + text
        if not b"data:".startswith(self._header[:5].lower()):
            data, self._header = self._header, None
            return data
        if found := _HEADER.match(self._header):
            self.declared = (found[1] or b"text/plain").decode().lower()
            data, self._header = self._header[found.end() :], None
            return data
        if len(self._header) > MAX_HEADER:
            self.mistake = NOT_BASE64
        return b""

    def _decode(self, text: bytes) -> None:
        try:
            if self._padded:
                raise binascii.Error
            data = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            self.mistake = NOT_BASE64
            return
        self._padded = text.endswith(b"=")
        try:
            self._file.write(data)
        except InvalidRequest as error:
            self.mistake = error.message

"""Uploads: a multipart body parsed as it arrives, its file written straight to the storage and hashed on the way.

Starlette's form parser would spool the whole file to a temporary one first. Here no more than a network chunk is in
memory, and the file is written once. Everything that blocks runs in a worker thread, and the next chunk is asked for
only when the last one is on its way to the disk.
"""

import contextlib
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Mapping
from typing import TypeVar

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from api.errors import FileTooLarge, InvalidRequest, NoFile
from api.http.errors import MalformedBody
from api.ingest.disposition import parse_disposition
from api.ingest.incoming import IncomingFile, ReceivedFile, abandoned_on_error
from api.storage.base import Storage, discard

T = TypeVar("T")

MAX_PARTS = 32


class UploadForm:
    """A form with one file, in the field ``file``. Feed it the body, `check` it, then finish or abandon `file`.

    `key_for` is IncomingFile's. `field_limits` are the other fields to keep and their longest sizes in bytes; the rest
    is skipped. The methods block.
    """

    def __init__(
        self,
        content_type: str | None,
        storage: Storage,
        *,
        key_for: Callable[[bytes], str],
        too_large: FileTooLarge,
        max_file_bytes: int,
        field_limits: Mapping[str, int],
    ) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise NoFile('Send the file as multipart/form-data, in a field named "file"')
        self.fields: dict[str, bytes] = {}
        self.file = IncomingFile(storage, key_for=key_for, max_bytes=max_file_bytes, too_large=too_large)
        self._field_limits = field_limits
        self._parts = 0
        self._ended = False
        self._header = self._value = b""
        self._disposition = b""
        self._sink: Callable[[memoryview], None] = _skip
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise MalformedBody(f"Malformed multipart body: {error}") from None

    def feed(self, data: bytes) -> None:
        """Raises FarmErrors: malformed, too many parts, a part too large, a file refused."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise MalformedBody(f"Malformed multipart body: {error}") from None

    def check(self) -> None:
        """After the last `feed`: raises unless the form is complete and has a file."""
        if not self._ended:
            raise MalformedBody("The multipart body ends before its closing boundary")
        if not self.file.is_open:
            raise NoFile('No file in upload request: it belongs in a field named "file", with a file name')
        if self.file.size == 0:
            raise NoFile("The uploaded file is empty")

    def texts(self) -> dict[str, str]:
        """The fields that aren't empty. Raises InvalidRequest for one that isn't UTF-8."""
        found = {}
        for field, raw in self.fields.items():
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                raise InvalidRequest(f"{field} is not UTF-8", param=field) from None
            if text:
                found[field] = text
        return found

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise InvalidRequest(f"The form has more than {MAX_PARTS} parts")
        self._disposition = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _on_headers_finished(self) -> None:
        part = parse_disposition(self._disposition)
        if part.name == "file" and part.file_name:
            self._open_file(part.file_name)
        elif part.name in self._field_limits:
            self._open_field(part.name, self._field_limits[part.name])
        else:
            self._sink = _skip

    def _open_file(self, file_name: str) -> None:
        if self.file.is_open:
            raise InvalidRequest("The form has more than one file", param="file")
        self.file.open(file_name)
        self._sink = self.file.write

    def _open_field(self, field: str, limit: int) -> None:
        self.fields[field] = b""

        def sink(data: memoryview) -> None:
            if len(self.fields[field]) + len(data) > limit:
                raise InvalidRequest(f"{field} is longer than {limit // 1024} KB", param=field)
            self.fields[field] += data

        self._sink = sink

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._sink(memoryview(data)[start:end])

    def _on_part_end(self) -> None:
        if self._sink == self.file.write and self.file.size:
            self.file.settle()

    def _on_end(self) -> None:
        self._ended = True


@contextlib.contextmanager
def stored(storage: Storage, incoming: IncomingFile) -> Iterator[ReceivedFile]:
    """The file, whose bytes have all arrived, is in the storage; it is gone again if the block ends with an error."""
    file = incoming.finish()
    try:
        yield file
    except BaseException:
        discard(storage, file.key)
        raise


async def receive_form(
    form: UploadForm,
    body: AsyncIterable[bytes],
    then: Callable[[], T],
    run: Callable[[Callable[[], T]], Awaitable[T]] = run_in_threadpool,
) -> T:
    """Feeds the body to `form`, checks that it is complete, and returns what `then` makes of it in a worker thread.

    `run` finds the thread. Whatever goes wrong on the way, the client's leaving included: the file is abandoned.
    """
    async with abandoned_on_error(form.file):
        async for chunk in body:
            await run_in_threadpool(form.feed, chunk)
        form.check()
        return await run(then)


def _skip(data: memoryview) -> None:
    """Where parts go that nobody reads."""

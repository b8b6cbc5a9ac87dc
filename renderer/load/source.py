"""The text of a model file with uniform line ends, in parts, and the line numbers of these for error messages."""

from collections.abc import Iterator

from renderer.errors import InvalidModel
from renderer.load import limits
from renderer.load.fields import printable

BLOCK_BYTES = 4 * limits.MEGABYTE

_BOM = b"\xef\xbb\xbf"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
"""By the byte order marks that such texts begin with."""


class Source:
    """`text` has LF line ends and no continued lines. Offsets in it are offsets in the file, but for the BOM; in one of
    UTF-16, in the same text as UTF-8."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = printable(name)
        data = as_utf8(data).removeprefix(_BOM)
        self._lines = data if b"\n" in data else data.replace(b"\r", b"\n")
        self.text = self._lines
        if b"\\\n" in self._lines or b"\\\r\n" in self._lines:
            self.text = self._lines.replace(b"\\\r\n", b"   ").replace(b"\\\n", b"  ")

    def line(self, offset: int) -> int:
        """The number of the line, counted from 1, that byte `offset` of the text is in."""
        return self._lines.count(b"\n", 0, offset) + 1

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Start and end of parts of the text that consist of whole lines. Raises InvalidModel for endless lines."""
        start = 0
        while start < len(self.text):
            end = len(self.text)
            if end - start > BLOCK_BYTES:
                end = self.text.rfind(b"\n", start, start + BLOCK_BYTES) + 1
                if not end:
                    raise self.long_line(start)
            yield start, end
            start = end

    def long_line(self, start: int) -> InvalidModel:
        """The error for the line that holds byte `start`, to be raised."""
        return InvalidModel(f"{self.name}, line {self.line(start)}: longer than any such file's lines are")

    def wrong(self, offset: int, problem: str) -> InvalidModel:
        """The error that says what is wrong with the word at `offset`, to be raised."""
        word = self.text[offset : offset + 40].split(maxsplit=1)[:1]
        shown = printable(decoded(word[0])) if word else ""
        return InvalidModel(f"{self.name}, line {self.line(offset)}: {shown!r} {problem}")


def as_utf8(data: bytes) -> bytes:
    """A text of UTF-16 that says so by its byte order mark, as UTF-8; any other as it is."""
    encoding = _UTF16.get(data[:2])
    return data if encoding is None else data[2:].decode(encoding, "replace").encode()


def decoded(data: bytes) -> str:
    """UTF-8, or else the code page of western Windows, which is what old exporters write."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")

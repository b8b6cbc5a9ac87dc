"""The text of an OBJ or MTL file with uniform line ends, and the line numbers of its parts for error messages."""

from renderer.errors import InvalidModel
from renderer.load.fields import printable

_BOM = b"\xef\xbb\xbf"


class Source:
    """`text` has LF line ends and no continued lines. Offsets in it are offsets in the file, but for the BOM."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = printable(name)
        data = data.removeprefix(_BOM)
        self._lines = data if b"\n" in data else data.replace(b"\r", b"\n")
        self.text = self._lines
        if b"\\\n" in self._lines or b"\\\r\n" in self._lines:
            self.text = self._lines.replace(b"\\\r\n", b"   ").replace(b"\\\n", b"  ")

    def line(self, offset: int) -> int:
        """The number of the line, counted from 1, that byte `offset` of the text is in."""
        return self._lines.count(b"\n", 0, offset) + 1

    def wrong(self, offset: int, problem: str) -> InvalidModel:
        """The error that says what is wrong with the word at `offset`, to be raised."""
        word = self.text[offset : offset + 40].split(maxsplit=1)[:1]
        shown = printable(decoded(word[0])) if word else ""
        return InvalidModel(f"{self.name}, line {self.line(offset)}: {shown!r} {problem}")


def decoded(data: bytes) -> str:
    """UTF-8, or else the code page of western Windows, which is what old exporters write."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")

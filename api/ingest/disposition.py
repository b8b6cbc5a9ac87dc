"""The header Content-Disposition of a form's part, as real clients write it: which field it is, and its file's name.

A name that is not plain ASCII comes in one of these forms, each of which some client sends:

    filename="Stühle.glb"                                 UTF-8 as it is; `"`, CR and LF as %22, %0D and %0A: browsers,
                                                          curl, httpx, requests, OkHttp and Node
    filename="a \"b\".glb"                                escaped by backslashes: older curl, Python's email
    filename="=?utf-8?B?U3TDvGhsZS5nbGI=?="               as in a mail (RFC 2047): .NET and PowerShell
    filename*=utf-8''St%C3%BChle.glb                      RFC 5987, alone or beside `filename`: .NET and older requests
    filename="St\xfchle.glb"                              Windows-1252: programs of the time before UTF-8
"""

import dataclasses
import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import unquote_to_bytes

_PARAMETER = re.compile(rb';\s*([^\s;="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)
_MAIL_WORDS = re.compile(r"(?:\s*=\?[\w.-]+\?[BbQq]\?[^?]*\?=)+")
_CHARSETS = ("utf-8", "iso-8859-1")
"""Of RFC 5987: all that a sender may choose from."""


@dataclasses.dataclass(frozen=True, slots=True)
class Disposition:
    """`name` is the form field's, `file_name` the file's, "" where the part is no file."""

    name: str
    file_name: str


def parse_disposition(header: bytes) -> Disposition:
    """Reads any bytes. The file name is the sender's own text: it may hold paths and control characters."""
    given: dict[str, bytes] = {}
    for key, quoted, bare in _PARAMETER.findall(header):
        value = re.sub(rb'\\(["\\])', rb"\1", quoted) if quoted else bare.strip(b' \t"')
        given.setdefault(key.decode("latin-1").lower(), value)
    file_name = _extended(given.get("filename*", b"")) or _plain(given.get("filename", b""))
    return Disposition(_plain(given.get("name", b"")), file_name)


def _extended(value: bytes) -> str:
    """RFC 5987's charset'language'text; "" for what isn't so."""
    charset, _, rest = value.partition(b"'")
    _, quote, text = rest.partition(b"'")
    encoding = charset.decode("latin-1").lower()
    if not quote or encoding not in _CHARSETS:
        return ""
    try:
        return unquote_to_bytes(text).decode(encoding)
    except UnicodeDecodeError:
        return ""


def _plain(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")
    if _MAIL_WORDS.fullmatch(text):
        try:
            return str(make_header(decode_header(text)))
        except (HeaderParseError, LookupError, ValueError):
            return text
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")

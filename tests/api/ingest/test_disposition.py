"""Which field a form's part is, and what its file is called, in all the spellings of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ingest.disposition import Disposition, parse_disposition


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        (b'filename="chair.glb"', "chair.glb"),
        (b"filename=chair.glb", "chair.glb"),
        (b"FileName = chair.glb ", "chair.glb"),
        (b"filename=a chair.glb", "a chair.glb"),
        (b'filename="a; name=b.glb"', "a; name=b.glb"),
        (b'filename="St\xc3\xbchle.glb"', "Stühle.glb"),
        (b'filename="St\xfchle \x80.glb"', "Stühle €.glb"),
        (b'filename="a %22b%22%0D%0A.glb"', 'a "b"\r\n.glb'),
        (b'filename="50%25 off.glb"', "50%25 off.glb"),
        (b'filename="a \\"b\\" \\\\ c.glb"', 'a "b" \\ c.glb'),
        (b'filename="C:\\models\\chair.glb"', "C:\\models\\chair.glb"),
        (b'filename="=?utf-8?B?U3TDvGhsZS5nbGI=?="', "Stühle.glb"),
        (b'filename="=?iso-8859-1?Q?St=FChle.glb?="', "Stühle.glb"),
        (b'filename="=?utf-8?B?U3T?= =?x"', "=?utf-8?B?U3T?= =?x"),
        (b'filename="=?no-such-charset?B?U3TDvGhsZQ==?="', "=?no-such-charset?B?U3TDvGhsZQ==?="),
        (b"filename*=utf-8''St%C3%BChle.glb", "Stühle.glb"),
        (b"filename*=UTF-8'de'St%C3%BChle.glb", "Stühle.glb"),
        (b"filename*=iso-8859-1''St%FChle.glb", "Stühle.glb"),
        (b"filename*=\"utf-8''St%C3%BChle.glb\"", "Stühle.glb"),
        (b"filename=stuhle.glb; filename*=utf-8''St%C3%BChle.glb", "Stühle.glb"),
        (b"filename*=utf-8''St%C3%BChle.glb; filename=stuhle.glb", "Stühle.glb"),
        (b"filename=chair.glb; filename*=utf-8''%FF", "chair.glb"),
        (b"filename=chair.glb; filename*=punycode''chair-x", "chair.glb"),
        (b"filename=chair.glb; filename*=chair", "chair.glb"),
        (b"filename=\"a; filename*=utf-8''b.glb\"", "a; filename*=utf-8''b.glb"),
        (b'filename=""', ""),
        (b"filename=", ""),
        (b'filename="unclosed.glb', "unclosed.glb"),
        (b"", ""),
    ],
)
def test_a_file_name_is_read_in_every_spelling(parameters: bytes, name: str) -> None:
    for field in (b"name=file", b'name="file"'):
        assert parse_disposition(b"form-data; " + field + b"; " + parameters) == Disposition("file", name)


def test_what_says_nothing_is_no_field_and_no_file() -> None:
    for header in (b"", b"form-data", b'form-data; "file"', b";;;="):
        assert parse_disposition(header) == Disposition("", "")


@given(st.binary(max_size=200))
def test_any_bytes_are_read(header: bytes) -> None:
    parse_disposition(header)
    parse_disposition(b"form-data; filename=" + header)
    parse_disposition(b"form-data; filename*=utf-8''" + header)

"""What counts as a URL that a request may go to, by its spelling alone."""

import contextlib

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.net.guard import Refused, is_plain
from api.net.urls import parse_url


@pytest.mark.parametrize(
    "url",
    [
        "", " ", "a.glb", "/a.glb", "//example.com/a.glb", "http:", "http://", "http:///a", "https://?", "http:a.glb",
        "ftp://example.com/a.glb", "file:///etc/passwd", "data:,glTF", "http://user@example.com/", "http://:@example.com",
        "http://user:secret@example.com/a.glb", "http://example.com:0/", "http://example.com:65536/",
        "http://example.com:http/", "http://[::1/", "http://[v1.x]/", "http://exam\nple.com/", "http://\ud800.example/",
        "http://example.com/\ud800", "http://" + "a" * 70_000, "http://xn--\udcff/", "http://\u2488example.com/",
        "http://example.com\\@127.0.0.1/", "http://[::1]@example.com/",
    ],
)  # fmt: skip
def test_a_malformed_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(Refused) as raised:
        parse_url(url)
    assert "secret" not in str(raised.value)


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://xn--", "//", "http://[", "?", "http://a@", "#"]))
def test_whatever_is_written_a_url_is_parsed_or_refused(text: str, start: str) -> None:
    for base in (None, parse_url("http://example.com/a/b?c")):
        with contextlib.suppress(Refused):
            parsed = parse_url(start + text, base=base)
            assert parsed.scheme in ("http", "https")
            target = httpcore.URL(
                scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path
            )
            assert bytes(target).isascii()
            assert not is_plain(target.host.decode()) or target.host == target.host.lower()


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("HTTP://Example.COM/a.glb", b"example.com", None),
        (" https://bücher.example:443/a.glb\n", b"xn--bcher-kva.example", None),
        ("https://[2606:4700::1111]:8443/", b"2606:4700::1111", 8443),
        ("http://127。0。0。1/", b"127.0.0.1", None),
        ("http://xn--a/", b"xn--a", None),
    ],
)
def test_a_url_is_brought_to_its_usual_form(url: str, host: bytes, port: int | None) -> None:
    parsed = parse_url(url)
    assert (parsed.raw_host, parsed.port) == (host, port)

"""Wherever a URL, a redirect or a name server leads: only to addresses that were checked, each time anew."""

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from api.errors import InvalidUrl
from api.ingest.fetch import MAX_REDIRECTS, Downloader
from api.net.guard import AllowList, Guard, LookUp
from tests.api.ingest.support import GLB, downloader, fetch, fields, names, refused, target
from tests.support.origin import Origin, answer, redirect, running_origin
from tests.support.waiting import HANG_S


def test_redirects_are_followed_and_the_first_path_names_the_file(origin: Origin, tmp_path: Path) -> None:
    origin.answers |= {
        "/chair.glb": redirect("../b?x=1", "301 Moved Permanently"),
        "/b?x=1": redirect(f"//127.0.0.1:{origin.port}/c", "307 Temporary Redirect"),
        "/c": redirect(f"{origin.url}/d", "308 Permanent Redirect"),
        "/d": redirect("?e", "303 See Other"),
        "/d?e": redirect("/f.glb#fragment"),
        "/f.glb": answer(GLB),
    }
    assert fetch(f"{origin.url}/chair.glb", tmp_path).name == "chair.glb"
    assert [target(request) for request in origin.requests] == ["/chair.glb", "/b?x=1", "/c", "/d", "/d?e", "/f.glb"]


def test_the_sixth_redirect_is_one_too_many(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/loop.glb"] = redirect("/loop.glb")
    assert refused(f"{origin.url}/loop.glb", tmp_path, InvalidUrl) == "The URL redirects more than 5 times"
    assert len(origin.requests) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.5/a.glb", "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://0/",
        "http://127.0.0.2/a.glb", "http://2130706433/", "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "//0x7f.0.0.1/", "http://localhost/", "http://127.0.0.1.:80/", "http://１２７.0.0.1/",
        "file:///etc/passwd", "ftp://127.0.0.1/a.glb", "gopher://127.0.0.1:6379/_INFO", "data:model/gltf-binary,glTF",
        "javascript:1", "http://me:secret@127.0.0.1/a.glb", "http://[::1", "http://a:b/",
    ],
)  # fmt: skip
def test_a_redirect_leads_nowhere_that_the_url_itself_may_not(origin: Origin, tmp_path: Path, location: str) -> None:
    origin.answers["/a.glb"] = redirect(location)
    by = downloader(look_up=names("127.0.0.3"))
    refused(f"{origin.url}/a.glb", tmp_path, InvalidUrl, by)
    assert len(origin.requests) == 1


def test_a_redirect_without_a_location_is_no_file(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/a.glb"] = answer(status="302 Found")
    assert "status 302" in refused(f"{origin.url}/a.glb", tmp_path, InvalidUrl)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0", "0.0.0.0", "2130706433", "0x7f000001", "0177.1", "127.1", "[::1]", "[::]",  # noqa: S104
             "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "127.0.0.1.", "LOCALHOST",
             "127。0。0。1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "%31%32%37.0.0.1", "127%2e0.0.1", "example.com%00.localhost"]
)  # fmt: skip
def test_without_an_allow_list_nothing_local_is_reached(origin: Origin, tmp_path: Path, host: str) -> None:
    origin.answers["/a.glb"] = answer(GLB)
    by = Downloader(Guard(AllowList.parse("", "PIROUETTE_INGEST_ALLOW")), seconds=HANG_S)
    refused(f"http://{host}:{origin.port}/a.glb", tmp_path, InvalidUrl, by)
    assert origin.requests == []


def changing(answers: Sequence[str]) -> tuple[LookUp, list[str]]:
    """A name server whose answer changes each time it is asked, and a list of the names it was asked for."""
    asked: list[str] = []

    async def look_up(host: str) -> list[str]:
        asked.append(host)
        return [answers[len(asked) - 1]]

    return look_up, asked


def test_a_name_is_asked_for_once_and_the_checked_address_is_the_one_connected_to(tmp_path: Path) -> None:
    with running_origin() as good, running_origin(host="127.0.0.2", port=good.port) as evil:
        good.answers["/a.glb"] = evil.answers["/a.glb"] = answer(GLB)
        look_up, asked = changing(["127.0.0.1", "127.0.0.2"])
        fetch(f"http://rebind.example:{good.port}/a.glb", tmp_path, downloader(look_up=look_up))
    assert asked == ["rebind.example"]
    assert evil.requests == []
    [request] = good.requests
    assert fields(request)["host"] == f"rebind.example:{good.port}"


def test_a_redirect_to_the_same_host_is_checked_again(tmp_path: Path) -> None:
    with running_origin() as good, running_origin(host="127.0.0.2", port=good.port) as evil:
        good.answers["/a.glb"] = redirect("/b.glb")
        good.answers["/b.glb"] = evil.answers["/b.glb"] = answer(GLB)
        look_up, asked = changing(["127.0.0.1", "127.0.0.2"])
        refused(f"http://rebind.example:{good.port}/a.glb", tmp_path, InvalidUrl, downloader(look_up=look_up))
    assert asked == ["rebind.example", "rebind.example"]
    assert (len(good.requests), evil.requests) == (1, [])


def test_another_address_is_tried_where_one_does_not_answer(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/a.glb"] = answer(GLB)
    by = downloader("127.0.0.0/8", look_up=names("127.0.0.9", "127.0.0.1"))
    assert fetch(f"http://models.example:{origin.port}/a.glb", tmp_path, by).size == len(GLB)


def test_a_server_that_is_not_there_is_said_to_be_unreachable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    by = downloader(look_up=names("127.0.0.1"))
    message = refused(f"http://models.example:{port}/a.glb", tmp_path, InvalidUrl, by)
    assert message == "The URL's server could not be reached"


@pytest.mark.usefixtures("trusted")
def test_tls_is_verified_for_the_name_though_the_address_is_pinned(
    secure_origin: tuple[Origin, list[str | None]], tmp_path: Path
) -> None:
    origin, asked = secure_origin
    origin.answers["/a.glb"] = answer(GLB)
    by = downloader(look_up=names("127.0.0.1"))
    assert fetch(f"https://models.example:{origin.port}/a.glb", tmp_path, by).size == len(GLB)
    assert asked == ["models.example"]
    assert fields(origin.requests[0])["host"] == f"models.example:{origin.port}"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_a_certificate_of_another_name_is_refused(
    secure_origin: tuple[Origin, list[str | None]], tmp_path: Path, host: str
) -> None:
    origin, _ = secure_origin
    by = downloader(look_up=names("127.0.0.1"))
    assert "identity by TLS" in refused(f"https://{host}:{origin.port}/a.glb", tmp_path, InvalidUrl, by)
    assert origin.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(
    secure_origin: tuple[Origin, list[str | None]], tmp_path: Path
) -> None:
    origin, _ = secure_origin
    by = downloader(look_up=names("127.0.0.1"))
    assert "identity by TLS" in refused(f"https://models.example:{origin.port}/a.glb", tmp_path, InvalidUrl, by)


def test_plain_http_where_tls_is_spoken_and_the_other_way_round(
    secure_origin: tuple[Origin, list[str | None]], origin: Origin, tmp_path: Path
) -> None:
    refused(f"http://127.0.0.1:{secure_origin[0].port}/a.glb", tmp_path, InvalidUrl)
    refused(f"https://127.0.0.1:{origin.port}/a.glb", tmp_path, InvalidUrl)

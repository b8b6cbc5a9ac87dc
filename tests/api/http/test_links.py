"""Links that the farm hands out are whole: they lead back the way the client came, or where the settings say."""

import pytest
from fastapi import Request

from api.http.links import absolute
from api.settings import Settings

PATH = "/storage/models/a.glb?expires=1&signature=2"


def request_to(host: str, scheme: str = "http") -> Request:
    return Request({
        "type": "http", "method": "GET", "path": "/api/v1/models", "root_path": "", "query_string": b"",
        "scheme": scheme, "server": ("127.0.0.1", 8080), "headers": [(b"host", host.encode())],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("public_url", "whole"),
    [
        ("", f"https://farm.example.com:8443{PATH}"),
        ("https://renders.example.com", f"https://renders.example.com{PATH}"),
        ("https://example.com/farm/", f"https://example.com/farm{PATH}"),
    ],
)
def test_a_path_is_made_a_whole_url(public_url: str, whole: str) -> None:
    request = request_to("farm.example.com:8443", "https")
    assert absolute(request, Settings(public_url=public_url), PATH) == whole


def test_a_storages_own_url_stays_as_it_is() -> None:
    url = "https://s3.example.com/bucket/models/a.glb?X-Amz-Signature=1"
    assert absolute(request_to("farm.example.com"), Settings(public_url="https://renders.example.com"), url) == url


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80"),  # noqa: S104
        ({"host": "::", "port": 9000}, "http://[::1]:9000"),
        ({"host": "farm.lan"}, "http://farm.lan:8080"),
        ({"host": "0.0.0.0", "public_url": "https://farm.example.com"}, "https://farm.example.com"),  # noqa: S104
    ],
)
def test_who_has_asked_nothing_is_led_to_where_the_farm_listens(settings: dict[str, object], url: str) -> None:
    assert Settings.model_validate(settings).reached_at == url

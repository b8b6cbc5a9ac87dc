"""/ is a page for who types the farm's address into a browser."""

import re

from tests.support.web import Web


def test_the_page_says_what_answers_here_to_a_stranger(web: Web) -> None:
    page = web.get("/", token=None)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "3D render farm" in page.text
    head = web.request("HEAD", "/", token=None)
    assert (head.status_code, head.content) == (200, b"")


def test_its_links_lead_on(web: Web) -> None:
    links = re.findall(r'href="([^"]+)"', web.get("/", token=None).text)
    assert links == ["/portal/", "/docs", "/openapi.json", "/v1/health"]
    for path in links:
        assert web.get(path, token=None).status_code < 500, path


def test_it_loads_nothing(web: Web) -> None:
    page = web.get("/", token=None)
    assert not re.search(r"src=|url\(|@import|://|<link|<script", page.text)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")

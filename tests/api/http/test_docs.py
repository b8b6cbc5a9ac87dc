"""/docs is Swagger UI without the Internet: whatever the page loads comes from this server."""

import base64
import hashlib
import re

from tests.support.web import Web


def test_the_page_loads_its_files_from_here(web: Web) -> None:
    page = web.get("/docs", token=None)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {path.rpartition(".")[2] for path in loaded} == {"js", "css", "png"}
    for path in (*loaded, "/openapi.json"):
        answer = web.get(path, token=None)
        assert answer.status_code == 200, path
        assert len(answer.content) > 1000
    assert "url: '/openapi.json'" in page.text
    assert '"validatorUrl": null' in page.text
    assert "://" not in page.text


def test_the_script_is_swagger_ui_and_loads_nothing_more(web: Web) -> None:
    script = web.get("/docs/files/swagger-ui-bundle.js", token=None)
    assert "javascript" in script.headers["content-type"]
    assert "SwaggerUIBundle" in script.text
    style = web.get("/docs/files/swagger-ui.css", token=None).text
    assert not re.findall(r"url\((?!['\"]?data:)[^)]*\)|@import", style)


def test_the_page_runs_its_own_scripts_and_no_others(web: Web) -> None:
    """As a browser does: what runs is allowed by the page's Content-Security-Policy, by its place or by its hash."""
    page = web.get("/docs", token=None)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    [inline] = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    assert policy["script-src"] == f"'self' 'sha256-{digest}'"
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert not re.search(r"\son[a-z]+\s*=", page.text)


def test_no_other_file_is_served(web: Web) -> None:
    for path in ("/docs/files/", "/docs/files/../core.py", "/docs/files/%2e%2e/core.py", "/docs/core.py"):
        answer = web.get(path, token=None)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")

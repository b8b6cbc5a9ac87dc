"""/portal: the pages, as the build has made them, and what is said before it has."""

from pathlib import Path

import pytest

from api.http.portal import pages
from tests.api.http.portal.browser import code
from tests.support.web import Web


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for what the build makes."""
    folder = tmp_path / "static"
    folder.mkdir()
    monkeypatch.setattr(pages, "STATIC", folder)
    return folder


def test_before_they_are_built_the_page_says_what_to_type(web: Web, static: Path) -> None:
    for path in ("/portal", "/portal/", "/portal/library"):
        answer = web.get(path, token=None)
        assert answer.status_code == 404
        assert "make portal" in answer.text


def test_every_page_is_the_program_under_a_strict_policy(web: Web, static: Path) -> None:
    (static / "index.html").write_text("<!doctype html><title>Pirouette</title>")
    for path in ("/portal", "/portal/", "/portal/library"):
        answer = web.get(path, token=None)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy
        assert "frame-ancestors 'none'" in policy
    assert code(web.get("/portal/api/library", token=None)) == (404, "not_found")


def test_files_with_a_hash_in_their_name_are_kept_for_good(web: Web, static: Path) -> None:
    (static / "assets").mkdir()
    (static / "files").mkdir()
    (static / "assets" / "index-1a2b.js").write_text("1")
    (static / "files" / "licences.txt").write_text("MIT")
    (static / "secret.txt").write_text("no")
    script = web.get("/portal/assets/index-1a2b.js", token=None)
    assert (script.text, script.headers["cache-control"]) == ("1", "public, max-age=31536000, immutable")
    assert script.headers["content-type"].startswith("text/javascript")
    assert web.get("/portal/files/licences.txt", token=None).headers["cache-control"] == "no-cache"
    absent = ("assets/absent.js", "assets/%2e%2e%2fsecret.txt", "assets/..%2fsecret.txt", "secret/secret.txt")
    for path in absent:
        assert code(web.get(f"/portal/{path}", token=None)) == (404, "not_found"), path

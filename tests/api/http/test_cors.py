"""What pages of other servers may ask."""

from pathlib import Path

import pytest

from api.db.session import Database
from api.settings import Settings
from tests.support.web import Web

SHOP = "https://shop.example.com"
PREFLIGHT = {
    "Origin": SHOP, "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
}  # fmt: skip


def farm(sqlite_url: str, folder: Path, origins: str) -> Web:
    return Web.make(Database(sqlite_url), folder, cors_origins=origins)


def test_by_default_no_other_page_may_ask(web: Web) -> None:
    answer = web.get("/v1/account", headers={"Origin": SHOP})
    assert "Access-Control-Allow-Origin" not in answer.headers
    preflight = web.request("OPTIONS", "/v1/renders/AbsentRender", headers=PREFLIGHT, token=None)
    assert "Access-Control-Allow-Origin" not in preflight.headers


def test_pages_of_the_set_origins_may_ask_everything(sqlite_url: str, tmp_path: Path) -> None:
    web = farm(sqlite_url, tmp_path, f"http://localhost:5173, {SHOP}/")
    preflight = web.request("OPTIONS", "/v1/renders/AbsentRender", headers=PREFLIGHT, token=None)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == SHOP
    assert preflight.headers["X-Content-Type-Options"] == "nosniff"
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    assert "idempotency-key" in preflight.headers["Access-Control-Allow-Headers"].lower()
    answer = web.get("/v1/account", headers={"Origin": SHOP})
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Origin" in answer.headers["Vary"]
    exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
    assert exposed >= {
        "Content-Range", "Content-Disposition", "ETag", "Retry-After", "X-Request-Id", "Idempotent-Replayed"
    }
    refused = web.get("/v1/renders/AbsentRender", headers={"Origin": SHOP})
    assert refused.headers["Access-Control-Allow-Origin"] == SHOP  # else the page can't tell why
    assert "Access-Control-Allow-Credentials" not in answer.headers
    other = web.get("/v1/account", headers={"Origin": "https://evil.example.com"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_any_page_where_the_settings_say_so(sqlite_url: str, tmp_path: Path) -> None:
    web = farm(sqlite_url, tmp_path, "*")
    assert web.get("/v1/health", headers={"Origin": SHOP}).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("origin", ["shop.example.com", "https://shop.example.com/page", "null", "https://*"])
def test_what_is_no_origin_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(ValueError, match="PIROUETTE_CORS_ORIGINS"):
        Settings(cors_origins=origin)

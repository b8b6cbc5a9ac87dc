"""Two dialects on one farm: whatever goes wrong below a prefix is told in the words of who lives there.

The second is a toy: it has an envelope, statuses, a credential and an upload of its own.
"""

import dataclasses
import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Security
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from api.domain.accounts import credentials
from api.domain.accounts.credentials import FORMATS, Principal
from api.domain.kit.files import FileView
from api.errors import FarmError, FileTooLarge, InvalidRequest, ModelNotFound, NotFound, Unauthorized
from api.http.app import create_app
from api.http.auth import Authenticator
from api.http.body import body_of
from api.http.declared import declared
from api.http.dialect import Dialect, Dialects, Upload
from api.http.dxgl.dialect import DXGL
from api.http.errors import BodyTooLarge, MalformedBody, MethodNotAllowed
from api.http.files import PRIVATE, download_route, send
from api.http.params import id_else
from api.http.routes import JsonRoute
from api.http.state import FarmDep
from api.http.uploads import UploadForm, receive_form, stored
from tests.support.web import Web

PREFIXES = ("/toy", "/api/v1/toys")
STATUS: dict[type[FarmError], int] = {
    FarmError: 500, NotFound: 404, ModelNotFound: 404, MethodNotAllowed: 405, Unauthorized: 401, FileTooLarge: 413,
    BodyTooLarge: 413, MalformedBody: 400, InvalidRequest: 422,
}
ONE_MB = 1024 * 1024


class Oops(BaseModel):
    """The toy's envelope."""

    oops: str = Field(examples=["No such doll"])
    kind: str = Field(examples=["not_found"])


class Doll(BaseModel):
    name: str = Field(examples=["Ann"])
    size: int = Field(examples=[3])


def tell(error: FarmError) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return JSONResponse({"oops": error.message, "kind": error.code}, status)


authenticate = Authenticator("glossi")
Owner = Annotated[Principal, Security(authenticate, scopes=["write"])]
toys = APIRouter(prefix=PREFIXES[0], tags=["toys"], route_class=JsonRoute)
more_toys = APIRouter(prefix=PREFIXES[1], tags=["toys"], route_class=JsonRoute)
FAILURES = declared([FarmError, Unauthorized, ModelNotFound], tell=tell, envelope=Oops)


@toys.get("/dolls/{doll_id}", responses=FAILURES)
def get_doll(principal: Owner, doll_id: Annotated[str, id_else(ModelNotFound)]) -> Doll:
    return Doll(name=doll_id, size=1)


@toys.post("/dolls")
def make_doll(principal: Owner, doll: Annotated[Doll, Depends(body_of(Doll))]) -> Doll:
    return doll


@toys.get("/broken")
def break_doll() -> Doll:
    raise RuntimeError("secret detail")


@toys.post("/dolls/{doll_id}/picture")
async def paint_doll(principal: Owner, farm: FarmDep, doll_id: str, request: Request) -> Doll:
    form = UploadForm(
        request.headers.get("content-type"), farm.storage, key_for=lambda _: f"toys/{doll_id}", field_limits={},
        max_file_bytes=ONE_MB, too_large=FileTooLarge("too much paint"),
    )  # fmt: skip

    def then() -> Doll:
        with stored(farm.storage, form.file) as file:
            return Doll(name=file.key, size=file.size)

    return await receive_form(form, request.stream(), then)


@download_route(toys, "/dolls/{doll_id}/picture", ["image/png"], FAILURES)
def get_picture(principal: Owner, farm: FarmDep, doll_id: str, request: Request) -> Response:
    file = farm.storage.stat(f"toys/{doll_id}")
    picture = FileView(file.key, file.size, file.etag, "image/png")
    return send(farm, request, picture, missing=NotFound, caching=PRIVATE)


@more_toys.get("/largest")
def get_largest() -> Doll:
    return Doll(name="Ann", size=3)


TOY = Dialect(
    name="toy",
    prefixes=PREFIXES,
    routers=(toys, more_toys),
    authenticate=authenticate,
    tell=tell,
    uploads=(Upload("POST", "/toy/dolls/{doll_id}/picture", lambda _: 1),),
    tags={"toys": "Things to play with"},
)


@pytest.fixture
def app(web: Web) -> FastAPI:
    return create_app(web.settings, web.database, web.storage, lambda: None, dialects=(DXGL, TOY))


@pytest.fixture
def key(web: Web) -> str:
    with web.database.begin() as session:
        return credentials.issue(session, web.account_id, name="toy", dialect="glossi").raw


@dataclasses.dataclass
class Player:
    """Talks to the toy with its key, unless told otherwise."""

    web: Web
    app: FastAPI
    key: str

    def __call__(self, method: str, path: str, *, key: str | None = "", **arguments: Any) -> httpx.Response:
        headers = {} if key is None else {"X-API-Key": key or self.key}
        return self.web.request(method, path, app=self.app, token=None, headers=headers, **arguments)


@pytest.fixture
def play(web: Web, app: FastAPI, key: str) -> Player:
    return Player(web, app, key)


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and kind of an error, which has the toy's envelope and nothing else."""
    body = answer.json()
    assert body.keys() == {"oops", "kind"}, body
    return answer.status_code, body["kind"]


@pytest.mark.parametrize("path", ["/toy", "/toy/", "/toy/cars", "/toy/dolls/a/b/c", "/api/v1/toys/none"])
def test_unknown_routes(play: Player, path: str) -> None:
    assert told(play("GET", path)) == (404, "not_found")


def test_wrong_methods(play: Player) -> None:
    answer = play("PUT", "/toy/dolls/Ab3kF9x2qL1m/picture")
    assert told(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("path", ["/toy2", "/toys", "/toy2/dolls", "/api/v1", "/api/v1/toy", "/api/v1/toys2", "/api"])
def test_prefixes_are_whole_segments(play: Player, path: str) -> None:
    answer = play("GET", path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_prefix_of_several_segments_has_routes(play: Player) -> None:
    assert play("GET", "/api/v1/toys/largest").json() == {"name": "Ann", "size": 3}


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff"])
def test_broken_bodies(play: Player, body: bytes) -> None:
    assert told(play("POST", "/toy/dolls", content=body)) == (400, "malformed_body")


def test_fields_of_a_wrong_type(play: Player) -> None:
    answer = play("POST", "/toy/dolls", json={"name": "Ann", "size": "large"})
    assert told(answer) == (422, "invalid_request")
    assert answer.json()["oops"].startswith("size: ")


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_long(play: Player, announced: bool) -> None:
    body = json.dumps({"name": "x" * ONE_MB, "size": 1}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    assert told(play("POST", "/toy/dolls", content=body if announced else pieces())) == (413, "body_too_large")


def test_an_upload_has_the_limit_that_its_dialect_says(play: Player, web: Web) -> None:
    path = "/toy/dolls/Ab3kF9x2qL1m/picture"
    large = play("POST", path, files={"file": ("doll.png", bytes(3 * ONE_MB))})
    assert told(large) == (413, "file_too_large")
    assert "1 MB" in large.json()["oops"]
    assert told(play("POST", path, files={"file": ("doll.png", bytes(ONE_MB + 1))})) == (413, "file_too_large")
    assert web.stored() == []
    assert play("POST", path, files={"file": ("doll.png", bytes(ONE_MB))}).json() == {
        "name": "toys/Ab3kF9x2qL1m", "size": ONE_MB,
    }
    part = play("GET", path)
    assert (part.status_code, len(part.content), part.headers["content-type"]) == (200, ONE_MB, "image/png")


def test_a_defect(play: Player) -> None:
    answer = play("GET", "/toy/broken")
    assert told(answer) == (500, "internal")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["oops"]


def test_the_header_of_its_own_opens_it(play: Player) -> None:
    assert play("GET", "/toy/dolls/Ab3kF9x2qL1m").json() == {"name": "Ab3kF9x2qL1m", "size": 1}
    assert told(play("GET", "/toy/dolls/none")) == (404, "model_not_found")


def test_strangers_are_refused_before_anything_else_is_told(play: Player) -> None:
    for path in ("/toy/dolls/Ab3kF9x2qL1m", "/toy/dolls/none"):
        missing = play("GET", path, key=None)
        assert told(missing) == (401, "unauthorized")
        assert FORMATS["glossi"].sample in missing.json()["oops"]
        assert told(play("GET", path, key="glsi_AAAAAAAAAA_" + "A" * 43)) == (401, "unauthorized")


def test_keys_of_one_dialect_are_no_keys_of_another(play: Player, web: Web) -> None:
    assert told(play("GET", "/toy/dolls/Ab3kF9x2qL1m", key=web.token)) == (401, "unauthorized")
    bearer = web.request("GET", "/toy/dolls/Ab3kF9x2qL1m", app=play.app)
    assert told(bearer) == (401, "unauthorized")
    for answer in (web.get("/v1/account", app=play.app, token=play.key), play("GET", "/v1/account")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_the_first_dialect_is_as_it_was(play: Player, web: Web) -> None:
    account = web.get("/v1/account", app=play.app)
    assert account.json()["data"]["id"] == web.account_id
    long = web.post("/v1/renders", app=play.app, content=b" " * 2 * ONE_MB)
    assert (long.status_code, long.json()["error"]["code"]) == (400, "invalid_request")
    assert web.get("/v1/chairs", app=play.app).json()["error"]["code"] == "not_found"
    assert web.get("/api/v/none", app=play.app).json()["error"]["code"] == "not_found"


def test_openapi_tells_of_both(play: Player) -> None:
    document = play("GET", "/openapi.json").json()
    assert {"name": "toys", "description": "Things to play with"} in document["tags"]
    assert {"renders", "toys"} <= {tag["name"] for tag in document["tags"]}
    operation = document["paths"]["/toy/dolls/{doll_id}"]["get"]
    [[(scheme, scopes)]] = [requirement.items() for requirement in operation["security"]]
    assert scopes == ["write"]
    described = document["components"]["securitySchemes"][scheme]
    assert (described["type"], described["in"], described["name"]) == ("apiKey", "header", "X-API-Key")
    examples = operation["responses"]["401"]["content"]["application/json"]["examples"]
    assert examples["unauthorized"]["value"] == {"oops": Unauthorized.default_message, "kind": "unauthorized"}


def test_a_route_may_not_ask_for_keys_of_another_dialect() -> None:
    with pytest.raises(ValueError, match=re.escape("/toy/dolls/{doll_id} of toy asks for keys of glossi")):
        dataclasses.replace(TOY, authenticate=Authenticator("generio"))


@pytest.mark.parametrize(
    "dialects", [(TOY,), (DXGL, dataclasses.replace(TOY, prefixes=("/v1",))), (DXGL, TOY, TOY)]
)
def test_each_prefix_is_one_dialects(dialects: tuple[Dialect, ...]) -> None:
    with pytest.raises(ValueError, match="each prefix is one dialect's"):
        Dialects(dialects)


def test_the_longest_prefix_counts() -> None:
    dialects = Dialects((DXGL, dataclasses.replace(TOY, prefixes=("/v1/toys", "/a/b"))))
    paths = ("/", "/v1", "/v1/toys/", "/v1/toys/1", "/v1/toy", "/a", "/a/b/c")
    assert {path: dialects.of(path).name for path in paths} == {
        "/": "dxgl", "/v1": "dxgl", "/v1/toys/": "toy", "/v1/toys/1": "toy", "/v1/toy": "dxgl", "/a": "dxgl",
        "/a/b/c": "toy",
    }

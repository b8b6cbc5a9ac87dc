"""A person's browser, as far as the server knows: a cookie, and the Origin of what its pages send."""

import dataclasses
from typing import Any

import httpx

from api.domain.accounts import invitations
from tests.support.web import Web

PASSWORD = "a turn of the table"
ORIGIN = "http://farm"  # of tests.support.web's requests


@dataclasses.dataclass
class PersonsBrowser:
    """Nobody is signed in at first. `origin` is what the browser says of the page that sends its requests."""

    web: Web
    cookie: str | None = None
    origin: str | None = ORIGIN

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        headers = {} if self.origin is None else {"Origin": self.origin}
        answer = self.web.request(method, path, token=self.cookie, headers=headers, **arguments)
        if "set-cookie" in answer.headers:
            value = answer.headers["set-cookie"].split(";")[0].split("=", 1)[1].strip('"')
            self.cookie = value or None
        return answer

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.request("POST", path, json=body)

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return self.post("/portal/api/session", email=email, password=password)

    def follow(self, path: str, email: str = "", password: str = PASSWORD) -> httpx.Response:
        """Uses the link with this path, as the page that it leads to does."""
        return self.post(
            "/portal/api/links/use", secret=path.removeprefix(invitations.PATH), email=email, password=password
        )


def first_link(web: Web) -> str:
    """The path of a link that makes the farm's first administrator."""
    with web.database.begin() as session:
        return invitations.for_first(session).path


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]

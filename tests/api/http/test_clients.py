"""Uploads from other people's programs: as each of them writes a request, and by those that can be run here."""

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import requests

from api.db.session import Database
from tests.api.http.clients import CLIENTS, FILE_NAME, SETTINGS
from tests.support.waiting import HANG_S
from tests.support.web import GLB, Web, serving

NODE = """
import { openAsBlob } from "node:fs";
const [url, token, file, name, settings] = process.argv.slice(1);
const form = new FormData();
form.append("file", await openAsBlob(file), name);
form.append("renderSettings", settings);
const answer = await fetch(`${url}/v1/models`, {
  method: "POST", headers: { Authorization: `Bearer ${token}` }, body: form,
});
console.log(await answer.text());
"""

Send = Callable[[str, str, Path], str]
"""By a URL, a token and a file: what the farm answered."""


@pytest.fixture(scope="module")
def served(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Web, str]]:
    folder = tmp_path_factory.mktemp("farm")
    file = folder / "pirouette.sqlite3"
    file.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{file}")
    web = Web.make(database, folder, credits=100)
    with serving(web.app) as url:
        yield web, url
    database.dispose()


def contents_for(name: str) -> bytes:
    """A model keeps its first name, so each name has bytes of its own."""
    return GLB + name.encode()


def check(web: Web, answer: str, name: str) -> None:
    """The file arrived whole, under its name, and its settings with it."""
    data = json.loads(answer)["data"]
    model = web.get(f"/v1/models/{data['modelId']}").json()["data"]
    render = web.get(f"/v1/renders/{data['renderId']}").json()["data"]
    assert model["originalName"] == name
    assert model["fileSize"] == len(contents_for(name))
    assert (render["renderSettings"]["aspect"], render["renderSettings"]["length"]) == ("1:1", 3)


@pytest.mark.parametrize("client", CLIENTS)
def test_an_upload_is_understood_as_each_client_writes_it(served: tuple[Web, str], client: str) -> None:
    web, url = served
    sender = CLIENTS[client]
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), HANG_S) as connection:
        connection.sendall(sender.request(contents_for(sender.file_name), web.token))
        with connection.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 201"), (head, body)
    check(web, body.decode(), sender.file_name)


def test_what_is_said_of_clients_that_are_here_is_so() -> None:
    files = {"file": (FILE_NAME, GLB)}
    fields = {"renderSettings": SETTINGS.decode()}
    by_httpx = httpx.Request("POST", "http://farm", files=files, data=fields).read()
    by_requests = requests.Request("POST", "http://farm", files=files, data=fields).prepare().body
    assert isinstance(by_requests, bytes)
    for client, body in (("httpx", by_httpx), ("requests with urllib3 2", by_requests)):
        assert CLIENTS[client].file.splitlines()[0] in body  # the next line is the type, by the system's own table
        assert CLIENTS[client].field in body


def with_curl(url: str, token: str, file: Path) -> str:
    quoted = FILE_NAME.replace('"', '\\"')
    return subprocess.run(
        ["curl", "-sS", f"{url}/v1/models", "-H", f"Authorization: Bearer {token}",
         "-F", f'file=@{file};filename="{quoted}"', "-F", f"renderSettings={SETTINGS.decode()}"],
        capture_output=True, text=True, timeout=HANG_S, check=True,
    ).stdout  # fmt: skip


def with_requests(url: str, token: str, file: Path) -> str:
    with file.open("rb") as opened:
        return requests.post(
            f"{url}/v1/models", headers={"Authorization": f"Bearer {token}"}, files={"file": (FILE_NAME, opened)},
            data={"renderSettings": SETTINGS}, timeout=HANG_S,
        ).text  # fmt: skip


def with_httpx(url: str, token: str, file: Path) -> str:
    with file.open("rb") as opened:
        return httpx.post(
            f"{url}/v1/models", headers={"Authorization": f"Bearer {token}"}, files={"file": (FILE_NAME, opened)},
            data={"renderSettings": SETTINGS.decode()}, timeout=HANG_S,
        ).text  # fmt: skip


def with_node(url: str, token: str, file: Path) -> str:
    return subprocess.run(
        ["node", "--input-type=module", "-e", NODE, "--", url, token, str(file), FILE_NAME, SETTINGS.decode()],
        capture_output=True, text=True, timeout=HANG_S, check=True,
    ).stdout


@pytest.mark.parametrize("send", [with_curl, with_requests, with_httpx, with_node])
def test_clients_that_are_here_upload_under_an_odd_name(
    served: tuple[Web, str], tmp_path: Path, send: Send
) -> None:
    web, url = served
    file = tmp_path / "chair.glb"
    file.write_bytes(contents_for(FILE_NAME))
    check(web, send(url, web.token, file), FILE_NAME)

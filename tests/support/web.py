"""The web application in the test's own process, and a hand that does what workers do to its database."""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import functools
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from api.db.session import Database
from api.domain.accounts import accounts, credentials
from api.domain.accounts.credentials import FORMATS
from api.domain.kit.files import FileView
from api.domain.work import claims, scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.http.app import create_app
from api.http.server import Server
from api.settings import Settings
from api.storage.base import Storage
from api.storage.open import open_storage
from renderer.spec import ImageVariant
from tests.support.waiting import wait_for

GLB = b"glTF" + bytes(range(256)) * 8
"""Bytes of a model for those who never parse it."""
GLTF = b'{"asset": {"version": "2.0"}}'
ZIP = b"PK\x05\x06" + bytes(18)


def key_header(key: str) -> dict[str, str]:
    """The header field by which a request carries a key of any dialect; of dx.gl's, if it isn't one's at all."""
    format = next((each for each in FORMATS.values() if key.startswith(each.prefix)), FORMATS["dxgl"])
    if format.cookie:
        return {format.header: f"{format.cookie}={key}"}
    return {format.header: f"{format.scheme} {key}" if format.scheme else key}


VIDEO_FILES = {
    "video": ("video.mp4", "video/mp4"),
    "thumb": ("thumb.mp4", "video/mp4"),
    "strip": ("strip.webp", "image/webp"),
    "poster": ("poster.png", "image/png"),
    "poster_full": ("poster_full.png", "image/png"),
}
"""File name and content type of what a video consists of, by the names in the database."""


@dataclasses.dataclass
class Web:
    """`request` talks to the application as `token` unless told otherwise. `woken` counts the calls of wake."""

    database: Database
    storage: Storage
    settings: Settings
    account_id: str
    token: str
    woken: int = 0

    @classmethod
    def make(cls, database: Database, folder: Path, *, credits: int = 10, **settings: Any) -> "Web":
        return cls.of(database, Settings(data_dir=folder, **settings), credits=credits)

    @classmethod
    def of(
        cls, database: Database, settings: Settings, *, credits: int = 10, email: str = "maker@example.com"
    ) -> "Web":
        with database.begin() as session:
            account = accounts.sign_up(session, email, credits=credits)
            token = credentials.issue(session, account.id, name="test")
        return cls(database, open_storage(settings), settings, account.id, token.raw)

    @functools.cached_property
    def app(self) -> FastAPI:
        return self.app_with(self._wake)

    def app_with(self, wake: Callable[[], None]) -> FastAPI:
        return create_app(self.settings, self.database, self.storage, wake, broker=self.broker)

    def broker(self) -> None:
        """It is there."""

    def _wake(self) -> None:
        self.woken += 1

    def request(
        self, method: str, path: str, *, token: str | None = "", app: FastAPI | None = None,
        client: tuple[str, int] = ("127.0.0.1", 5000), **arguments: Any,
    ) -> httpx.Response:  # fmt: skip
        """`token` None sends none; "" stands for the account's own. `client` is the caller's address and port."""
        headers = key_header(token or self.token) if token is not None else {}
        headers |= arguments.pop("headers", {})

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app or self.app, raise_app_exceptions=False, client=client)
            async with httpx.AsyncClient(transport=transport, base_url="http://farm") as sender:
                return await sender.request(method, path, headers=headers, **arguments)

        return asyncio.run(send())

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("GET", path, **arguments)

    def post(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("POST", path, **arguments)

    def upload(self, data: bytes = GLB, *, name: str = "chair.glb", settings: str | None = None, **arguments: Any
               ) -> httpx.Response:
        form = {} if settings is None else {"renderSettings": settings}
        return self.post("/v1/models", files={"file": (name, data)}, data=form, **arguments)

    def another_token(
        self, *, email: str = "other@example.com", credits: int = 10, is_admin: bool = False,
        scopes: Sequence[str] = credentials.SCOPES, expires_at: dt.datetime | None = None,
    ) -> str:
        """A token of another account."""
        with self.database.begin() as session:
            account = accounts.sign_up(session, email, credits=credits, is_admin=is_admin)
            return credentials.issue(session, account.id, name="test", scopes=scopes, expires_at=expires_at).raw

    def scoped_token(self, *scopes: str) -> str:
        """A token of the same account with these scopes."""
        with self.database.begin() as session:
            return credentials.issue(session, self.account_id, name="scoped", scopes=scopes).raw

    @functools.cached_property
    def glossi_key(self) -> str:
        """A key of the account for Glossi's API, with the usual scopes."""
        with self.database.begin() as session:
            return credentials.issue(session, self.account_id, name="glossi", dialect="glossi").raw

    @functools.cached_property
    def generio_key(self) -> str:
        """The same for Generio's."""
        with self.database.begin() as session:
            return credentials.issue(session, self.account_id, name="generio", dialect="generio").raw

    def balance(self) -> int:
        with self.database.read() as session:
            return accounts.get(session, self.account_id).credits

    def stored(self) -> list[str]:
        """The keys of all files in the folder, and whatever lies around half-written."""
        root = self.settings.data_dir / "files"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    def claim(self, render_id: str) -> Claim:
        """Takes the render's segment as a worker would, finishing nothing that comes before it."""
        self.inspect()
        while True:
            with self.database.begin() as session:
                claim = claims.claim(session, worker="test", queues=["render"], lease_seconds=60)
            assert claim is not None, f"no segment of render {render_id} is pending"
            if render_id in claim.variants:
                return claim

    def inspect(self, **told: Any) -> None:
        """Reads all models that wait for it, as if all of them contained what is `told`."""
        while True:
            with self.database.begin() as session:
                claim = claims.claim(session, worker="test", queues=["inspect"], lease_seconds=60)
                if claim is None:
                    return
                assert scheduling.settle_done(session, claim, {model_id: {} for model_id in claim.variants}, told)

    def put(self, claim: Claim, render_id: str, name: str, data: bytes, content_type: str) -> FileView:
        key = claim.output_prefix(render_id) + name
        with self.storage.writer(key) as writer:
            writer.write(data)
        stored = self.storage.stat(key)
        return FileView(key, stored.size, stored.etag, content_type)

    def finish(
        self,
        render_id: str,
        *,
        web: bool = False,
        video: tuple[str, str] = ("video.mp4", "video/mp4"),
        others: Mapping[str, tuple[str, str]] = {},
        size: int = 0,
        given: Mapping[str, bytes] | None = None,
    ) -> dict[str, bytes]:
        """Brings the render to `done`; returns what its files hold, by their names in the database.

        `video` are the video's file name and content type, `others` those of its formats by name. Each file has at
        least `size` bytes. `given` are real contents, by name, for those who look into them.
        """
        claim = self.claim(render_id)
        kinds = VIDEO_FILES | {"video": video} | ({"web": ("web.mp4", "video/mp4")} if web else {})
        kinds |= others
        return self._settle(claim, render_id, kinds, size, given)

    def finish_all(self) -> None:
        """Brings all videos that are ordered to `done`."""
        self.inspect()
        while True:
            with self.database.begin() as session:
                claim = claims.claim(session, worker="test", queues=["render"], lease_seconds=60)
            if claim is None:
                return
            files = {
                render_id: {
                    name: self.put(claim, render_id, file_name, f"{render_id} {name}".encode(), kind)
                    for name, (file_name, kind) in VIDEO_FILES.items()
                }
                for render_id in claim.variants
            }
            with self.database.begin() as session:
                assert scheduling.settle_done(session, claim, files)

    def finish_dataset(self, render_id: str, *, size: int = 0) -> dict[str, bytes]:
        """Brings a render with the output "dataset" to `done`; returns what its files hold, `size` bytes at least."""
        kinds = {
            "dataset": ("dataset.zip", "application/zip"),
            "poster": ("poster.png", "image/png"),
            "poster_full": ("poster_full.png", "image/png"),
        }
        while (claim := self.claim(render_id)).role == Role.PART:
            with self.database.begin() as session:
                assert scheduling.settle_part(session, claim, {})
        return self._settle(claim, render_id, kinds, size)

    def finish_image(self, render_id: str) -> dict[str, bytes]:
        """Brings a render with the output "image" to `done`; returns what its files hold."""
        claim = self.claim(render_id)
        kind = ImageVariant.from_json(claim.variants[render_id]).format
        return self._settle(claim, render_id, {
            "image": (f"image.{kind}", f"image/{kind}"),
            "thumb": (f"thumb.{kind}", f"image/{kind}"),
            "poster": ("poster.png", "image/png"),
            "poster_full": ("poster_full.png", "image/png"),
        })

    def _settle(
        self,
        claim: Claim,
        render_id: str,
        kinds: dict[str, tuple[str, str]],
        size: int = 0,
        given: Mapping[str, bytes] | None = None,
    ) -> dict[str, bytes]:
        """`kinds` are file name and content type by the names in the database."""
        contents = {name: f"{render_id} {name} ".encode() * 40 for name in kinds}
        contents = {name: data + bytes(max(0, size - len(data))) for name, data in contents.items()}
        contents |= given or {}
        files = {
            name: self.put(claim, render_id, file_name, contents[name], content_type)
            for name, (file_name, content_type) in kinds.items()
        }
        with self.database.begin() as session:
            assert scheduling.settle_done(session, claim, {render_id: files})
        return contents


@contextlib.contextmanager
def serving(app: FastAPI, grace_s: int | None = None) -> Iterator[str]:
    """Serves `app` on a free port from a thread; yields the URL. In the end, waits `grace_s` for requests."""
    with running_server(app, grace_s) as (url, _):
        yield url


@contextlib.contextmanager
def running_server(app: FastAPI, grace_s: int | None = None) -> Iterator[tuple[str, Server]]:
    """The same, with the server itself."""
    server = Server(app)
    server.config.timeout_graceful_shutdown = grace_s
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        wait_for(lambda: server.started, "the server")
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
        finally:
            server.should_exit = True
            thread.join()

"""A farm that has renders done as soon as they are ordered, and the command line in this process to order them."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.db.session import Database
from tests.support.web import GLB, Web, serving

Run = Callable[..., Result]


class Customer:
    """`web`'s customer at a command line, in a folder of their own."""

    def __init__(self, web: Web, url: str, folder: Path) -> None:
        self.web = web
        self.url = url
        self.folder = folder
        self.out = folder / "out"

    def run(self, *arguments: str) -> Result:
        options = ("--url", self.url, "--token", self.web.token)
        command, *rest = arguments
        return CliRunner().invoke(main, [command, *options, *rest])

    def done(self, *arguments: str) -> str:
        """What a command that succeeds prints to stdout."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def model(self, name: str = "chair.glb", contents: bytes = GLB) -> Path:
        path = self.folder / name
        path.write_bytes(contents)
        return path

    def manifest(self, rows: Sequence[dict[str, Any]], name: str = "list.json") -> Path:
        path = self.folder / name
        path.write_text(json.dumps(rows))
        return path

    def batch(self, rows: Sequence[dict[str, Any]], *arguments: str) -> Result:
        return self.run("batch", str(self.manifest(rows)), "-o", str(self.out), *arguments)


@pytest.fixture(autouse=True)
def _umask_of_before() -> Iterator[None]:
    """Commands that make a farm's files change it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `pirouette` in this process, on a data folder of the test's own."""
    monkeypatch.setenv("PIROUETTE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("PIROUETTE_TOKEN", raising=False)
    return lambda *arguments: CliRunner().invoke(main, arguments)


@pytest.fixture
def admin(run: Run, migrated_sqlite: Path, tmp_path: Path) -> Callable[..., Any]:
    """Runs `pirouette admin` on a farm; what it printed."""
    shutil.copy(migrated_sqlite, tmp_path / "pirouette.sqlite3")

    def admin(*arguments: str) -> Any:
        result = run("admin", *arguments)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return admin


@pytest.fixture
def customer(sqlite_url: str, tmp_path: Path) -> Iterator[Customer]:
    """Of a farm that is at work all the time."""
    database = Database(sqlite_url)
    web = Web.make(database, tmp_path, credits=1000)
    folder = tmp_path / "customer"
    folder.mkdir()
    with serving(web.app_with(web.finish_all)) as url:
        yield Customer(web, url, folder)
    database.dispose()


@pytest.fixture
def idle(sqlite_url: str, tmp_path: Path) -> Iterator[Customer]:
    """Of a farm whose workers are away."""
    database = Database(sqlite_url)
    web = Web.make(database, tmp_path, credits=1000)
    folder = tmp_path / "customer"
    folder.mkdir()
    with serving(web.app) as url:
        yield Customer(web, url, folder)
    database.dispose()

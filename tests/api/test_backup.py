"""A farm is backed up while it works, and restored into an empty one, where everything goes on."""

import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from api.cli import main
from api.db.session import Database
from api.db.tables import Base, Segment
from api.domain.accounts import books, ledger
from api.domain.watching import files
from api.processes import backup
from api.settings import Settings
from api.storage.open import open_storage
from tests.support.postgres import PostgresServer
from tests.support.s3 import S3Server
from tests.support.web import Web


@pytest.fixture(autouse=True)
def _umask_of_before() -> Iterator[None]:
    before = os.umask(0o022)  # `pirouette admin` changes it
    yield
    os.umask(before)


@dataclasses.dataclass
class Place:
    """Where a farm is or is to be."""

    settings: Settings

    def admin(self, *arguments: str) -> Result:
        names = ("data_dir", "s3_endpoint", "s3_bucket", "s3_region", "s3_access_key", "s3_prefix")
        environment = {f"PIROUETTE_{name.upper()}": str(getattr(self.settings, name)) for name in names}
        environment["PIROUETTE_DATABASE_URL"] = self.settings.sqlalchemy_url
        environment["PIROUETTE_S3_SECRET_KEY"] = self.settings.s3_secret_key.get_secret_value()
        return CliRunner().invoke(main, ["admin", *arguments], env=environment)

    def done(self, *arguments: str) -> dict[str, Any]:
        result = self.admin(*arguments)
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found


BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@pytest.fixture
def kind() -> str:
    """Of the database, where a test doesn't say."""
    return "sqlite"


@pytest.fixture
def farm(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Web]:
    """A farm at work: a render is done, one is being drawn, one waits."""
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    database = Database(url)
    web = Web.make(database, tmp_path / "old", database_url=url)
    done = web.upload().json()["data"]["renderId"]
    web.finish_all()
    begun, _ = (web.upload(data, name=name).json()["data"]["renderId"]
                for data, name in ((b"glTF" + bytes(2000), "a.glb"), (b"glTF" + bytes(3000), "b.glb")))  # fmt: skip
    web.claim(begun)
    assert web.get(f"/v1/renders/{done}").json()["data"]["status"] == "done"
    yield web
    database.dispose()


@pytest.fixture
def empty(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Place]:
    """Room for a farm of the same kind."""
    if kind == "sqlite":
        yield Place(Settings(data_dir=tmp_path / "new"))
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield Place(Settings(data_dir=tmp_path / "new", database_url=url))


@BOTH
def test_a_restored_farm_has_all_files_and_credits_and_goes_on(farm: Web, empty: Place, tmp_path: Path) -> None:
    made = Place(farm.settings).done("backup", str(tmp_path / "backup"))
    credits = farm.balance()
    with farm.database.begin() as session:  # what comes after the backup isn't in it
        ledger.grant(session, farm.account_id, 1000)
    restored = empty.done("restore", str(tmp_path / "backup"))
    assert restored == made
    assert made["gone"] == made["lost"] == []
    database, storage = Database(empty.settings.sqlalchemy_url), open_storage(empty.settings)
    with database.read() as session:
        assert books.unbalanced(session) == []
        named = set(files.named(session))
        attempts = {row.state: row.attempt for row in session.scalars(select(Segment))}
    assert len(named) == made["files"] > 8
    assert sum(storage.stat(key).size for key in named) == made["bytes"]
    assert attempts["done"] == 1
    assert "running" not in attempts
    assert attempts["pending"] >= 1000
    web = Web(database, storage, empty.settings, farm.account_id, farm.token)
    assert web.balance() == credits
    web.finish_all()
    renders = web.get("/v1/renders").json()["data"]
    assert {render["status"] for render in renders} == {"done"}
    assert len(renders) == 3
    for render in renders:
        assert web.get(f"/v1/renders/{render['id']}/poster").status_code == 200
    [done, *_] = [each["id"] for each in farm.get("/v1/renders").json()["data"] if each["status"] == "done"]
    old, new = (each.get(f"/v1/renders/{done}/poster") for each in (farm, web))
    assert (old.status_code, old.content) == (new.status_code, new.content) == (200, f"{done} poster".encode())
    database.dispose()


def test_a_second_backup_copies_what_is_new_and_deletes_what_is_no_longer_named(farm: Web, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    place = Place(farm.settings)
    place.done("backup", str(folder))
    before = {path: path.stat().st_ino for path in (folder / "files").rglob("*.*")}
    farm.upload(b"glTF" + bytes(5000), name="c.glb")
    [gone, *_] = [each for each in farm.get("/v1/renders").json()["data"] if each["status"] == "done"]
    assert farm.request("DELETE", f"/v1/renders/{gone['id']}?permanent=1").status_code in (200, 204)
    place.done("backup", str(folder))
    after = {path: path.stat().st_ino for path in (folder / "files").rglob("*.*")}
    assert len(after.keys() - before.keys()) == 1
    assert all(gone["id"] in str(path) for path in before.keys() - after.keys())
    assert before.keys() - after.keys()
    assert all(before[path] == after[path] for path in before.keys() & after.keys())
    assert sorted(path.suffix for path in folder.glob("*-*")) == [".sqlite3", ".txt"]


def test_files_that_the_storage_has_lost_are_told_and_the_rest_is_kept(farm: Web, tmp_path: Path) -> None:
    [lost, *_] = farm.settings.files_dir.rglob("video.mp4")
    lost.unlink()
    result = Place(farm.settings).admin("backup", str(tmp_path / "backup"))
    assert result.exit_code == 1
    key = str(lost.relative_to(farm.settings.files_dir))
    assert json.loads(result.stdout)["lost"] == [key]
    assert f"The storage has lost 1 files, such as {key}" in result.stderr
    assert "database-" in str(list((tmp_path / "backup").iterdir()))


@pytest.fixture
def backed_up(farm: Web, tmp_path: Path) -> Path:
    Place(farm.settings).done("backup", str(tmp_path / "backup"))
    return tmp_path / "backup"


def refused(place: Place, *arguments: str) -> str:
    result = place.admin(*arguments)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    return result.stderr


def test_a_farm_that_is_not_empty_is_left_as_it_is(farm: Web, empty: Place, backed_up: Path) -> None:
    assert "has a farm in it" in refused(Place(farm.settings), "restore", str(backed_up))
    stray = empty.settings.files_dir / "models" / "another.glb"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"x")
    assert "has other files" in refused(empty, "restore", str(backed_up))
    stray.unlink()
    begun = next((backed_up / "files" / "models").iterdir())
    (empty.settings.files_dir / "models" / begun.name).write_bytes(begun.read_bytes())  # a try was broken off
    empty.done("restore", str(backed_up))
    assert "has a farm in it" in refused(empty, "restore", str(backed_up))


def test_what_is_no_backup_is_refused(farm: Web, empty: Place, backed_up: Path, tmp_path: Path) -> None:
    assert "holds no backup" in refused(empty, "restore", str(tmp_path / "nowhere"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letters.txt").write_text("mine")
    assert "holds no backup" in refused(Place(farm.settings), "backup", str(tmp_path / "other"))
    manifest = backed_up / backup.MANIFEST
    told = json.loads(manifest.read_text())
    for change, says in (
        ({"format": 2}, "can read"), ({"schema_version": "9999"}, "newer Pirouette"),
        ({"kind": "postgresql"}, "is of postgresql, the database of the settings is sqlite"),
    ):  # fmt: skip
        manifest.write_text(json.dumps(told | change))
        assert says in refused(empty, "restore", str(backed_up))
    manifest.write_text(json.dumps(told))
    (backed_up / told["database"]).write_bytes(b"SQLite format 3\0, or so it seems")
    assert "Error: " in refused(empty, "restore", str(backed_up))


def test_files_may_stay_where_they_are(sqlite_url: str, s3_server: S3Server, tmp_path: Path) -> None:
    """As where a bucket has versions, or is copied by its own means."""
    settings = s3_server.settings(tmp_path / "old", database_url=sqlite_url)
    database = Database(sqlite_url)
    web = Web.of(database, settings)
    web.upload()
    made = Place(settings).done("backup", str(tmp_path / "backup"), "--files", "reference")
    assert not (tmp_path / "backup" / "files").exists()
    new = settings.model_copy(update={"data_dir": tmp_path / "new", "database_url": Settings().database_url})
    assert Place(Settings.model_validate(new.model_dump())).done("restore", str(tmp_path / "backup")) == made
    elsewhere = s3_server.settings(tmp_path / "newer")
    assert "files aren't there, such as models/" in refused(Place(elsewhere), "restore", str(tmp_path / "backup"))
    database.dispose()


def test_every_column_of_storage_keys_is_in_a_backup() -> None:
    keys = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("key") and getattr(column.type, "length", 0) == 200
    }
    assert keys == {f"{column.class_.__tablename__}.{column.key}" for column, _ in files.COLUMNS}

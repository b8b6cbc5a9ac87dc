"""Signed links for files of which nothing is known: whatever comes, from whatever client, the last one counts."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.db.session import Database
from api.domain.accounts import accounts
from api.domain.accounts.quotas import Quotas
from api.domain.projects import uploads
from api.domain.projects.uploads import NewUpload, UploadView
from api.storage.base import FileMissing, Storage
from tests.api.storage.conftest import Links, hours_ago
from tests.support.glossi import curl_put

GLB = b"glTF" + bytes(range(256)) * 400


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.dispose()


@pytest.fixture
def expected(database: Database) -> UploadView:
    """A model whose file is to come."""
    with database.begin() as session:
        account = accounts.sign_up(session, "maker@example.com", credits=0)
        new = [NewUpload("chair.glb", "glb")]
        return uploads.announce(session, account.id, new, seconds=60, allowed=Quotas())[0]


def come(database: Database, storage: Storage, expected: UploadView) -> bytes | None:
    """The file that has come last, if there is one."""
    with database.read() as session:
        view = uploads.find(session, expected.account_id, expected.id)
    try:
        data = b"".join(storage.read(view.arrived_key))
    except FileMissing:
        return None
    assert view.received_sha256 in (None, hashlib.sha256(data).hexdigest())
    return data


def link(storage: Storage, expected: UploadView) -> str:
    return storage.signed_put(expected.put_key, seconds=60)


def test_plain_curl_brings_a_file_of_whatever_type(
    database: Database, storage: Storage, links: Links, expected: UploadView, tmp_path: Path
) -> None:
    file, url = tmp_path / "chair.glb", links.whole(link(storage, expected))
    for times, options in enumerate([(), ("-H", "Content-Type: model/gltf-binary"), ("-H", "Content-Type: text/html")]):
        file.write_bytes(GLB * (30 + times))  # with more than a megabyte, curl asks first whether it may send it
        assert curl_put(url, file, *options) == (200, "")
        assert come(database, storage, expected) == GLB * (30 + times)


def test_the_last_of_several_files_counts(
    database: Database, storage: Storage, links: Links, expected: UploadView
) -> None:
    url = link(storage, expected)
    for data in (GLB, b"", GLB[::-1]):
        answer = links.send("PUT", url, content=data)
        assert (answer.status_code, answer.content) == (200, b"")
        assert come(database, storage, expected) == data
    assert len(list(storage.entries(f"uploads/{expected.id}"))) == 1


def test_expired_and_tampered_links_are_refused(
    database: Database, storage: Storage, links: Links, expected: UploadView
) -> None:
    with hours_ago(1):
        urls = [link(storage, expected)]
    good = link(storage, expected)
    urls += [good.replace("model.glb", "other.glb"), good.replace(expected.id, "AbsentModel1")]
    for match in re.finditer(r"=([0-9a-fA-FTZ]+)(?=&|$)", good):
        digit = match.end() - 1
        urls.append(good[:digit] + ("1" if good[digit] == "0" else "0") + good[match.end() :])
    for url in urls:
        assert links.send("PUT", url, content=GLB).status_code in (400, 403), url
    assert come(database, storage, expected) is None


def test_a_link_for_a_file_reads_and_deletes_nothing(storage: Storage, links: Links, expected: UploadView) -> None:
    url = link(storage, expected)
    links.send("PUT", url, content=GLB)
    for method in ("GET", "DELETE", "POST"):
        assert links.send(method, url).status_code in (403, 405)

"""Signed links do the one thing that they were signed for, to whoever has them, and nothing else."""

import hashlib
import re

import httpx
import pytest

from api.http.glossi.notices import LINK_SECONDS, links_to
from api.settings import Settings
from api.storage.attachment import attachment
from api.storage.base import FileMissing, SignedUpload, Storage
from tests.api.storage.conftest import Links, hours_ago

KEY = "models/chair.glb"
GLB = b"glTF" + bytes(range(256)) * 400
TYPE = "model/gltf-binary"


def download_link(storage: Storage, data: bytes = GLB, **named: str) -> str:
    """Of a file that holds `data`."""
    with storage.writer(KEY) as writer:
        writer.write(data)
    return storage.signed_download(KEY, seconds=60, **named)


def upload_link(storage: Storage, data: bytes = GLB) -> SignedUpload:
    sha256 = hashlib.sha256(data).hexdigest()
    return storage.signed_upload(KEY, seconds=60, size=len(data), sha256=sha256, content_type=TYPE)


def send(links: Links, upload: SignedUpload, data: bytes = GLB) -> httpx.Response:
    return links.send(upload.method, upload.url, content=data, headers=dict(upload.headers))


def is_stored(storage: Storage) -> bool:
    try:
        storage.stat(KEY)
    except FileMissing:
        return False
    return True


def tampered(url: str) -> list[str]:
    """The link with its key, with each number and with each signature's last digit changed, and with more to it."""
    changed = [url.replace("chair.glb", "stool.glb"), f"{url}&response-content-type=text%2Fhtml&type=text%2Fhtml"]
    for match in re.finditer(r"=([0-9a-fA-FTZ]+)(?=&|$)", url):
        digit = match.end() - 1
        changed.append(url[:digit] + ("1" if url[digit] == "0" else "0") + url[match.end() :])
    return changed


def test_a_file_is_fetched_by_its_link(storage: Storage, links: Links) -> None:
    answer = links.send("GET", download_link(storage))
    assert (answer.status_code, answer.content) == (200, GLB)
    assert "content-disposition" not in answer.headers


def test_a_link_says_what_the_file_is_called_and_what_it_is(storage: Storage, links: Links) -> None:
    answer = links.send("GET", download_link(storage, filename="Stühle.glb", content_type=TYPE))
    assert answer.headers["content-type"] == TYPE
    assert answer.headers["content-disposition"] == attachment("Stühle.glb")


def test_a_link_serves_ranges(storage: Storage, links: Links) -> None:
    url = download_link(storage)
    part = links.send("GET", url, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, GLB[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(GLB)}"
    assert links.send("GET", url, headers={"Range": f"bytes={len(GLB)}-"}).status_code == 416


def test_a_link_to_nothing_is_not_found(storage: Storage, links: Links) -> None:
    assert links.send("GET", storage.signed_download("models/none.glb", seconds=60)).status_code == 404


def test_a_file_is_brought_by_its_link(storage: Storage, links: Links) -> None:
    assert send(links, upload_link(storage)).is_success
    assert b"".join(storage.read(KEY)) == GLB


def test_expired_links_are_refused(storage: Storage, links: Links) -> None:
    with hours_ago(1):
        upload, download = upload_link(storage), storage.signed_download(KEY, seconds=60)
    assert send(links, upload).status_code == 403
    assert not is_stored(storage)
    assert send(links, upload_link(storage)).is_success
    assert links.send("GET", download).status_code == 403


def test_tampered_links_are_refused(storage: Storage, links: Links) -> None:
    upload = upload_link(storage)
    for url in tampered(upload.url):
        assert send(links, SignedUpload(url, upload.method, upload.headers)).status_code in (400, 403), url
    assert not is_stored(storage)
    for url in tampered(download_link(storage)):
        assert links.send("GET", url).status_code in (400, 403), url


def test_links_are_good_for_one_method(storage: Storage, links: Links) -> None:
    upload = upload_link(storage)
    download = download_link(storage)
    assert links.send("GET", upload.url).status_code == 403
    assert links.send("PUT", download, content=GLB, headers=upload.headers).status_code == 403
    assert links.send("DELETE", download).status_code in (403, 405)
    assert b"".join(storage.read(KEY)) == GLB


@pytest.mark.parametrize("change", [-1, 1, 10_000_000])
def test_a_file_of_another_length_than_signed_is_refused(
    storage: Storage, settings: Settings, links: Links, change: int
) -> None:
    refused = send(links, upload_link(storage), GLB[:change] if change < 0 else GLB + b"x" * change)
    expected = 403 if settings.s3_bucket else 413 if change > 0 else 400  # S3's signature covers the length
    assert refused.status_code == expected
    assert not is_stored(storage)


def test_a_file_of_other_bytes_than_signed_is_refused(storage: Storage, links: Links) -> None:
    assert send(links, upload_link(storage), GLB[::-1]).status_code == 400
    assert not is_stored(storage)


def test_a_file_of_another_type_than_signed_is_refused(storage: Storage, links: Links) -> None:
    upload = upload_link(storage)
    headers = {**upload.headers, "Content-Type": "text/html"}
    assert links.send(upload.method, upload.url, content=GLB, headers=headers).status_code == 403
    assert not is_stored(storage)


def test_an_upload_may_be_repeated_and_changes_nothing(storage: Storage, settings: Settings, links: Links) -> None:
    upload = upload_link(storage)
    assert send(links, upload).is_success
    first = storage.stat(KEY)
    assert send(links, upload).status_code == (412 if settings.s3_bucket else 204)
    assert storage.stat(KEY) == first
    assert send(links, upload, GLB[::-1]).status_code in (400, 412)
    assert b"".join(storage.read(KEY)) == GLB


def test_an_upload_does_not_replace_another_file(storage: Storage, settings: Settings, links: Links) -> None:
    upload = upload_link(storage)
    with storage.writer(KEY) as writer:
        writer.write(b"another file")
    refused = send(links, upload)
    assert refused.status_code == (412 if settings.s3_bucket else 409)
    without = {name: value for name, value in upload.headers.items() if name != "If-None-Match"}
    assert send(links, SignedUpload(upload.url, upload.method, without)).status_code in (403, 409)
    assert b"".join(storage.read(KEY)) == b"another file"


def test_a_link_in_an_event_is_whole_and_works_for_a_week(storage: Storage, links: Links) -> None:
    download_link(storage)
    link = links_to(storage, links.base_url)
    with hours_ago(LINK_SECONDS // 3600 - 1):
        url = link(KEY, "Stühle.glb")
    answer = links.http.get(url)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, GLB, TYPE)
    assert answer.headers["content-disposition"] == attachment("Stühle.glb")
    assert "content-disposition" not in links.http.get(link(KEY, None)).headers
    with hours_ago(LINK_SECONDS // 3600 + 1):
        expired = link(KEY, "Stühle.glb")
    assert links.http.get(expired).status_code == 403

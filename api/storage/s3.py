"""Files in an S3 bucket: the storage of a farm whose servers and workers share no folder.

Works with AWS and with servers that speak S3 and know conditional writes (`If-None-Match: *`), as AWS has since 2024.
The credentials must be allowed to list the bucket: S3 says "forbidden" of missing files to those who aren't.
"""

import contextlib
import datetime as dt
import hashlib
import itertools
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from api.storage.attachment import attachment
from api.storage.base import (
    CHUNK_BYTES,
    Entry,
    FileMissing,
    KeyTaken,
    Room,
    SignedUpload,
    StorageUnavailable,
    StoredFile,
    Writer,
    key_parts,
)
from api.storage.disk import disk_errors_told
from api.storage.s3_client import PreconditionFailed, RangeOutside, translated
from api.storage.s3_upload import Upload, join_objects
from api.storage.scratch import Scratch

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef, ErrorTypeDef, ObjectIdentifierTypeDef

_DELETE_AT_ONCE = 1000
"""Keys in one request: S3's limit."""


class S3Storage:
    """Keeps the file of key ``a/b.mp4`` as the object ``<prefix>/a/b.mp4`` of `bucket`; an empty prefix is none.

    `signing_client` makes signed URLs: it may know the server by an address that clients can reach. `scratch` is a
    local folder for files that are being read by path.

    Raises ValueError for a malformed prefix.
    """

    signer = None

    def __init__(
        self, bucket: str, prefix: str, *, client: "S3Client", signing_client: "S3Client", scratch: Path, room: Room
    ) -> None:
        self.room = room
        if prefix:
            key_parts(prefix)
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = client
        self._signing_client = signing_client
        self._scratch = Scratch(scratch)

    @contextlib.contextmanager
    def writer(self, key: str) -> Iterator[Writer]:
        self.room.require()
        with self._writer(key) as upload:
            yield upload

    @contextlib.contextmanager
    def _writer(self, key: str) -> Iterator[Writer]:
        upload = Upload(self._client, self._bucket, self._object(key))
        try:
            yield upload
            upload.finish()
        except PreconditionFailed:
            if self._sha256(key) != upload.sha256:
                raise KeyTaken(key) from None
        finally:
            upload.abort()

    def put_file(self, key: str, path: Path) -> StoredFile:
        with path.open("rb") as file, self._writer(key) as upload:
            while chunk := file.read(CHUNK_BYTES):
                upload.write(chunk)
        return self.stat(key)

    def copy(self, key: str, target: str) -> StoredFile:
        source: CopySourceTypeDef = {"Bucket": self._bucket, "Key": self._object(key)}
        copied = self._object(target)
        with translated(key):
            self._client.copy_object(Bucket=self._bucket, Key=copied, CopySource=source)
        return self.stat(target)

    def join(self, keys: Sequence[str], target: str) -> StoredFile:
        self.room.require()
        sources: list[CopySourceTypeDef] = [{"Bucket": self._bucket, "Key": self._object(key)} for key in keys]
        join_objects(self._client, sources, bucket=self._bucket, target=self._object(target))
        return self.stat(target)

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        target = self._object(key)
        if end is not None and end <= start:
            self.stat(key)
            return
        wanted = f"bytes={start}-{'' if end is None else end - 1}"
        try:
            with translated(key):
                found = self._client.get_object(Bucket=self._bucket, Key=target, Range=wanted)
        except RangeOutside:  # which is so of an empty file too
            return
        with contextlib.closing(found["Body"]) as body:
            chunks = body.iter_chunks(CHUNK_BYTES)
            while True:
                with translated(key):
                    chunk = next(chunks, b"")
                if not chunk:
                    return
                yield chunk

    def stat(self, key: str) -> StoredFile:
        target = self._object(key)
        try:
            with translated(key):
                found = self._client.head_object(Bucket=self._bucket, Key=target)
        except FileMissing:
            self._check_bucket()  # without it, the answer to a HEAD is the same
            raise
        identity = f"{key}:{found['ContentLength']}:{found['ETag']}"
        return StoredFile(key, found["ContentLength"], hashlib.sha256(identity.encode()).hexdigest()[:32])

    @contextlib.contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        suffix = Path(key_parts(key)[-1]).suffix
        with self._scratch.file(suffix) as (path, file):
            for chunk in self.read(key):
                with disk_errors_told():
                    file.write(chunk)
            with disk_errors_told():
                file.flush()
            yield path

    def delete(self, key: str) -> None:
        with translated(key):
            self._client.delete_object(Bucket=self._bucket, Key=self._object(key))

    def delete_prefix(self, prefix: str) -> None:
        target = self._object(prefix.removesuffix("/"))
        below = (name for name, _ in self._objects(f"{target}/"))
        keys = itertools.chain([target], below)
        failed: list[ErrorTypeDef] = []
        while batch := list(itertools.islice(keys, _DELETE_AT_ONCE)):
            objects: list[ObjectIdentifierTypeDef] = [{"Key": key} for key in batch]
            with translated(prefix):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True}
                )
            failed += answer.get("Errors", [])
        if failed:
            raise StorageUnavailable(f"{len(failed)} files below {prefix} were not deleted: {failed[0]}")

    def entries(self, folder: str) -> Iterator[Entry]:
        target = f"{self._object(folder)}/"
        for name, group in itertools.groupby(
            self._objects(target), key=lambda found: found[0].removeprefix(target).split("/")[0]
        ):
            with contextlib.suppress(ValueError):
                key_parts(name)  # what can't be a key's part is none of ours
                yield Entry(name, max(changed_at for _, changed_at in group))

    def tidy(self, before: dt.datetime) -> int:
        """Of uploads in parts it counts when they began, not when the last part came. It needs to be allowed to list
        them; a lifecycle rule of the bucket does the same."""
        pages = iter(
            self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=self._prefix)
        )
        orphans = 0
        while True:
            with translated(self._prefix):
                page = next(pages, None)
                if page is None:
                    return orphans + self._scratch.tidy(before)
                for upload in page.get("Uploads", ()):
                    if upload["Initiated"] < before:
                        self._client.abort_multipart_upload(
                            Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                        )
                        orphans += 1

    def ping(self) -> None:
        self._check_bucket()

    def signed_download(
        self, key: str, *, seconds: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        parameters = {"Bucket": self._bucket, "Key": self._object(key)}
        if filename is not None:
            parameters["ResponseContentDisposition"] = attachment(filename)
        if content_type is not None:
            parameters["ResponseContentType"] = content_type
        return self._signing_client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds)

    def signed_upload(self, key: str, *, seconds: int, size: int, sha256: str, content_type: str) -> SignedUpload:
        checksum = b64encode(bytes.fromhex(sha256)).decode()
        url = self._signing_client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self._bucket, "Key": self._object(key), "ContentLength": size, "ContentType": content_type,
                "ChecksumSHA256": checksum, "IfNoneMatch": "*",
            },
            ExpiresIn=seconds,
        )  # fmt: skip
        headers = {"Content-Type": content_type, "x-amz-checksum-sha256": checksum, "If-None-Match": "*"}
        return SignedUpload(url, "PUT", headers)

    def signed_put(self, key: str, *, seconds: int) -> str:
        return self._signing_client.generate_presigned_url(
            "put_object", Params={"Bucket": self._bucket, "Key": self._object(key)}, ExpiresIn=seconds
        )

    def _object(self, key: str) -> str:
        return self._prefix + "/".join(key_parts(key))

    def _check_bucket(self) -> None:
        try:
            with translated(self._bucket):
                self._client.head_bucket(Bucket=self._bucket)
        except FileMissing:
            raise StorageUnavailable(f"there is no bucket {self._bucket}") from None

    def _objects(self, beginning: str) -> Iterator[tuple[str, dt.datetime]]:
        """Names, in ascending order, and times of all objects whose names begin so."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=beginning)
        found = iter(pages)
        while True:
            with translated(beginning):
                page = next(found, None)
            if page is None:
                return
            for each in page.get("Contents", ()):
                yield each["Key"], each["LastModified"]

    def _sha256(self, key: str) -> str:
        digest = hashlib.sha256()
        for chunk in self.read(key):
            digest.update(chunk)
        return digest.hexdigest()

"""A new object on its way into a bucket: in one request if it is small, else in parts, as its bytes arrive."""

import hashlib
import logging
import threading
from base64 import b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.storage.base import StorageUnavailable
from api.storage.s3_client import translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, CopySourceTypeDef

PART_BYTES = 8 * 1024 * 1024
"""S3 takes no smaller parts than 5 MiB and no more than 10,000: so a file may have 80 GiB, and takes little memory."""

logger = logging.getLogger(__name__)


class Upload:
    """Takes bytes by `write`; then `finish` and `abort`, or `abort` alone, which may come from another thread.

    Raises StorageUnavailable.
    """

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        self._buffer = bytearray()
        self._sha256 = hashlib.sha256()
        self._id: str | None = None
        self._parts: list[CompletedPartTypeDef] = []
        self._lock = threading.Lock()
        self._ended = False

    @property
    def sha256(self) -> str:
        """Of all bytes so far, in hex."""
        return self._sha256.hexdigest()

    def write(self, data: bytes | memoryview) -> None:
        """Raises ValueError after the end."""
        with self._lock:
            self._check_open()
            self._sha256.update(data)
            self._buffer += data
            while len(self._buffer) > PART_BYTES:  # the last part is sent by `finish`, and is never empty
                self._send_part(self._buffer[:PART_BYTES])
                del self._buffer[:PART_BYTES]

    def finish(self) -> None:
        """Makes the object appear, whole. Raises PreconditionFailed where there is one of the key already."""
        with self._lock:
            self._check_open()
            if self._id is None:
                # Without the checksum, some servers keep what has arrived of a request whose connection broke.
                checksum = b64encode(self._sha256.digest()).decode()
                with translated(self._key):
                    self._client.put_object(
                        Bucket=self._bucket, Key=self._key, Body=bytes(self._buffer), IfNoneMatch="*",
                        ChecksumSHA256=checksum,
                    )  # fmt: skip
            else:
                self._send_part(self._buffer)
                with translated(self._key):
                    self._client.complete_multipart_upload(
                        Bucket=self._bucket, Key=self._key, UploadId=self._id,
                        MultipartUpload={"Parts": self._parts}, IfNoneMatch="*",
                    )  # fmt: skip
            self._id = None

    def abort(self) -> None:
        """Removes the parts of an object that did not appear."""
        with self._lock:
            self._ended = True
            self._buffer.clear()
            if self._id is not None:
                abort(self._client, self._bucket, self._key, self._id)

    def _check_open(self) -> None:
        if self._ended:
            raise ValueError("write to an upload that has ended")

    def _send_part(self, data: bytearray) -> None:
        with translated(self._key):
            if self._id is None:
                started = self._client.create_multipart_upload(Bucket=self._bucket, Key=self._key)
                self._id = started["UploadId"]
            number = len(self._parts) + 1
            sent = self._client.upload_part(
                Bucket=self._bucket, Key=self._key, UploadId=self._id, PartNumber=number, Body=bytes(data)
            )
            self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})


def join_objects(client: "S3Client", sources: Sequence["CopySourceTypeDef"], *, bucket: str, target: str) -> None:
    """Makes one object of several, in the storage itself. Raises FileMissing and StorageUnavailable."""
    with translated(target):
        upload_id = client.create_multipart_upload(Bucket=bucket, Key=target)["UploadId"]
    try:
        parts: list[CompletedPartTypeDef] = []
        for number, source in enumerate(sources, 1):
            with translated(source["Key"]):
                copied = client.upload_part_copy(
                    Bucket=bucket, Key=target, UploadId=upload_id, PartNumber=number, CopySource=source
                )
            parts.append({"PartNumber": number, "ETag": copied["CopyPartResult"]["ETag"]})
        with translated(target):
            client.complete_multipart_upload(
                Bucket=bucket, Key=target, UploadId=upload_id, MultipartUpload={"Parts": parts}
            )
    except BaseException:
        abort(client, bucket, target, upload_id)
        raise


def abort(client: "S3Client", bucket: str, key: str, upload_id: str) -> None:
    """Removes the parts of an object that did not appear. What can't be removed now, `Storage.tidy` finds."""
    try:
        with translated(key):
            client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
    except StorageUnavailable as error:
        logger.warning("The parts of %s were left in the bucket: %s", key, error)

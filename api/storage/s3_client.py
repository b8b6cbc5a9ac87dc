"""The connection to S3, and what its errors mean to us."""

import contextlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from api.storage.base import FileMissing, StorageFull, StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""The longest silence while an answer is awaited."""
TRIES = 3
"""Of a request in all, with pauses of up to a second or two between them. Longer waits are the callers' business."""
CONNECTIONS = 64
"""As many as a server's threads may use at once."""


class PreconditionFailed(Exception):
    """There is an object under the key already."""


class RangeOutside(Exception):
    """The range begins at the end of the object or behind it."""


_BY_CODE = {"PreconditionFailed": PreconditionFailed, "InvalidRange": RangeOutside}
_MISSING = ("NoSuchKey", "404")  # an answer to HEAD has no body, and so nothing but its status


def connect(*, endpoint: str, region: str, access_key: str, secret_key: str) -> "S3Client":
    """A client for many threads. Nothing is sent yet.

    Without an `endpoint` it is AWS's; without keys, they are looked for where AWS's own tools find them.
    """
    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=region,
        aws_access_key_id=access_key or None,
        aws_secret_access_key=secret_key or None,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # by default botocore sends and expects checksums that some servers don't know
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": TRIES},
            max_pool_connections=CONNECTIONS,
        ),
    )


@contextlib.contextmanager
def translated(key: str) -> Iterator[None]:
    """Raises FileMissing, PreconditionFailed or RangeOutside where S3 says so, and StorageUnavailable otherwise.

    What remains may be an outage or wrong credentials; it is never the file's fault.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _MISSING:
            raise FileMissing(key) from None
        if code in _BY_CODE:
            raise _BY_CODE[code] from None
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.INSUFFICIENT_STORAGE:
            raise StorageFull(str(error)) from error
        raise StorageUnavailable(str(error)) from error
    except ParamValidationError:
        raise
    except BotoCoreError as error:
        raise StorageUnavailable(str(error)) from error

"""Files that have come by signed links: copied, looked at, and taken into the catalog, one or many at once.

The storage is read outside of transactions. Of a file that comes while another one is looked at, nobody can say which
of the two is confirmed; it is one of them, whole.
"""

import contextlib
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from api.domain.accounts.credentials import Principal
from api.domain.accounts.quotas import Quotas
from api.domain.projects import confirmation, uploads
from api.domain.projects.confirmation import CheckedFile
from api.domain.projects.uploads import UploadView
from api.domain.work.tasks import Priority
from api.errors import FileTooLarge, InvalidFormat
from api.http.limits import MEGABYTE, file_too_large
from api.http.state import Farm
from api.ids import new_id
from api.ingest.file_types import checked_type, named_type
from api.ingest.incoming import HEAD_BYTES
from api.storage.base import FileMissing, StoredFile, discard

AT_ONCE = 4
"""Files of one request that are looked at together. From S3 they come slower than one core hashes them, and a server
has other requests to answer."""


def confirm_uploads(farm: Farm, principal: Principal, ids: Sequence[str]) -> list[UploadView]:
    """Confirms what has come for these announced models, each on its own. Nobody waits for their thumbnails.

    All that can be confirmed is; then what `confirm_upload` raised first, by the order of `ids`, is raised again.
    """
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="confirm") as pool:
        confirmed = [
            pool.submit(confirm_upload, farm, principal, upload_id, thumbnail=Priority.BACKGROUND) for upload_id in ids
        ]
    return [each.result() for each in confirmed]


def confirm_upload(
    farm: Farm,
    principal: Principal,
    upload_id: str,
    file_type: str | None = None,
    *,
    thumbnail: Priority = Priority.AWAITED,
) -> UploadView:
    """Confirms what has come, which is of the `file_type`, or of the announced one. Nothing happens a second time.

    Raises ModelNotFound, UnsupportedFileType, UploadNotFound, UploadLimit, StorageLimit; InvalidFormat and
    FileTooLarge, after which nothing is left of the file, and another one may come.
    """
    if file_type is not None:
        named_type(file_type)
    view = _find(farm, principal, upload_id)
    while view.model_id is None:
        with contextlib.suppress(FileMissing):
            return _confirm(farm, principal, view, file_type or view.file_type, thumbnail)
        newer = _find(farm, principal, upload_id)
        if newer.model_id is None and newer.arrived_key == view.arrived_key:
            raise confirmation.not_received(view)
        view = newer  # another file came, or another request confirmed it
    return view


def _confirm(
    farm: Farm, principal: Principal, view: UploadView, file_type: str, thumbnail: Priority
) -> UploadView:
    """Raises FileMissing where nothing is there by now."""
    copied = farm.storage.copy(view.arrived_key, f"models/{new_id()}{named_type(file_type).suffix}")
    try:
        file = _looked_at(farm, copied, file_type.lower(), view.received_sha256)
        with farm.work(principal) as unit:
            return confirmation.confirm(
                unit, principal.account_id, view.id, file, upload_limit=farm.settings.upload_limit,
                allowed=Quotas.of(farm.settings), thumbnail=thumbnail,
            )
    except (InvalidFormat, FileTooLarge) as error:
        with farm.work() as unit:
            confirmation.refuse(unit, view)
        discard(farm.storage, copied.key)
        raise type(error)(f"{view.file_name}: {error.message}") from None
    except BaseException:
        discard(farm.storage, copied.key)
        raise


def _looked_at(farm: Farm, copied: StoredFile, file_type: str, sha256: str | None) -> CheckedFile:
    """`sha256` is known where the farm itself took the file."""
    megabytes = farm.settings.max_signed_upload_mb
    if copied.size > megabytes * MEGABYTE:
        raise file_too_large(megabytes)
    head, digest = b"", hashlib.sha256()
    for chunk in farm.storage.read(copied.key, 0, HEAD_BYTES if sha256 else None):
        head += chunk[: HEAD_BYTES - len(head)]
        digest.update(chunk)
    checked_type(file_type, head, copied.size)
    return CheckedFile(copied.key, copied.size, sha256 or digest.hexdigest(), file_type)


def _find(farm: Farm, principal: Principal, upload_id: str) -> UploadView:
    with farm.database.read() as session:
        return uploads.find(session, principal.account_id, upload_id)

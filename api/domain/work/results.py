"""Results: the files that were made for an owner of a task, as rows."""

from collections.abc import Collection

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Result
from api.domain.kit.files import FileView
from api.domain.work.outcomes import OwnerFiles


def write(session: Session, account_id: str, subject_kind: str, files: OwnerFiles) -> None:
    """These are the account's owners' files from now on, and no others; `files` by owner id and name."""
    discard(session, subject_kind, files)
    moment = clock.now()
    rows = [
        {"subject_kind": subject_kind, "subject_id": subject_id, "name": name, "account_id": account_id,
         "key": file.key, "size": file.size, "etag": file.etag, "content_type": file.content_type,
         "created_at": moment}
        for subject_id, named in files.items() for name, file in named.items()
    ]  # fmt: skip
    if rows:
        session.execute(insert(Result), rows)


def read(session: Session, subject_ids: Collection[str]) -> dict[str, dict[str, FileView]]:
    """The files by name of each of the subjects, by its id."""
    found: dict[str, dict[str, FileView]] = {subject_id: {} for subject_id in subject_ids}
    for row in session.execute(
        select(Result.subject_id, Result.name, Result.key, Result.size, Result.etag, Result.content_type)
        .where(Result.subject_id.in_(subject_ids))
        .order_by(Result.name)
    ):
        found[row.subject_id][row.name] = FileView(row.key, row.size, row.etag, row.content_type)
    return found


def discard(session: Session, subject_kind: str, subject_ids: Collection[str]) -> None:
    """The subjects have no files of that kind any more. What is stored of them is the caller's to drop."""
    session.execute(delete(Result).where(Result.subject_id.in_(subject_ids), Result.subject_kind == subject_kind))

"""Models that came as a ZIP: the first worker that draws one makes a GLB of it, which is the model's file from then on.

The model keeps the SHA-256 of the bytes that were uploaded, so that the same ZIP is known when it comes again, and its
original name; storage key and file size become those of the GLB, which is what its owner downloads.
"""

from pathlib import PurePosixPath

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from api.db.tables import Model, Segment
from api.domain.work.claims import Claim
from api.domain.work.states import SegmentState
from api.storage.base import StoredFile

ARCHIVE_SUFFIX = ".zip"


def is_archive(storage_key: str) -> bool:
    return PurePosixPath(storage_key).suffix == ARCHIVE_SUFFIX


def converted_key(archive_key: str) -> str:
    """Where an archive's GLB is stored. All tries write the same bytes there, so none of them leaves a file behind."""
    return str(PurePosixPath(archive_key).with_suffix(".glb"))


def archive_key(converted_key: str) -> str:
    """The inverse of `converted_key`."""
    return str(PurePosixPath(converted_key).with_suffix(ARCHIVE_SUFFIX))


def current_key(session: Session, model_id: str) -> str | None:
    """Where the model's file is; None if there is no such model."""
    return session.scalar(select(Model.storage_key).where(Model.id == model_id))


def replace_archive(session: Session, claim: Claim, converted: StoredFile) -> bool:
    """Makes the GLB the file of the claim's model; the caller deletes the archive after the commit.

    False, and nothing changed, where another worker was quicker or the claim is no longer held. One statement does it
    all, without a lock on the segment: it can't wait in a circle with others.
    """
    held = exists().where(
        Segment.id == claim.segment_id, Segment.attempt == claim.attempt, Segment.state == SegmentState.RUNNING
    )
    replaced = session.scalar(
        update(Model)
        .where(Model.id == claim.model_id, Model.storage_key == claim.model_storage_key, held)
        .values(storage_key=converted.key, file_size=converted.size)
        .returning(Model.id)
    )
    return replaced is not None

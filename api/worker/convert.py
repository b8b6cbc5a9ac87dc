"""Before the drawing: a model that was uploaded as a ZIP becomes one GLB, once.

Two workers may do this at the same time, and any may die in between. The GLB's key follows from the ZIP's and its bytes
from the ZIP's bytes, so it doesn't matter whose file stays; whose row counts is decided by `conversions`. The ZIP is
deleted by whoever's row counted, and once more by the next claim, should that worker have died before.
"""

import logging
from pathlib import Path

from api.db.session import Database
from api.domain.catalog import conversions
from api.domain.work.claims import Claim
from api.storage.base import FileMissing, KeyTaken, Storage
from api.worker.lease import Lease
from renderer.convert import convert_to_glb

logger = logging.getLogger(__name__)


def drawable_model(database: Database, storage: Storage, claim: Claim, lease: Lease, folder: Path) -> str:
    """The storage key of the claim's model as the renderer takes it; converts the model first if it is still a ZIP.

    Raises ModelError subclasses for a ZIP without a usable model, FileMissing, and Cancelled where the claim is lost.
    """
    key = claim.model_storage_key
    if not conversions.is_archive(key):
        if conversions.is_archive(claim.model_name.lower()):
            storage.delete(conversions.archive_key(key))
        return key
    target = conversions.converted_key(key)
    made = folder / "converted.glb"
    try:
        with storage.local_path(key) as archive:
            warnings = convert_to_glb(archive, made)
    except (FileMissing, FileNotFoundError):
        if _current_key(database, claim) == target:  # another worker was quicker, and has deleted the ZIP
            return target
        raise FileMissing(key) from None
    for warning in warnings:
        logger.info("Model %s: %s", claim.model_id, warning)
    lease.check()
    try:
        stored = storage.put_file(target, made)
    except KeyTaken:  # by a worker of another version, which stored its own and got no further: it is as good
        stored = storage.stat(target)
    with database.begin() as session:
        replaced = conversions.replace_archive(session, claim, stored)
    if replaced:
        storage.delete(key)
    elif _current_key(database, claim) != target:
        lease.give_up()
    return target


def _current_key(database: Database, claim: Claim) -> str | None:
    with database.read() as session:
        return conversions.current_key(session, claim.model_id)

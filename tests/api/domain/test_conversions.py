"""Which of several workers' GLBs takes an archive's place."""

import hashlib

from api.db.session import Database
from api.domain.catalog import catalog, conversions
from api.domain.renders import uploads
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.storage.base import StoredFile
from renderer.spec import RenderSettings
from tests.api.domain.support import claimed, run_at_once, sign_up

GLB = StoredFile("models/scan.glb", 1234, "etag")


def upload_zip(database: Database, account_id: str) -> uploads.Registered:
    with database.begin() as session:
        return uploads.register_upload(
            session, account_id, original_name="Scan.zip", sha256=hashlib.sha256(b"zip").hexdigest(), file_size=99,
            storage_key="models/scan.zip", settings=RenderSettings(),
        )  # fmt: skip


def replace(database: Database, claim: Claim) -> bool:
    with database.begin() as session:
        return conversions.replace_archive(session, claim, GLB)


def test_keys_of_archives_and_their_glbs_follow_from_each_other() -> None:
    assert conversions.is_archive("models/scan.zip")
    assert not conversions.is_archive("models/scan.glb")
    assert conversions.converted_key("models/scan.zip") == "models/scan.glb"
    assert conversions.archive_key("models/scan.glb") == "models/scan.zip"


def test_the_glb_takes_the_archives_place_and_the_upload_stays_known(database: Database) -> None:
    account_id = sign_up(database)
    made = upload_zip(database, account_id)
    assert replace(database, claimed(database))
    with database.read() as session:
        model = catalog.get_model(session, account_id, made.model_id)
        assert conversions.current_key(session, made.model_id) == GLB.key
    assert (model.storage_key, model.file_size, model.original_name) == (GLB.key, GLB.size, "Scan.zip")
    again = upload_zip(database, account_id)
    assert (again.model_id, again.duplicate) == (made.model_id, True)


def test_of_workers_that_finish_at_once_one_counts(database: Database) -> None:
    upload_zip(database, sign_up(database))
    claims = [claimed(database), claimed(database)]
    counted: list[bool] = []
    run_at_once(lambda: counted.append(replace(database, claims.pop())), 2)
    assert sorted(counted) == [False, True]


def test_a_claim_that_is_no_longer_held_changes_nothing(database: Database) -> None:
    account_id = sign_up(database)
    made = upload_zip(database, account_id)
    lost = claimed(database)
    with database.begin() as session:
        assert scheduling.release(session, lost)
    assert not replace(database, lost)
    assert replace(database, claimed(database))
    with database.read() as session:
        assert catalog.get_model(session, account_id, made.model_id).storage_key == GLB.key


def test_a_deleted_model_is_still_converted_for_the_renders_that_wait(database: Database) -> None:
    account_id = sign_up(database)
    made = upload_zip(database, account_id)
    claim = claimed(database)
    with database.begin() as session:
        catalog.delete_model(session, account_id, made.model_id)
    assert replace(database, claim)

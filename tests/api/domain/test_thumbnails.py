"""Thumbnails of models: what they need, what becomes of them with their models, and that these lose nothing by them.
"""

import hashlib

from sqlalchemy import select, update

from api import clock
from api.db.session import Database
from api.db.tables import Model, Result
from api.domain.catalog import catalog, thumbnails
from api.domain.catalog.states import ModelState
from api.domain.kit.files import FileView
from api.domain.removal import leftovers, models
from api.domain.renders import ordering
from api.domain.renders.uploads import NewModel, inspection_task, known_or_new, thumbnail_task
from api.domain.work import leftovers as leftovers_of_work
from api.domain.work import results, scheduling, tasks
from api.domain.work.claims import Claim
from api.domain.work.tasks import Priority
from api.ids import new_id
from tests.api.domain.support import CONTENTS, claim, claimed, fail, files, sign_up, unit

GLB = "model.glb"


def upload(database: Database, account_id: str) -> str:
    """The id of a model that waits to be read, and for its thumbnail after that."""
    key, sha256, model_id = f"models/{new_id()}.zip", hashlib.sha256(b"a scan").hexdigest(), new_id()
    reading = inspection_task(key, sha256)
    drawing = thumbnail_task(ordering.Source(model_id, sha256, None, reading.id), Priority.AWAITED)
    with database.begin() as session:
        known_or_new(session, account_id, NewModel(model_id, "scan.zip", sha256, 6, key, reading.id, drawing.id))
        tasks.add(session, account_id, [reading, drawing], clock.now())
    return model_id


def read(database: Database) -> Claim:
    """Inspects the model, of which a GLB is made, and returns the claim of its thumbnail."""
    held = claim(database, queue="inspect")
    assert held is not None
    made = {
        model_id: {"model": FileView(held.output_prefix(model_id) + GLB, 9, "e", "model/gltf-binary")}
        for model_id in held.variants
    }
    with database.begin() as session:
        assert scheduling.settle_done(session, held, made, CONTENTS)
    return claimed(database)


def draw(database: Database, held: Claim) -> bool:
    with database.begin() as session:
        return scheduling.settle_done(session, held, files(held, thumbnails.FILE))


def state(database: Database) -> str | None:
    with database.read() as session:
        return session.scalar(select(Model.state))


def test_it_is_drawn_of_what_the_model_was_converted_to_and_is_the_models_result(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload(database, account_id)
    assert claim(database) is None
    held = read(database)
    assert held.inputs == {"model": f"models/{model_id}/1/{GLB}"}
    assert held.variants == {model_id: thumbnails.VARIANT}
    assert draw(database, held)
    with database.read() as session:
        stored = results.read(session, [model_id])[model_id]
    assert stored[thumbnails.FILE].key.startswith(f"{thumbnails.storage_prefix(model_id)}/1/")
    assert stored["model"].key == f"models/{model_id}/1/{GLB}"
    assert state(database) == ModelState.READY


def test_one_that_cannot_be_drawn_takes_nothing_from_its_model(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload(database, account_id)
    held = read(database)
    assert fail(database, held)
    with database.read() as session:
        assert leftovers_of_work.of_claim(session, held) == [f"thumbnails/{model_id}/1/"]
        assert results.read(session, [model_id])[model_id].keys() == {"model"}
    assert state(database) == ModelState.READY
    assert claim(database) is None


def test_one_whose_model_was_deleted_meanwhile_leaves_nothing(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload(database, account_id)
    held = read(database)
    with database.begin() as session:
        catalog.delete_model(session, account_id, model_id)
    assert draw(database, held)
    with database.read() as session:
        assert leftovers_of_work.of_claim(session, held) == [f"thumbnails/{model_id}/1/"]
        assert thumbnails.FILE not in results.read(session, [model_id])[model_id]


def test_it_goes_with_its_model(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload(database, account_id)
    assert draw(database, read(database))
    with database.begin() as session:
        assert leftovers.unneeded(session, "thumbnails", [model_id, "lost"]) == {"lost"}
        catalog.delete_model(session, account_id, model_id)
        session.execute(update(Model).values(deleted_at=clock.now() - 2 * models.KEPT))
    dropped: list[str] = []
    with unit(database, dropped) as session:
        models.discard_deleted(session)
    assert set(dropped) == {f"models/{model_id}/1/{GLB}", f"thumbnails/{model_id}"}
    with database.read() as session:
        assert session.scalars(select(Result.name).where(Result.subject_kind == thumbnails.SUBJECT)).all() == []
        assert leftovers.unneeded(session, "thumbnails", [model_id]) == {model_id}

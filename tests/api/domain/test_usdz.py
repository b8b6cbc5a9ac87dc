"""A model's USDZ goes with its model, and costs the model nothing where it can't be made."""

from sqlalchemy import select, update

from api import clock
from api.db.session import Database
from api.db.tables import Model, Render
from api.domain.catalog import catalog, usdz
from api.domain.catalog.states import ModelState
from api.domain.removal import leftovers, models
from api.domain.renders import usdz as orders
from api.domain.renders.states import RenderStatus
from api.domain.work import leftovers as leftovers_of_work
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from tests.api.domain.support import claim, fail, files, inspect, sign_up, unit, upload


def claimed(database: Database) -> Claim:
    held = claim(database, queue="inspect")
    assert held is not None
    return held


def asked_for(database: Database) -> tuple[str, str]:
    """The ids of an account and of its model, whose USDZ somebody waits for."""
    account_id = sign_up(database)
    model_id = upload(database, account_id).model_id
    inspect(database)
    with database.begin() as session:
        orders.order(session, account_id, model_id)
    return account_id, model_id


def test_it_is_made_of_the_models_file_and_is_the_models_result(database: Database) -> None:
    account_id, model_id = asked_for(database)
    held = claimed(database)
    with database.read() as session:
        model = catalog.get_model(session, account_id, model_id)
    assert (held.kind, held.inputs, held.variants) == ("usdz", {"model": model.storage_key}, {model_id: {}})
    with database.begin() as session:
        assert scheduling.settle_done(session, held, files(held, usdz.FILE))
    with database.read() as session:
        file = usdz.stored(session, model_id)
    assert file is not None
    assert file.key.startswith(f"{usdz.storage_prefix(model_id)}/1/")
    with database.begin() as session:  # it is not made twice
        orders.order(session, account_id, model_id)
    assert claim(database, queue="inspect") is None


def test_one_that_cannot_be_made_takes_nothing_from_its_model(database: Database) -> None:
    _, model_id = asked_for(database)
    held = claimed(database)
    assert fail(database, held)
    with database.read() as session:
        assert leftovers_of_work.of_claim(session, held) == [f"usdzs/{model_id}/1/"]
        assert session.scalar(select(Model.state).where(Model.id == model_id)) == ModelState.READY


def test_one_whose_model_was_deleted_meanwhile_leaves_nothing(database: Database) -> None:
    account_id, model_id = asked_for(database)
    held = claimed(database)
    with database.begin() as session:
        catalog.delete_model(session, account_id, model_id)
    with database.begin() as session:
        assert scheduling.settle_done(session, held, files(held, usdz.FILE))
    with database.read() as session:
        assert leftovers_of_work.of_claim(session, held) == [f"usdzs/{model_id}/1/"]
        assert usdz.stored(session, model_id) is None


def test_it_goes_with_its_model(database: Database) -> None:
    account_id, model_id = asked_for(database)
    held = claimed(database)
    with database.begin() as session:
        assert scheduling.settle_done(session, held, files(held, usdz.FILE))
        assert leftovers.unneeded(session, "usdzs", [model_id, "lost"]) == {"lost"}
        catalog.delete_model(session, account_id, model_id)
        session.execute(update(Model).values(deleted_at=clock.now() - 2 * models.KEPT))
    dropped: list[str] = []
    with unit(database, dropped) as session:
        session.execute(update(Render).values(status=RenderStatus.DONE))  # none needs the model any more
        models.discard_deleted(session)
    assert usdz.storage_prefix(model_id) in dropped
    with database.read() as session:
        assert usdz.stored(session, model_id) is None
        assert leftovers.unneeded(session, "usdzs", [model_id]) == {model_id}

"""Models that their owner deletes, or whose files never came: what goes with them, and who keeps them."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import func, select, update

from api import clock
from api.db.session import Database
from api.db.tables import Upload
from api.domain.catalog import catalog
from api.domain.catalog.states import ModelState
from api.domain.projects import models, projects, uploads, variants
from api.domain.removal import leftovers
from api.domain.removal import uploads as removal
from api.errors import FarmError, InvalidState, ModelNotFound
from tests.api.domain.projects import STUDIO, announce, confirm, create_project, ready_model, receive, work
from tests.api.domain.support import run_at_once, sign_up


def state(database: Database, account_id: str, upload_id: str) -> ModelState:
    with database.read() as session:
        return uploads.find(session, account_id, upload_id).state


def test_a_model_deleted_elsewhere_is_not_found(database: Database) -> None:
    account_id = sign_up(database)
    model_id = ready_model(database, account_id)
    with database.begin() as session:
        catalog.delete_model(session, account_id, model_id)
    with pytest.raises(ModelNotFound):
        state(database, account_id, model_id)
    with database.read() as session:
        assert models.list_models(session, account_id, limit=10, offset=0).total == 0


def test_with_a_model_its_file_goes_unless_another_has_the_same(database: Database) -> None:
    account_id = sign_up(database)
    views = announce(database, account_id, "a.glb", "b.glb")
    for view in views:
        confirm(database, account_id, view.id, "a chair")
    for view, is_left in ((views[0], True), (views[1], False)):
        with work(database) as unit:
            models.delete(unit, account_id, view.id)
        with database.read() as session:
            assert (catalog.find_by_sha256(session, account_id, hashlib.sha256(b"a chair").hexdigest()) is not None
                    ) == is_left
    with database.read() as session:
        assert models.views(session, account_id, [view.id for view in views]) == {}


def test_a_file_that_came_goes_with_its_model(database: Database) -> None:
    account_id = sign_up(database)
    [view] = announce(database, account_id, "a.glb")
    key = receive(database, view.id, "a")
    with work(database) as unit:
        models.delete(unit, account_id, view.id)
        assert unit.info["dropped"] == [key]
    with pytest.raises(ModelNotFound):
        receive(database, view.id, "a")


def test_equal_bytes_confirmed_while_their_model_is_deleted_find_it_or_make_another(database: Database) -> None:
    account_id = sign_up(database)
    views = announce(database, account_id, *(f"{number}.glb" for number in range(9)))
    confirm(database, account_id, views[0].id, "a chair")
    turns = iter(enumerate(views[1:]))

    def act() -> None:
        number, view = next(turns)
        confirm(database, account_id, view.id, "a chair")
        if number % 2:
            with work(database) as unit:
                models.delete(unit, account_id, view.id)

    run_at_once(act, 8)
    kept = [view.id for number, view in enumerate(views[1:]) if not number % 2] + [views[0].id]
    with database.read() as session:
        assert models.views(session, account_id, kept).keys() == set(kept)


def test_what_a_project_needs_is_not_deleted(database: Database) -> None:
    account_id = sign_up(database)
    model_id = ready_model(database, account_id)
    project = create_project(database, account_id, model_id)
    with pytest.raises(InvalidState, match=project.id), work(database) as unit:
        models.delete(unit, account_id, model_id)
    assert state(database, account_id, model_id) == ModelState.READY


def test_what_is_deleted_while_others_begin_to_need_it_is_gone_or_stays_for_them(database: Database) -> None:
    account_id = sign_up(database)
    for _ in range(3):
        model_id, other = ready_model(database, account_id), ready_model(database, account_id)
        acts = iter(["delete", "project", "variant", "base"])
        done: list[str] = []
        refused: list[FarmError] = []

        def act(acts: Iterator[str], model_id: str, other: str, done: list[str], refused: list[FarmError]) -> None:
            what = next(acts)
            try:
                with work(database) as unit:
                    if what == "delete":
                        models.delete(unit, account_id, model_id)
                    elif what == "project":
                        projects.create_projects(unit, account_id, model_ids=[model_id], template_id=STUDIO)
                    else:
                        base, variant = (other, model_id) if what == "variant" else (model_id, other)
                        variants.attach_variant(unit, account_id, base, variant, "Oak")
            except (InvalidState, ModelNotFound) as error:
                refused.append(error)
            else:
                done.append(what)

        run_at_once(partial(act, acts, model_id, other, done, refused), 4)
        assert len(done) + len(refused) == 4
        assert ("delete" in done) != ("project" in done)
        with database.read() as session:
            assert (model_id in models.views(session, account_id, [model_id])) == ("project" in done)


def test_announced_models_are_forgotten_a_day_after_their_links_expired(database: Database) -> None:
    account_id = sign_up(database)
    views = announce(database, account_id, "a.glb", "b.glb", "c.glb", "d.glb")
    key = receive(database, views[0].id, "a")
    confirm(database, account_id, views[1].id, "b")
    with database.begin() as session:
        long_ago = clock.now() - removal.KEPT - dt.timedelta(seconds=1)
        old = Upload.id != views[2].id
        session.execute(update(Upload).where(old).values(expires_at=long_ago))
        session.execute(update(Upload).where(~old).values(expires_at=clock.now() - dt.timedelta(hours=1)))
    with work(database) as unit:
        assert leftovers.unneeded(unit, "uploads", [view.id for view in views]) == {
            view.id for view in views if view is not views[2]
        }
        assert not removal.discard_expired(unit)
        assert unit.info["dropped"] == [key]
    with database.read() as session:
        assert models.views(session, account_id, [view.id for view in views]).keys() == {views[1].id, views[2].id}


def test_expired_models_are_forgotten_some_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "DISCARDED_AT_ONCE", 2)
    announce(database, sign_up(database), "a.glb", "b.glb", "c.glb")
    with database.begin() as session:
        session.execute(update(Upload).values(expires_at=clock.now() - 2 * removal.KEPT))
    more = []
    for _ in range(2):
        with work(database) as unit:
            more.append(removal.discard_expired(unit))
    with database.read() as session:
        left = session.scalar(select(func.count()).select_from(Upload))
    assert (more, left) == ([True, False], 0)

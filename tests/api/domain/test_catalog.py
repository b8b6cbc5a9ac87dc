"""What owners say about their models, and the lists that they find them in, on both databases."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from api import clock
from api.db.session import Database
from api.db.tables import Model, ModelTag
from api.domain.catalog import catalog
from api.domain.catalog.catalog import ModelChanges
from api.domain.kit.paging import Page
from api.domain.renders import ordering
from api.errors import InvalidRequest, ModelNotFound
from tests.api.domain.support import SHARE, claim, get, settle, sign_up, upload


def models(database: Database, account_id: str, count: int) -> list[str]:
    """That many models, a second apart, oldest first."""
    made = [upload(database, account_id, f"model {number}").model_id for number in range(count)]
    for number, model_id in enumerate(made):
        moment = clock.now() + dt.timedelta(seconds=number)
        with database.begin() as session:
            session.execute(update(Model).where(Model.id == model_id).values(created_at=moment))
    return made


def change(database: Database, account_id: str, model_id: str, **changes: object) -> None:
    with database.begin() as session:
        catalog.update_model(session, account_id, model_id, ModelChanges(**changes))  # type: ignore[typeddict-item]


def view(database: Database, account_id: str, model_id: str) -> catalog.ModelView:
    with database.read() as session:
        return catalog.get_model(session, account_id, model_id)


def listed(
    database: Database, account_id: str, *tags: str, limit: int = 50, offset: int = 0, archived: bool = False
) -> Page[str]:
    """A page of ids."""
    with database.read() as session:
        page = catalog.list_models(
            session, account_id, limit=limit, offset=offset, tags=tags, archived=archived
        )
    return Page(tuple(model.id for model in page.items), page.total)


def test_models_are_listed_newest_first_page_by_page(database: Database) -> None:
    account_id = sign_up(database)
    a, b, c = models(database, account_id, 3)
    assert listed(database, account_id) == Page((c, b, a), 3)
    assert listed(database, account_id, limit=2) == Page((c, b), 3)
    assert listed(database, account_id, limit=2, offset=2) == Page((a,), 3)
    assert listed(database, account_id, limit=2, offset=7) == Page((), 3)
    assert listed(database, sign_up(database)) == Page((), 0)


def test_any_of_the_tags_finds_a_model_but_no_part_of_one(database: Database) -> None:
    account_id = sign_up(database)
    a, b, c = models(database, account_id, 3)
    change(database, account_id, a, tags=["furniture", "Office"])
    change(database, account_id, b, tags=["office"])
    change(database, account_id, c, tags=["furniture set"])
    assert listed(database, account_id, "furniture").items == (a,)
    assert listed(database, account_id, " OFFICE ").items == (b, a)
    assert listed(database, account_id, "furniture", "office", "furniture set") == Page((c, b, a), 3)
    assert listed(database, account_id, "furniture", "office", limit=1) == Page((b,), 2)
    assert listed(database, account_id, "furn%") == Page((), 0)
    change(database, account_id, a, tags=["lamp"])
    assert listed(database, account_id, "furniture").items == ()
    assert listed(database, account_id, "lamp").items == (a,)
    other = sign_up(database)
    change(database, other, models(database, other, 1)[0], tags=["lamp"])
    assert listed(database, account_id, "lamp").items == (a,)


def test_only_what_is_given_changes(database: Database) -> None:
    account_id = sign_up(database)
    [model_id] = models(database, account_id, 1)
    change(database, account_id, model_id, title=" Ergonomic Chair ", sku="EC-1001", tags=["a"])
    change(database, account_id, model_id, title="Chair")
    found = view(database, account_id, model_id)
    assert (found.title, found.sku) == ("Chair", "EC-1001")
    change(database, account_id, model_id, sku=None)
    change(database, account_id, model_id)
    found = view(database, account_id, model_id)
    assert (found.title, found.sku, found.tags) == ("Chair", None, ("a",))


def test_tags_are_lowercased_trimmed_and_kept_once_in_their_order(database: Database) -> None:
    account_id = sign_up(database)
    [model_id] = models(database, account_id, 1)
    change(database, account_id, model_id, tags=["  Zebra", "ÄPFEL", "zebra ", "", "  ", "alpha"])
    assert view(database, account_id, model_id).tags == ("zebra", "äpfel", "alpha")
    change(database, account_id, model_id, tags=[f"tag {number}" for number in range(20)] * 2)
    assert len(view(database, account_id, model_id).tags) == 20
    change(database, account_id, model_id, tags=[])
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ModelTag)) == 0


REFUSED: tuple[tuple[dict[str, object], str], ...] = (
    ({"title": "x" * 201}, "title"),
    ({"title": "a\0b"}, "title"),
    ({"title": "\ud800"}, "title"),
    ({"sku": "x" * 101}, "sku"),
    ({"sku": "a\nb"}, "sku"),
    ({"tags": [f"{number}" for number in range(21)]}, "tags"),
    ({"tags": ["x" * 51]}, "tags"),
    ({"tags": ["a,b"]}, "tags"),
    ({"tags": ["\0"]}, "tags"),
)


def test_what_does_not_fit_is_refused_and_named(database: Database) -> None:
    account_id = sign_up(database)
    [model_id] = models(database, account_id, 1)
    for changes, param in REFUSED:
        with pytest.raises(InvalidRequest) as caught:
            change(database, account_id, model_id, **changes)
        assert caught.value.param == param
    assert view(database, account_id, model_id).tags == ()


def test_archived_models_have_a_list_of_their_own(database: Database) -> None:
    account_id = sign_up(database)
    a, b = models(database, account_id, 2)
    with database.begin() as session:
        catalog.archive_model(session, account_id, a)
    archived_at = view(database, account_id, a).archived_at
    assert archived_at is not None
    with database.begin() as session:
        catalog.archive_model(session, account_id, a)
    assert view(database, account_id, a).archived_at == archived_at
    assert (listed(database, account_id).items, listed(database, account_id, archived=True).items) == ((b,), (a,))
    with database.begin() as session:
        catalog.unarchive_model(session, account_id, a)
    assert view(database, account_id, a).archived_at is None
    assert listed(database, account_id).items == (b, a)


def test_a_deleted_model_is_gone_but_what_was_ordered_of_it_is_made(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    change(database, account_id, made.model_id, tags=["chair"])
    with database.begin() as session:
        catalog.delete_model(session, account_id, made.model_id)
    with database.begin() as session:
        for act in (catalog.delete_model, catalog.archive_model, catalog.unarchive_model, catalog.get_model):
            with pytest.raises(ModelNotFound):
                act(session, account_id, made.model_id)
        with pytest.raises(ModelNotFound):
            catalog.update_model(session, account_id, made.model_id, {"title": "Chair"})
        with pytest.raises(ModelNotFound):
            ordering.create_render(session, account_id, made.model_id, SHARE)
    assert listed(database, account_id) == listed(database, account_id, "chair") == Page((), 0)
    while (held := claim(database)) is not None:
        assert settle(database, held)
    assert get(database, account_id, made.render_id).status == "done"
    assert not upload(database, account_id).duplicate


def test_a_hash_finds_the_accounts_own_live_model(database: Database) -> None:
    account_id = sign_up(database)
    made = upload(database, account_id)
    with database.begin() as session:
        sha256 = catalog.get_model(session, account_id, made.model_id).sha256
        assert catalog.find_by_sha256(session, account_id, sha256) == made.model_id
        assert catalog.find_by_sha256(session, account_id, "0" * 64) is None
        catalog.delete_model(session, account_id, made.model_id)
        assert catalog.find_by_sha256(session, account_id, sha256) is None
    with database.read() as session:
        assert catalog.find_by_sha256(session, sign_up(database), sha256) is None


def test_nobody_touches_the_models_of_others(database: Database) -> None:
    owner, stranger = sign_up(database), sign_up(database)
    model_id = upload(database, owner).model_id
    with database.begin() as session:
        for act in (catalog.delete_model, catalog.archive_model, catalog.unarchive_model):
            with pytest.raises(ModelNotFound):
                act(session, stranger, model_id)
        with pytest.raises(ModelNotFound):
            catalog.update_model(session, stranger, model_id, {"tags": ["mine"]})
    found = view(database, owner, model_id)
    assert (found.tags, found.archived_at) == ((), None)

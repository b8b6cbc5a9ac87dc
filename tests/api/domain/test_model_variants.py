"""Models that are drawn beside another one: the base first, names that tell them apart, one direction."""

import threading

import pytest

from api.db.session import Database
from api.domain.projects import models, variants
from api.errors import FarmError, InvalidRequest, InvalidState, ModelNotFound
from tests.api.domain.projects import announce, work
from tests.api.domain.support import run_at_once, sign_up


def attach(database: Database, account_id: str, base_id: str, model_id: str, name: str) -> None:
    with database.begin() as session:
        variants.attach_variant(session, account_id, base_id, model_id, name)


def names(database: Database, account_id: str, base_id: str) -> list[tuple[str, str]]:
    with database.read() as session:
        found = variants.list_variants(session, account_id, base_id)
    assert [variant.is_base for variant in found] == [True, *[False] * (len(found) - 1)]
    return [(variant.name, variant.model.id) for variant in found]


def test_the_base_comes_first_and_the_others_as_they_were_attached(database: Database) -> None:
    account_id = sign_up(database)
    base, oak, ash = (view.id for view in announce(database, account_id, "a.glb", "b.glb", "c.glb"))
    assert names(database, account_id, base) == [("Default", base)]
    attach(database, account_id, base, oak, " Oak ")
    attach(database, account_id, base, ash, "Ash")
    assert names(database, account_id, base) == [("Default", base), ("Oak", oak), ("Ash", ash)]
    assert names(database, account_id, oak) == [("Default", oak)]  # one direction
    with database.begin() as session:
        variants.detach_variant(session, account_id, base, oak)
    assert names(database, account_id, base) == [("Default", base), ("Ash", ash)]
    with work(database) as unit:
        models.delete(unit, account_id, ash)
    assert names(database, account_id, base) == [("Default", base)]


def test_a_variant_that_can_not_be_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id, stranger = sign_up(database), sign_up(database)
    base, oak, ash = (view.id for view in announce(database, account_id, "a.glb", "b.glb", "c.glb"))
    [strange] = announce(database, stranger, "a.glb")
    attach(database, account_id, base, oak, "Oak")
    refused: list[tuple[str, str, str, type[FarmError]]] = [
        (base, base, "Me", InvalidRequest), (base, ash, " ", InvalidRequest), (base, ash, "default", InvalidRequest),
        (base, ash, "n" * 101, InvalidRequest), (base, ash, "Oak", InvalidState), (base, oak, "Elm", InvalidState),
        (base, strange.id, "Elm", ModelNotFound), (strange.id, ash, "Elm", ModelNotFound),
        (base, "\0" * 12, "Elm", ModelNotFound),
    ]  # fmt: skip
    for base_id, model_id, name, error in refused:
        with pytest.raises(error):
            attach(database, account_id, base_id, model_id, name)
    monkeypatch.setattr(variants, "MOST_VARIANTS", 1)
    with pytest.raises(InvalidState, match="up to 1"):
        attach(database, account_id, base, ash, "Ash")
    for model_id, error in ((base, InvalidState), (ash, ModelNotFound)):
        with pytest.raises(error), database.begin() as session:
            variants.detach_variant(session, account_id, base, model_id)
    assert names(database, account_id, base) == [("Default", base), ("Oak", oak)]


def test_of_variants_of_one_name_at_once_one_is_attached(database: Database) -> None:
    account_id = sign_up(database)
    base, *others = (view.id for view in announce(database, account_id, "a.glb", "b.glb", "c.glb", "d.glb"))
    ids, refused, barrier = iter(others), [], threading.Barrier(3)

    def act() -> None:
        model_id = next(ids)
        barrier.wait()
        try:
            attach(database, account_id, base, model_id, "Oak")
        except InvalidState as error:
            refused.append(error)

    run_at_once(act, 3)
    assert (len(names(database, account_id, base)), len(refused)) == (2, 2)

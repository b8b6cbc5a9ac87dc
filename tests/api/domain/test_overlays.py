"""Overlays: whose they are, who may order with them, and how long their files last."""

import contextlib
import functools
from pathlib import Path
from typing import Any

import pytest

from api.db.session import Database
from api.domain.catalog import overlays
from api.domain.catalog.inspection import INPUT
from api.domain.catalog.overlays import Layer, OverlayView
from api.domain.kit.unit import unit_of_work
from api.domain.removal import leftovers
from api.domain.removal.overlays import discard_unneeded
from api.domain.renders import ordering, removal
from api.errors import FileTooLarge, InvalidRequest, InvalidSettings, OverlayNotFound, UploadLimit
from api.storage.local import LocalStorage
from renderer.spec import RenderSettings
from tests.api.domain.support import (
    balance,
    claim_of,
    claimed,
    entries,
    fail,
    run_at_once,
    settle,
    sign_up,
    unit,
    upload,
)


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "files")


def add(database: Database, storage: LocalStorage, account_id: str | None, **labels: Any) -> OverlayView:
    key = overlays.new_key()
    with storage.writer(key) as writer:
        writer.write(b"an image")
    with database.begin() as session:
        return overlays.add(
            session, account_id, storage_key=key, content_type="image/png", file_size=8, width=4, height=2, **labels
        )


def listed(database: Database, account_id: str, layer: Layer | None = None) -> list[str]:
    with database.read() as session:
        page = overlays.list_overlays(session, account_id, limit=50, offset=0, layer=layer)
    assert page.total == len(page.items)
    return [view.id for view in page.items]


def order(database: Database, account_id: str, *overlay_ids: str) -> list[str]:
    """Renders of one model on those overlays."""
    uploaded = upload(database, account_id)
    with database.begin() as session:
        views = ordering.create_renders(
            session, account_id, [(uploaded.model_id, RenderSettings(bg_image_id=each)) for each in overlay_ids]
        )
    return [view.id for view in views]


def delete(database: Database, storage: LocalStorage, account_id: str | None, overlay_id: str) -> None:
    with database.begin() as session:
        overlays.delete_overlay(session, account_id, overlay_id)
    discard(database, storage)


def discard(database: Database, storage: LocalStorage) -> None:
    with unit_of_work(database, storage, wake=lambda: None) as session:
        discard_unneeded(session)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("files/overlays/*"))


def test_an_account_sees_its_own_and_the_systems_overlays_newest_first(
    database: Database, storage: LocalStorage
) -> None:
    ada, bob = sign_up(database), sign_up(database)
    old = add(database, storage, ada, name=" Grid ", description="Lines", alignment="center")
    system = add(database, storage, None, layer="foreground")
    new = add(database, storage, ada)
    assert (old.name, old.description, old.alignment, old.layer) == ("Grid", "Lines", "center", Layer.BACKGROUND)
    assert (old.is_system, system.is_system) == (False, True)
    assert listed(database, ada) == [new.id, system.id, old.id]
    assert listed(database, bob) == [system.id]
    assert listed(database, ada, Layer.FOREGROUND) == [system.id]
    assert listed(database, ada, Layer.BACKGROUND) == [new.id, old.id]
    with database.read() as session:
        page = overlays.list_overlays(session, ada, limit=1, offset=1)
    assert ([view.id for view in page.items], page.total) == ([system.id], 3)


@pytest.mark.parametrize(("labels", "param"), [
    ({"layer": "middle"}, "layer"), ({"alignment": "centre"}, "alignment"), ({"name": "x" * 101}, "name"),
    ({"description": "x" * 501}, "description"), ({"name": "a\0b"}, "name"),
])
def test_what_an_overlay_cant_be_is_refused_by_name(
    database: Database, storage: LocalStorage, labels: dict[str, str], param: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        add(database, storage, sign_up(database), **labels)
    assert refused.value.param == param


def test_files_and_overlays_are_limited(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = sign_up(database), sign_up(database)
    monkeypatch.setattr(overlays, "MAX_OVERLAYS", 2)

    def take(account_id: str | None, size: int = 10 * 1024 * 1024) -> None:
        with database.begin() as session:
            overlays.add(
                session, account_id, storage_key="overlays/a", content_type="image/png", file_size=size, width=1,
                height=1,
            )  # fmt: skip

    with pytest.raises(FileTooLarge):
        take(ada, 10 * 1024 * 1024 + 1)
    for account_id in (ada, ada, None, None, None, bob):
        take(account_id)
    with pytest.raises(UploadLimit):
        take(ada)


def test_only_ones_own_and_published_overlays_can_be_ordered_and_nothing_is_charged_otherwise(
    database: Database, storage: LocalStorage
) -> None:
    ada, bob = sign_up(database), sign_up(database)
    mine, theirs, system = (add(database, storage, owner).id for owner in (ada, bob, None))
    order(database, ada, mine, system)
    assert balance(database, ada) == 7
    for unusable in (theirs, "000000000000"):
        with pytest.raises(InvalidSettings) as refused:
            order(database, ada, mine, unusable)
        assert refused.value.param == "orders[1].settings.bg_image_id"
        with pytest.raises(InvalidSettings) as refused:
            upload(database, ada, "another chair", RenderSettings(bg_image_id=unusable))
        assert refused.value.param == "bg_image_id"
    assert len(entries(database, ada)["charge"]) == 5  # three uploads and one batch of two


def test_renders_on_different_images_share_a_task_and_the_claim_has_all_files(
    database: Database, storage: LocalStorage
) -> None:
    ada = sign_up(database)
    first, second = add(database, storage, ada).id, add(database, storage, None).id
    ids = order(database, ada, first, second, first)
    claim = claim_of(database, ids[0])
    assert claim.variants.keys() == set(ids)
    assert [claim.variants[each]["backdrop"]["image"] for each in ids] == [first, second, first]
    assert claim.inputs.keys() == {first, second, INPUT}
    for key in (claim.inputs[first], claim.inputs[second]):
        assert b"".join(storage.read(key)) == b"an image"


def test_a_render_without_an_image_claims_no_file(database: Database) -> None:
    upload(database, sign_up(database))
    assert claimed(database).inputs.keys() == {INPUT}


@pytest.mark.parametrize("owner", ["another account", "the system"])
def test_what_isnt_the_accounts_own_cant_be_deleted(
    database: Database, storage: LocalStorage, tmp_path: Path, owner: str
) -> None:
    ada = sign_up(database)
    overlay = add(database, storage, None if owner == "the system" else sign_up(database))
    with pytest.raises(OverlayNotFound):
        delete(database, storage, ada, overlay.id)
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("overlay_id", ["000000000000", "short", "\0" * 12])
def test_what_isnt_there_cant_be_deleted(database: Database, storage: LocalStorage, overlay_id: str) -> None:
    with pytest.raises(OverlayNotFound):
        delete(database, storage, sign_up(database), overlay_id)


def test_a_deleted_overlay_is_gone_with_its_file(database: Database, storage: LocalStorage, tmp_path: Path) -> None:
    ada = sign_up(database)
    overlay, other = add(database, storage, ada), add(database, storage, ada)
    delete(database, storage, ada, overlay.id)
    assert listed(database, ada) == [other.id]
    assert len(files(tmp_path)) == 1
    with pytest.raises(OverlayNotFound):
        delete(database, storage, ada, overlay.id)
    with pytest.raises(InvalidSettings):
        order(database, ada, overlay.id)


@pytest.mark.parametrize("end", ["done", "error", "deleted"])
@pytest.mark.parametrize("published", [True, False])
def test_its_file_outlives_an_overlay_until_no_render_needs_it(
    database: Database, storage: LocalStorage, tmp_path: Path, end: str, published: bool
) -> None:
    ada = sign_up(database)
    owner = None if published else ada
    overlay = add(database, storage, owner)
    [render_id] = order(database, ada, overlay.id)
    delete(database, storage, owner, overlay.id)
    assert listed(database, ada) == []
    assert len(files(tmp_path)) == 1
    claim = claim_of(database, render_id)
    assert b"".join(storage.read(claim.inputs[overlay.id])) == b"an image"
    discard(database, storage)
    assert len(files(tmp_path)) == 1
    if end == "done":
        assert settle(database, claim)
    elif end == "error":
        assert fail(database, claim)
    else:
        with unit(database) as session:
            removal.delete_render(session, ada, render_id)
    discard(database, storage)
    assert files(tmp_path) == []


def test_a_storage_that_is_away_costs_no_row_and_no_request(
    database: Database, storage: LocalStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = sign_up(database)
    overlay = add(database, storage, ada)

    def away(store: LocalStorage, prefix: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(LocalStorage, "delete_prefix", away)
    delete(database, storage, ada, overlay.id)
    assert listed(database, ada) == []
    assert len(files(tmp_path)) == 1  # left to the sweeper, who finds that no row names it
    with database.begin() as session:
        assert overlays.pin(session, ada, [overlay.id]) == {}
        assert leftovers.unneeded(session, "overlays", files(tmp_path)) == set(files(tmp_path))


def test_an_order_at_the_time_of_the_deletion_fails_or_keeps_the_file(
    database: Database, storage: LocalStorage, tmp_path: Path
) -> None:
    ada = sign_up(database, credits=100)
    uploaded = upload(database, ada)

    def place(overlay_id: str) -> None:
        with contextlib.suppress(InvalidSettings), database.begin() as session:
            made = ordering.create_render(session, ada, uploaded.model_id, RenderSettings(bg_image_id=overlay_id))
            ordered.append(made.id)

    for _ in range(8):
        overlay = add(database, storage, ada)
        ordered: list[str] = []
        jobs = iter((
            functools.partial(place, overlay.id), functools.partial(delete, database, storage, ada, overlay.id)
        ))
        run_at_once(lambda jobs=jobs: next(jobs)(), 2)  # type: ignore[misc]
        discard(database, storage)
        assert len(files(tmp_path)) == len(ordered)
        for render_id in ordered:
            claim = claim_of(database, render_id)
            assert claim.inputs.keys() == {overlay.id, INPUT}
            settle(database, claim)
        discard(database, storage)
        assert files(tmp_path) == []

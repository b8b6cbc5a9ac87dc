"""Pictures on request: what they cost and when, whose work they go ahead of, and when they go."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import func, select, update

from api import clock
from api.db.session import Database
from api.db.tables import Base, LedgerEntry, Model, Picture, Segment, Task
from api.domain.accounts import credentials, ledger
from api.domain.catalog import catalog, overlays
from api.domain.kit.failures import LOST, Failure
from api.domain.removal import leftovers, retention
from api.domain.renders import exact_pictures, ordering, picture_links, pictures
from api.domain.renders.picture_links import Link
from api.domain.work import leftovers as leftovers_of_work
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import TaskState
from api.domain.work.tasks import Priority
from api.errors import (
    Forbidden,
    ImageNotFound,
    InvalidSettings,
    ModelNotFound,
    NoCredits,
    SpendingCap,
    TooManyRequests,
)
from renderer.spec import PictureSpec, RenderSettings
from tests.api.domain.support import (
    ATTEMPTS,
    SHARE,
    balance,
    claim,
    claimed,
    fail,
    files,
    run_at_once,
    settle,
    sign_up,
    unit,
    upload,
)

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Where nothing depends on how the database locks."""

STILL = RenderSettings(output="image", image_format="webp")
PERSON = "PersonPerson"
TEXT = "w:64,h:64/model.webp"


def link(model_id: str, name: str = "w:64,h:64.webp", settings: RenderSettings = STILL) -> Link:
    return Link(model_id, name, settings, 64, 64)


@pytest.fixture(autouse=True)
def nobody_is_hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_pictures, "EVERY_S", 0.0)


@pytest.fixture
def owner(database: Database) -> str:
    return sign_up(database)


@pytest.fixture
def model_id(database: Database, owner: str) -> str:
    """Of a model that was read, for which all is drawn that its upload ordered."""
    made = upload(database, owner).model_id
    while (held := claim(database)) is not None:
        settle(database, held)
    return made


def ask(database: Database, owner: str, wanted: Link) -> None:
    with unit(database) as session:
        picture_links.ask(session, owner, wanted)


def ask_exactly(
    database: Database, owner: str, model_id: str, moment: float = 0.0, *, settings: RenderSettings = SHARE,
    person: str = PERSON,
) -> str:  # fmt: skip
    with unit(database) as session:
        wanted = exact_pictures.exact(settings, moment)
        return exact_pictures.ask(session, owner, person, model_id, wanted)


def draw(database: Database, held: Claim) -> None:
    with database.begin() as session:
        assert scheduling.settle_done(session, held, files(held, pictures.FILE))


def found(database: Database, wanted: Link) -> pictures.PictureView:
    with database.read() as session:
        view = pictures.by_key(session, wanted.model_id, wanted.key)
    assert view is not None
    return view


def count(database: Database, table: type[Base]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_linked_picture_is_paid_for_once_and_drawn_once(database: Database, owner: str, model_id: str) -> None:
    before, wanted = balance(database, owner), link(model_id)
    run_at_once(lambda: ask(database, owner, wanted), 3)
    assert balance(database, owner) == before - 1
    held = claimed(database)
    assert (held.kind, held.priority) == ("picture", Priority.AWAITED)
    frames = PictureSpec.from_json(held.spec).frames
    assert (frames.width, frames.height, frames.frame_count) == (64, 64, 1)
    assert claim(database) is None
    draw(database, held)
    file = found(database, wanted).file
    assert file is not None
    assert file.key.startswith(f"pictures/{found(database, wanted).id}/1/")
    ask(database, owner, wanted)
    assert claim(database) is None
    ask(database, owner, link(model_id, "w:64,h:64.png"))  # another one
    assert balance(database, owner) == before - 2


@on_sqlite
def test_who_cannot_pay_gets_none(database: Database) -> None:
    poor = sign_up(database, credits=1)
    model_id = upload(database, poor).model_id
    with pytest.raises(NoCredits):
        ask(database, poor, link(model_id))
    assert count(database, Picture) == 0


@on_sqlite
def test_what_a_link_costs_counts_for_the_key_that_made_it(database: Database, owner: str, model_id: str) -> None:
    with database.begin() as session:
        key = credentials.issue(session, owner, name="a shop's", credits_cap=1)
        for name in ("first", "second", "anybody's"):
            token_id = key.id if name != "anybody's" else "SessionThatE"  # whose row is gone
            picture_links.sign(session, owner, link(model_id, name), TEXT, token_id)
    ask(database, owner, link(model_id, "first"))
    with pytest.raises(SpendingCap):
        ask(database, owner, link(model_id, "second"))
    ask(database, owner, link(model_id, "anybody's"))
    with database.read() as session:
        spent = session.execute(
            select(LedgerEntry.subject_kind, LedgerEntry.amount, LedgerEntry.token_id)
            .where(LedgerEntry.subject_kind == pictures.SUBJECT)
            .order_by(LedgerEntry.id)
        ).all()
    assert [tuple(row) for row in spent] == [("picture", -1, key.id), ("picture", -1, None)]


@on_sqlite
def test_one_that_the_model_cannot_give_is_refunded_and_not_tried_again(
    database: Database, owner: str, model_id: str
) -> None:
    before, wanted = balance(database, owner), link(model_id)
    ask(database, owner, wanted)
    assert fail(database, claimed(database), "It has no faces")
    assert balance(database, owner) == before
    with pytest.raises(ImageNotFound, match="It has no faces"):
        ask(database, owner, wanted)
    assert claim(database) is None
    assert balance(database, owner) == before


def test_one_that_failed_by_chance_is_paid_and_drawn_when_somebody_asks_again(
    database: Database, owner: str, model_id: str
) -> None:
    before, wanted = balance(database, owner), link(model_id)
    ask(database, owner, wanted)
    held = claimed(database)
    with database.begin() as session:
        assert scheduling.settle_error(session, held, Failure(LOST, "gone"), retry=False, max_attempts=ATTEMPTS)
    assert balance(database, owner) == before
    ask(database, owner, wanted)
    ask(database, owner, wanted)
    assert balance(database, owner) == before - 1
    draw(database, claimed(database))
    assert found(database, wanted).state == TaskState.DONE


@on_sqlite
def test_a_worker_that_dies_costs_nothing_but_an_attempt(database: Database, owner: str, model_id: str) -> None:
    ask(database, owner, link(model_id))
    held = claim(database, lease_seconds=-1)
    assert held is not None
    with database.begin() as session:
        taken = scheduling.take_back(session, max_attempts=ATTEMPTS)
    assert taken is not None
    assert taken.again
    again = claimed(database)
    assert again.output_prefix(*again.variants) != held.output_prefix(*held.variants)
    draw(database, again)
    with database.begin() as session:
        assert not scheduling.settle_done(session, held, files(held, pictures.FILE))
        assert leftovers_of_work.of_claim(session, held) == [held.output_prefix(*held.variants)]


@on_sqlite
def test_a_link_leads_somewhere_while_its_key_its_model_and_its_account_are_there(
    database: Database, owner: str, model_id: str
) -> None:
    with database.begin() as session:
        signed = picture_links.sign(session, owner, link(model_id), TEXT, "a key")
        assert picture_links.owner(session, model_id, TEXT, signed) == owner
        for wrong in (signed[:-1] + "x", "", "ä"):
            with pytest.raises(Forbidden):
                picture_links.owner(session, model_id, TEXT, wrong)
        with pytest.raises(Forbidden):
            picture_links.owner(session, model_id, TEXT + "x", signed)
        with pytest.raises(Forbidden):
            picture_links.owner(session, "nobodysmodel", TEXT, signed)
        assert picture_links.secret(session, owner) == picture_links.secret(session, owner)
        picture_links.replace_secret(session, owner)
        with pytest.raises(Forbidden):
            picture_links.owner(session, model_id, TEXT, signed)
        signed = picture_links.sign(session, owner, link(model_id), TEXT, "a key")
        catalog.delete_model(session, owner, model_id)
        with pytest.raises(ModelNotFound):
            picture_links.owner(session, model_id, TEXT, signed)


@on_sqlite
def test_names_that_the_model_lacks_make_no_link(database: Database, owner: str) -> None:
    with database.begin() as session:
        made = upload(database, owner).model_id
        session.execute(update(Model).values(contents={"variants": ["Oak"], "animations": []}))
    ash = dataclasses.replace(STILL, material_variant="Ash")
    with database.begin() as session, pytest.raises(InvalidSettings, match="Oak"):
        picture_links.sign(session, owner, link(made, settings=ash), TEXT, "a key")


@on_sqlite
def test_an_exact_picture_is_free_small_and_of_the_very_frame(database: Database, owner: str, model_id: str) -> None:
    before = balance(database, owner)
    settings = RenderSettings(quality="4k", aspect="9:16", effect="zoom-orbit", length=4.0, bg_color="#ff8800")
    picture_id = ask_exactly(database, owner, model_id, 0.5, settings=settings)
    assert balance(database, owner) == before
    held = claimed(database)
    spec = PictureSpec.from_json(held.spec)
    assert (spec.index, spec.frames.width, spec.frames.height) == (60, 720, 1280)
    assert (spec.frames.effect, spec.frames.frame_count) == ("zoom-orbit", 120)
    assert held.variants[picture_id]["backdrop"]["color"] == "#ff8800"
    assert exact_pictures.exact(settings, 1.0).spec.index == 119
    still = exact_pictures.exact(dataclasses.replace(STILL, transparent=True, azimuth=30.0), 0.7)
    assert (still.spec.index, still.spec.frames.frame_count, still.variant.transparent) == (0, 1, True)
    assert exact_pictures.exact(RenderSettings(output="dataset", effect="dataset"), 0.5).spec.index == 90


def test_an_exact_picture_goes_ahead_of_its_accounts_previews_and_orders(
    database: Database, owner: str, model_id: str
) -> None:
    with database.begin() as session:
        ordering.create_render(session, owner, model_id, SHARE)
    upload(database, owner, "another model")
    picture_id = ask_exactly(database, owner, model_id)
    first = claimed(database)
    assert (first.priority, [*first.variants]) == (Priority.INTERACTIVE, [picture_id])
    assert claimed(database).priority == Priority.AWAITED


@on_sqlite
def test_exact_pictures_leave_each_other_account_its_turn(database: Database, owner: str, model_id: str) -> None:
    patient = sign_up(database)
    upload(database, patient)
    while (held := claim(database)) is not None and owner == account_of(database, held):
        settle(database, held)
    for number in range(5):
        ask_exactly(database, owner, model_id, number / 10, person=f"Person{number}")
    served = [account_of(database, claimed(database)) for _ in range(2)]
    assert served == [owner, patient]  # who waits with less in flight is next


def account_of(database: Database, held: Claim) -> str:
    with database.read() as session:
        return session.scalars(select(Segment.account_id).where(Segment.id == held.segment_id)).one()


@on_sqlite
def test_a_person_gets_one_every_few_seconds_and_the_same_again_at_any_time(
    database: Database, owner: str, model_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact_pictures, "EVERY_S", 30.0)
    first = ask_exactly(database, owner, model_id)
    assert ask_exactly(database, owner, model_id) == first
    with pytest.raises(TooManyRequests) as refused:
        ask_exactly(database, owner, model_id, 0.5)
    assert 0 < (refused.value.retry_after or 0) <= 30
    assert ask_exactly(database, owner, model_id, 0.5, person="SomebodyElse") != first


def test_what_a_person_no_longer_waits_for_is_dropped(database: Database, owner: str, model_id: str) -> None:
    old = ask_exactly(database, owner, model_id)
    held = claimed(database)
    new = ask_exactly(database, owner, model_id, 0.5)
    with database.begin() as session:
        assert not scheduling.settle_done(session, held, files(held, pictures.FILE))
        with pytest.raises(ImageNotFound):
            pictures.get(session, owner, old)
    assert [*claimed(database).variants] == [new]
    assert (count(database, Picture), count(database, Segment)) == (1, 1 + segments_of_renders(database))


def segments_of_renders(database: Database) -> int:
    with database.read() as session:
        segments = select(func.count(Segment.id)).join(Task).where(Task.kind != pictures.KIND)
        return session.scalar(segments) or 0


@on_sqlite
def test_one_that_failed_is_drawn_anew(database: Database, owner: str, model_id: str) -> None:
    old = ask_exactly(database, owner, model_id)
    assert fail(database, claimed(database))
    assert ask_exactly(database, owner, model_id) != old
    assert count(database, Picture) == 1


@on_sqlite
def test_it_shows_overlays_and_no_strangers_model(database: Database, owner: str, model_id: str) -> None:
    with database.begin() as session:
        overlay_id = overlays.add(
            session, owner, storage_key="overlays/a", content_type="image/png", file_size=8, width=1, height=1
        ).id
    ask_exactly(database, owner, model_id, settings=RenderSettings(bg_image_id=overlay_id))
    assert claimed(database).inputs[overlay_id] == "overlays/a"
    with pytest.raises(ModelNotFound):
        ask_exactly(database, sign_up(database), model_id)


def test_exact_pictures_go_after_a_day_and_linked_ones_with_their_model(
    database: Database, owner: str, model_id: str
) -> None:
    ask_exactly(database, owner, model_id)
    draw(database, claimed(database))
    ask(database, owner, link(model_id))
    with database.begin() as session:
        session.execute(update(Picture).values(created_at=clock.now() - dt.timedelta(days=2)))
        session.execute(update(Model).values(created_at=clock.now() - dt.timedelta(days=2)))
        rule = next(rule for rule in retention.RULES if rule.name == "pictures")
        [(picture_id, account_id)] = retention.due(session, rule, 1)
        assert retention.foreseen(session, rule, 1).bytes == 7
    dropped: list[str] = []
    with unit(database, dropped) as session:
        assert not pictures.remove_of_a_deleted_model(session)
        rule.delete(session, account_id, picture_id)
        assert retention.due(session, rule, 1) == []
        assert leftovers.unneeded(session, "pictures", [picture_id]) == {picture_id}
        catalog.delete_model(session, owner, model_id, kept=dt.timedelta(days=1))
        assert not pictures.remove_of_a_deleted_model(session)  # its owner may have it back
        session.execute(update(Model).values(discard_at=clock.now()))
        linked = found(database, link(model_id)).id
        before = ledger.balance(session, owner)
        assert pictures.remove_of_a_deleted_model(session)
        assert not pictures.remove_of_a_deleted_model(session)
        assert ledger.balance(session, owner) == before + 1  # nobody had drawn it
    assert dropped == [f"pictures/{picture_id}", f"pictures/{linked}"]
    assert claim(database) is None
    assert count(database, Picture) == 0

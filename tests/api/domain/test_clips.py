"""Orders that name an animation are checked as soon as a worker has read the model, and cost nothing if refused."""

import pytest

from api.db.session import Database
from api.domain import clips, renders
from api.errors import InvalidSettings
from renderer.spec import RenderSettings
from tests.api.domain.support import balance, sign_up, upload

WALK, FLY = RenderSettings(animation="Walk"), RenderSettings(animation="Fly")


def note(database: Database, model_id: str, names: list[str]) -> None:
    with database.begin() as session:
        clips.note_clips(session, model_id, names)


def test_an_animation_that_the_model_lacks_is_refused_once_the_model_is_known(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload(database, account_id).model_id
    with database.begin() as session:
        renders.create_render(session, account_id, model_id, FLY)  # nobody has read the file yet
    note(database, model_id, ["Survey", "Walk"])
    credits = balance(database, account_id)
    message = 'no animation "Fly"; it has "Survey", "Walk"'
    with pytest.raises(InvalidSettings, match=message) as refused, database.begin() as session:
        renders.create_render(session, account_id, model_id, FLY)
    assert refused.value.param == "animation"
    with pytest.raises(InvalidSettings) as refused, database.begin() as session:
        renders.create_renders(session, account_id, [(model_id, WALK), (model_id, FLY)])
    assert refused.value.param == "renders[1].renderSettings.animation"
    with pytest.raises(InvalidSettings):
        upload(database, account_id, settings=FLY)  # the same bytes again
    assert balance(database, account_id) == credits


def test_known_animations_and_the_first_one_whatever_it_is_are_accepted(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload(database, account_id).model_id
    note(database, model_id, [])
    with database.begin() as session:
        renders.create_render(session, account_id, model_id, RenderSettings(animation="*"))
    other = upload(database, account_id, "a walking chair").model_id
    note(database, other, ["Walk"])
    with database.begin() as session:
        renders.create_render(session, account_id, other, WALK)


def test_names_that_no_setting_can_hold_are_left_out(database: Database) -> None:
    model_id = upload(database, sign_up(database)).model_id
    note(database, model_id, ["", "a\x00b", "\ud800", "x" * 201, "Wälk"])
    with database.read() as session:
        assert clips.known_clips(session, {model_id}) == {model_id: ["Wälk"]}


def test_a_model_with_too_many_animations_stays_unknown(database: Database) -> None:
    model_id = upload(database, sign_up(database)).model_id
    note(database, model_id, [f"clip {index}" for index in range(clips.MAX_CLIPS + 1)])
    with database.read() as session:
        assert clips.known_clips(session, {model_id}) == {}

"""Orders that name a part of the model are checked as soon as a worker has read it, and cost nothing if refused."""

from collections.abc import Sequence

import pytest

from api.db.session import Database
from api.domain.catalog import contents
from api.domain.renders import ordering, outcomes
from api.domain.work import scheduling
from api.errors import InvalidSettings
from renderer.spec import RenderSettings
from tests.api.domain.support import balance, claim_of, get, inspect, sign_up, upload, upload_unread

WALK, FLY = RenderSettings(animation="Walk"), RenderSettings(animation="Fly")


def note(database: Database, animations: list[str], variants: Sequence[str] = ()) -> None:
    """A worker reads the models that wait for it."""
    clips = [{"name": name, "duration": 1.0} for name in animations]
    inspect(database, {"animations": clips, "variants": variants, "warnings": []})


def known(database: Database, model_id: str) -> contents.Names:
    with database.read() as session:
        return contents.known_names(session, {model_id})[model_id]


def test_an_animation_that_the_model_lacks_is_refused_once_the_model_is_known(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload_unread(database, account_id).model_id
    with database.begin() as session:
        ordering.create_render(session, account_id, model_id, FLY)  # nobody has read the file yet
    note(database, ["Survey", "Walk"])
    credits = balance(database, account_id)
    message = 'no animation "Fly"; it has "Survey", "Walk"'
    with pytest.raises(InvalidSettings, match=message) as refused, database.begin() as session:
        ordering.create_render(session, account_id, model_id, FLY)
    assert refused.value.param == "animation"
    with pytest.raises(InvalidSettings) as refused, database.begin() as session:
        ordering.create_renders(session, account_id, [(model_id, WALK), (model_id, FLY)])
    assert refused.value.param == "orders[1].settings.animation"
    with pytest.raises(InvalidSettings):
        upload_unread(database, account_id, settings=FLY)  # the same bytes again
    assert balance(database, account_id) == credits


def test_known_animations_and_the_first_one_whatever_it_is_are_accepted(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload_unread(database, account_id).model_id
    note(database, [])
    with database.begin() as session:
        ordering.create_render(session, account_id, model_id, RenderSettings(animation="*"))
    other = upload_unread(database, account_id, "a walking chair").model_id
    note(database, ["Walk"])
    with database.begin() as session:
        ordering.create_render(session, account_id, other, WALK)


@pytest.mark.parametrize("animation", ["*", "Walk"])
def test_a_moment_after_the_end_of_an_animation_is_refused_once_the_model_is_known(
    database: Database, animation: str
) -> None:
    account_id = sign_up(database)
    model_id = upload_unread(database, account_id).model_id
    late, last = (RenderSettings(output="image", animation=animation, time=time) for time in (1.01, 1.0))
    with database.begin() as session:
        ordering.create_render(session, account_id, model_id, late)  # nobody knows yet
    note(database, ["Walk"])
    with database.begin() as session:
        ordering.create_render(session, account_id, model_id, last)
        ordering.create_render(session, account_id, model_id, RenderSettings(animation=animation, time=9))  # a video
    with pytest.raises(InvalidSettings, match="the animation lasts 1 s") as refused, database.begin() as session:
        ordering.create_render(session, account_id, model_id, late)
    assert refused.value.param == "time"


def test_names_that_no_setting_can_hold_are_left_out(database: Database) -> None:
    model_id = upload_unread(database, sign_up(database)).model_id
    note(database, ["", "a\x00b", "\ud800", "x" * 201, "Wälk"])
    assert known(database, model_id) == {"animation": ["Wälk"], "material_variant": []}


def test_of_a_model_with_too_many_animations_they_stay_unknown(database: Database) -> None:
    model_id = upload_unread(database, sign_up(database)).model_id
    note(database, [f"clip {index}" for index in range(contents.MAX_ITEMS + 1)], ["Red"])
    assert known(database, model_id) == {"material_variant": ["Red"]}


def test_a_material_variant_that_the_model_lacks_is_refused_once_the_model_is_known(database: Database) -> None:
    account_id = sign_up(database)
    model_id = upload_unread(database, account_id).model_id
    red, green = RenderSettings(material_variant="Red"), RenderSettings(material_variant="Green")
    with database.begin() as session:
        ordering.create_render(session, account_id, model_id, green)  # nobody has read the file yet
    note(database, [], ["Red", "Blue"])
    credits = balance(database, account_id)
    with database.begin() as session:
        ordering.create_render(session, account_id, model_id, red)
    message = 'no material variant "Green"; it has "Red", "Blue"'
    with pytest.raises(InvalidSettings, match=message) as refused, database.begin() as session:
        ordering.create_render(session, account_id, model_id, green)
    assert refused.value.param == "material_variant"
    assert balance(database, account_id) == credits - 1


def test_warnings_are_told_of_all_the_renders_and_storable(database: Database) -> None:
    account_id = sign_up(database)
    uploaded = upload(database, account_id)
    assert get(database, account_id, uploaded.render_id).warnings == ()
    held = claim_of(database, uploaded.render_id)
    with database.begin() as session:
        scheduling.tell(session, held, {"warnings": ["the extension a\x00b is ignored", "x" * 1000]})
        scheduling.tell(session, held, {"warnings": []})  # by a later part that found none
    told = get(database, account_id, uploaded.render_id).warnings
    assert told == ("the extension a\ufffdb is ignored", "x" * outcomes.WARNING_LENGTH)
    with database.begin() as session:
        scheduling.tell(session, held, {"warnings": ["again"] * (outcomes.MOST_WARNINGS + 1)})
    assert len(get(database, account_id, uploaded.render_id).warnings) == outcomes.MOST_WARNINGS

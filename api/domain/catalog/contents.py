"""What models contain, known once a worker has read the file: then an order that names something else is refused."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Model
from api.domain.kit.texts import REPLACED, storable

NAMED = {"animation": "animations", "material_variant": "variants"}
"""The render settings that name a part of the model, and which of its contents they name."""

MAX_ITEMS = 1000
"""Of one sort that are kept. Of models with more, orders are checked when they are drawn."""

MAX_TEXT = 500
"""Characters of a name or a warning that are kept."""

Names = dict[str, list[str]]
"""The names of a model's parts by the setting that can name them; without sorts that are unknown."""


def storable_contents(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a worker tells of a model, cut to what every database can store. Lists that are cut have no names."""
    return {name: _storable(value) for name, value in told.items()}


def known_names(session: Session, model_ids: Collection[str]) -> dict[str, Names]:
    """By model id, without the models that no worker has read yet."""
    if not model_ids:
        return {}
    known = select(Model.id, Model.contents).where(Model.id.in_(model_ids), Model.contents.is_not(None))
    return {model_id: names_in(contents) for model_id, contents in session.execute(known) if contents is not None}


def names_in(contents: Mapping[str, Any]) -> Names:
    """The names that settings can hold, where all of them are known."""
    found: Names = {}
    for setting, sort in NAMED.items():
        items = contents.get(sort)
        if isinstance(items, list) and len(items) < MAX_ITEMS:
            names = [item["name"] if isinstance(item, dict) else item for item in items]
            found[setting] = [name for name in names if _nameable(name)]
    return found


def known_durations(session: Session, model_ids: Collection[str]) -> dict[str, dict[str, float]]:
    """Seconds that the animations of each model last, by what the setting can hold: their names, and "*" for the first.
    Without the models that no worker has read yet."""
    if not model_ids:
        return {}
    known = select(Model.id, Model.contents).where(Model.id.in_(model_ids), Model.contents.is_not(None))
    found = {}
    for model_id, contents in session.execute(known):
        clips = [(each["name"], float(each["duration"])) for each in (contents or {}).get("animations", ())]
        first = {"*": clips[0][1]} if clips else {}
        found[model_id] = first | dict(reversed(clips))  # of equal names the first is played
    return found


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value, MAX_TEXT)
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value[:MAX_ITEMS]]
    if isinstance(value, dict):
        return {storable(name, MAX_TEXT): _storable(item) for name, item in list(value.items())[:MAX_ITEMS]}
    return value


def _nameable(name: str) -> bool:
    """Whether a setting can hold the name, and the database holds it as it is in the file."""
    return 1 <= len(name) <= 200 and REPLACED not in name

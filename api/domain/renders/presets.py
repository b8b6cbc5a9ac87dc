"""Presets: looks that an account has named. Everybody who works in the account chooses among them."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import Preset
from api.domain.kit.texts import checked_text
from api.errors import InvalidRequest, InvalidSettings, NotFound
from api.ids import new_id
from renderer.errors import SettingsError
from renderer.spec import SETTINGS, parse_settings

MOST = 100
"""Of an account: a list that people still look through."""
MAX_NAME_LENGTH = 60

_NAMES = frozenset(row.name for row in SETTINGS)


@dataclasses.dataclass(frozen=True, slots=True)
class PresetView:
    id: str
    name: str
    settings: dict[str, Any]


def list_presets(session: Session, account_id: str) -> list[PresetView]:
    """In the order of their names."""
    rows = session.execute(
        select(Preset.id, Preset.name, Preset.settings).where(Preset.account_id == account_id).order_by(Preset.name)
    )
    return [PresetView(*row) for row in rows]


def save(session: Session, account_id: str, name: str, settings: Mapping[str, Any]) -> PresetView:
    """A new preset, or the one of that name with other settings. Raises InvalidRequest and InvalidSettings."""
    if not (text := checked_text("name", name, MAX_NAME_LENGTH)):
        raise InvalidRequest(f"name must have 1 to {MAX_NAME_LENGTH} characters", param="name")
    kept = {key: value for key, value in settings.items() if key in _NAMES and value is not None}
    try:
        parse_settings(kept)
    except SettingsError as error:
        raise InvalidSettings(str(error), param=error.field) from None
    count = session.scalar(
        select(func.count()).select_from(Preset).where(Preset.account_id == account_id, Preset.name != text)
    )
    if (count or 0) >= MOST:
        raise InvalidRequest(f"An account has {MOST} presets at most; delete one first")
    made = insert(session, Preset).values(
        id=new_id(), account_id=account_id, name=text, settings=kept, created_at=clock.now()
    )
    row = session.execute(
        made.on_conflict_do_update(
            index_elements=[Preset.account_id, Preset.name], set_={"settings": made.excluded.settings}
        ).returning(Preset.id, Preset.name, Preset.settings)
    ).one()
    return PresetView(*row)


def remove(session: Session, account_id: str, preset_id: str) -> None:
    """Raises NotFound, also for another account's."""
    removed = session.scalar(
        delete(Preset).where(Preset.id == preset_id, Preset.account_id == account_id).returning(Preset.id)
    )
    if removed is None:
        raise NotFound("No such preset")

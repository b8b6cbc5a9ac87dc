"""The animation clips of models, known once a worker has read the file: then an order that names another is refused."""

import unicodedata
from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.db.tables import Model

MAX_CLIPS = 1000
"""Models with more are left unknown, and their orders are checked when they are drawn."""


def note_clips(session: Session, model_id: str, names: Sequence[str]) -> None:
    """Remembers a model's clips: those that a render setting can name and that every database can store."""
    if len(names) > MAX_CLIPS:
        return
    session.execute(
        update(Model)
        .where(Model.id == model_id, Model.clip_names.is_(None))
        .values(clip_names=[name for name in names if _nameable(name)])
    )


def known_clips(session: Session, model_ids: Collection[str]) -> dict[str, list[str]]:
    """The clips' names by model id, without the models that no worker has read yet."""
    if not model_ids:
        return {}
    found = session.execute(
        select(Model.id, Model.clip_names).where(Model.id.in_(model_ids), Model.clip_names.is_not(None))
    )
    return {model_id: names for model_id, names in found if names is not None}


def _nameable(name: str) -> bool:
    return 1 <= len(name) <= 200 and not any(unicodedata.category(character) in ("Cc", "Cs") for character in name)

"""What models contain, known once a worker has read the file: then an order that names something else is refused."""

import unicodedata
from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.db.tables import Model, Render
from api.domain.kit.texts import storable

NAMED = {"animation": "animation", "material_variant": "material variant"}
"""The render settings that name a part of the model, and what users call such a part."""

MAX_NAMES = 1000
"""Of one sort. Of models with more it stays unknown what they are, and their orders are checked when they are drawn."""

WARNING_LENGTH = 500
"""Characters of a warning that are kept."""

Names = dict[str, list[str]]
"""The names of a model's parts by the setting that can name them; without sorts that are unknown."""


def note_contents(session: Session, model_id: str, *, animations: Sequence[str], variants: Sequence[str]) -> None:
    """Remembers a model's parts: those that a render setting can name and that every database can store."""
    found = {"animation": animations, "material_variant": variants}
    names = {
        setting: [name for name in parts if _nameable(name)]
        for setting, parts in found.items() if len(parts) <= MAX_NAMES
    }  # fmt: skip
    session.execute(update(Model).where(Model.id == model_id, Model.contents.is_(None)).values(contents=names))


def note_warnings(session: Session, render_ids: Collection[str], warnings: Sequence[str]) -> None:
    """Tells the renders' owner what of the model isn't shown. Every attempt finds the same, so it needs no claim."""
    if warnings:
        told = [storable(warning, WARNING_LENGTH) for warning in warnings]
        session.execute(update(Render).where(Render.id.in_(render_ids)).values(warnings=told))


def known_contents(session: Session, model_ids: Collection[str]) -> dict[str, Names]:
    """The names by model id, without the models that no worker has read yet."""
    if not model_ids:
        return {}
    known = select(Model.id, Model.contents).where(Model.id.in_(model_ids), Model.contents.is_not(None))
    return {model_id: names for model_id, names in session.execute(known) if names is not None}


def _nameable(name: str) -> bool:
    return 1 <= len(name) <= 200 and not any(unicodedata.category(character) in ("Cc", "Cs") for character in name)

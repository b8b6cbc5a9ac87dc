"""Projects know a model by the id of its announced upload. A model of the catalog that was never announced gets such an
id here, so that a project can be made of it."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Model, Upload
from api.domain.projects.uploads import MAX_NAME_LENGTH
from api.errors import ModelNotFound
from api.ids import is_id, new_id


def uploads_of(session: Session, account_id: str, model_ids: Sequence[str]) -> list[str]:
    """For each of the account's models the id of an announcement that it came of, in the given order. A model that came
    by another way gets one, confirmed, with the model's title as its name.

    Raises ModelNotFound, also for another account's.
    """
    wanted = [model_id for model_id in model_ids if is_id(model_id)]
    models = {
        row.id: row
        for row in session.execute(
            select(Model.id, Model.title, Model.original_name)
            .where(Model.id.in_(wanted), Model.account_id == account_id, Model.deleted_at.is_(None))
            .with_for_update(key_share=True)  # nobody deletes one meanwhile
        )
    }
    if missing := [model_id for model_id in model_ids if model_id not in models]:
        raise ModelNotFound(f"There is no model {missing[0]}", param="model_ids")
    found = dict(session.execute(
        select(Upload.model_id, func.min(Upload.id))
        .where(Upload.model_id.in_(models), Upload.account_id == account_id)
        .group_by(Upload.model_id)
    ).all())  # fmt: skip
    moment = clock.now()
    rows = [
        {"id": new_id(), "account_id": account_id, "model_id": row.id, "file_name": row.original_name,
         "name": (row.title or PurePosixPath(row.original_name).stem)[:MAX_NAME_LENGTH],
         "file_type": PurePosixPath(row.original_name).suffix[1:].lower()[:10] or "glb",
         "created_at": moment, "expires_at": moment}
        for row in models.values() if row.id not in found
    ]  # fmt: skip
    if rows:
        session.execute(insert(Upload), rows)
        found |= {row["model_id"]: row["id"] for row in rows}
    return [found[model_id] for model_id in model_ids]

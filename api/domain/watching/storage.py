"""Who uses how much of the storage, and for what."""

import dataclasses

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from api.db.tables import Account, Model, Overlay, Render, Result


@dataclasses.dataclass(frozen=True, slots=True)
class Usage:
    """`bytes` and `files` by what they are: model, overlay, or the output of renders and what else was made."""

    email: str
    total_bytes: int
    files: dict[str, int]
    bytes: dict[str, int]


def by_account(session: Session, most: int) -> list[Usage]:
    """The accounts that use most, the greatest first. Reads every file's row."""
    models = select(Model.account_id, literal("model").label("what"), Model.file_size.label("size")).where(
        Model.file_size > 0
    )
    overlays = select(Overlay.account_id, literal("overlay"), Overlay.file_size).where(Overlay.account_id.is_not(None))
    results = select(
        Result.account_id, func.coalesce(Render.output, Result.subject_kind), Result.size
    ).outerjoin(Render, Render.id == Result.subject_id)
    files = union_all(models, overlays, results).subquery()
    rows = session.execute(
        select(Account.email, files.c.what, func.count(), func.sum(files.c.size))
        .join(Account, Account.id == files.c.account_id)
        .group_by(Account.email, files.c.what)
    )
    found: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
    for email, what, count, size in rows:
        counts, sizes = found.setdefault(email, ({}, {}))
        counts[what], sizes[what] = count, int(size)
    usages = [Usage(email, sum(sizes.values()), counts, sizes) for email, (counts, sizes) in found.items()]
    return sorted(usages, key=lambda usage: (-usage.total_bytes, usage.email))[:most]

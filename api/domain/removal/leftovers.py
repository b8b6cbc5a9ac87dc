"""Files that no row needs any more: those of deleted models, and what a crash left between two steps.

Whoever stores a file and then commits may die in between, and so may who commits and then deletes. So the sweeper looks
through the storage from time to time, and takes away what is old and needed by nothing in the database.
"""

import datetime as dt
from collections.abc import Callable, Collection

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import (
    DeletedRender,
    FlowInput,
    FlowStep,
    Model,
    Overlay,
    Picture,
    Render,
    Result,
    ResumableUpload,
    Task,
    Upload,
)
from api.domain.removal import uploads
from api.domain.renders import resumable
from api.domain.renders.states import UNFINISHED
from api.domain.work.states import TaskState

GRACE = dt.timedelta(hours=6)
"""How long everything stays at least: longer than from storing a file until the row that names it is committed."""


def unneeded(session: Session, folder: str, names: Collection[str]) -> set[str]:
    """Those of the files and folders `names`, which are older than `GRACE`, that no row needs; `folder` of FOLDERS."""
    return set(names).difference(FOLDERS[folder](session, names))


def _models(session: Session, names: Collection[str]) -> list[str]:
    """Files of models that are there, or can be had back, or were there a while ago, or have renders that somebody
    still has to draw.

    A converted model's file lies in a folder of the model's id.
    """
    drawn = exists().where(Render.model_id == Model.id, Render.status.in_(UNFINISHED))
    keys = session.scalars(
        select(Model.storage_key).where(
            or_(Model.storage_key.in_([f"models/{name}" for name in names]), Model.id.in_(names)),
            or_(
                Model.deleted_at.is_(None), Model.discard_at.is_not(None) & (Model.file_size > 0),
                Model.deleted_at >= clock.now() - GRACE, drawn,
            ),
        )
    )
    return [key.removeprefix("models/").partition("/")[0] for key in keys]


def _of_models(session: Session, names: Collection[str]) -> Collection[str]:
    """What was made of models whose own files are still there: `removal.models` drops all of it together."""
    return session.scalars(select(Model.id).where(Model.id.in_(names), Model.file_size > 0)).all()


def _overlays(session: Session, names: Collection[str]) -> list[str]:
    """All that have a row: `removal.overlays` knows when one goes, and its file with it."""
    keys = session.scalars(
        select(Overlay.storage_key).where(Overlay.storage_key.in_(f"overlays/{name}" for name in names))
    )
    return [key.removeprefix("overlays/") for key in keys]


def _uploads(session: Session, names: Collection[str]) -> Collection[str]:
    """Files of announced models that may still be confirmed. After that, models' files lie elsewhere."""
    confirmable = Upload.model_id.is_(None), Upload.expires_at >= clock.now() - uploads.KEPT
    return session.scalars(select(Upload.id).where(Upload.id.in_(names), *confirmable)).all()


def _parts(session: Session, names: Collection[str]) -> Collection[str]:
    """Of uploads that may go on. Those that are complete need none."""
    unfinished = ResumableUpload.model_id.is_(None)
    return session.scalars(select(ResumableUpload.id).where(ResumableUpload.id.in_(names), unfinished)).all()


def _renders(session: Session, names: Collection[str]) -> Collection[str]:
    deleted = select(DeletedRender.id).where(DeletedRender.id.in_(names))
    return session.scalars(select(Render.id).where(Render.id.in_(names)).union_all(deleted)).all()


def _pictures(session: Session, names: Collection[str]) -> Collection[str]:
    return session.scalars(select(Picture.id).where(Picture.id.in_(names))).all()


def _inputs(session: Session, names: Collection[str]) -> Collection[str]:
    return session.scalars(select(FlowInput.id).where(FlowInput.id.in_(names))).all()


def _steps(session: Session, names: Collection[str]) -> Collection[str]:
    return session.scalars(select(FlowStep.task_id).where(FlowStep.task_id.in_(names))).all()


def _tasks(session: Session, names: Collection[str]) -> Collection[str]:
    """Parts that are still to be joined."""
    return session.scalars(select(Task.id).where(Task.id.in_(names), Task.state == TaskState.OPEN)).all()


FOLDERS: dict[str, Callable[[Session, Collection[str]], Collection[str]]] = {
    "models": _models,
    "overlays": _overlays,
    "thumbnails": _of_models,
    "usdzs": _of_models,
    "renders": _renders,
    "pictures": _pictures,
    "inputs": _inputs,
    "steps": _steps,
    "tasks": _tasks,
    "uploads": _uploads,
    resumable.FOLDER: _parts,
    "shots": _tasks,  # where older versions kept parts
}
"""Where the storage has files, and which of some names there somebody needs."""

ATTEMPTED = ("thumbnails", "usdzs", "renders", "pictures", "steps")
"""The folders in which each owner's has one for each attempt that stored something for it."""

LOOK_BACK = dt.timedelta(days=1)
"""For so long after GRACE it is looked into an owner's folder that has changed, for attempts that nobody needs: longer
than a farm is without a sweeper, and still a small share of all folders."""


def stray_attempts(session: Session, owner_ids: Collection[str], attempts: Collection[str]) -> set[str]:
    """Those of the `attempts`, folders of files of these owners that are older than `GRACE`, that no result is in.

    What an attempt stores before it ends is published at once: none that is at work is older and without a result.
    """
    keys = session.scalars(select(Result.key).where(Result.subject_id.in_(owner_ids)))
    return set(attempts).difference(key.rpartition("/")[0] for key in keys)

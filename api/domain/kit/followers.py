"""Who goes on when something has ended: nouns above those that the ended subjects belong to, named by their place.

A follower is called in the transaction that ended the subjects, with their ids, and decides by one query whether any
of them concerns it. What it then has to do is another unit's work: see `unit.note_next`.
"""

import functools
import pkgutil
from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

Follower = Callable[[Session, Collection[str]], None]

FOLLOWERS: dict[str, tuple[str, ...]] = {
    "model": ("api.domain.projects.progress:models_ended",),
    "thumbnail": ("api.domain.projects.progress:thumbnails_ended",),
    "render": ("api.domain.projects.progress:renders_ended",),
    "render_job": ("api.domain.projects.progress:render_jobs_ended",),
}
"""By what has ended, done or failed: a model's inspection or its thumbnail, by the model's id; a render; a job of many
renders."""


def tell(session: Session, subject: str, ids: Collection[str]) -> None:
    if ids:
        for place in FOLLOWERS[subject]:
            _found(place)(session, ids)


@functools.cache
def _found(place: str) -> Follower:
    found: Follower = pkgutil.resolve_name(place)
    return found

"""What a kind of work does to the rows of its owners: of those who asked for it, such as renders or a model.

A kind is a row of `KINDS`. The scheduling of tasks knows kinds by these rows alone, and calls the outcome within the
transaction that moves the task. Outcomes are named by their place and looked up when they are needed, because they
belong to nouns above this package, which it must not import.
"""

import dataclasses
import functools
import pkgutil
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.orm import Session

from api.domain.kit.failures import Failure
from api.domain.kit.files import FileView
from api.domain.work import costs
from api.domain.work.costs import Cost

Variants = dict[str, dict[str, Any]]
"""What of a task is made for each of its owners, by the owner's id. Only the code of the kind reads it."""

OwnerFiles = Mapping[str, Mapping[str, FileView]]
"""Stored files by name, by the owner's id."""


class Outcome(Protocol):
    """All methods get the id of a task of their kind, and change the rows of its owners that are not final."""

    subject: str
    """What its owners are, as rows of `results` and of the ledger name it."""

    def owners(self, session: Session, task_id: str) -> list[str]:
        """The ids of the owners that still wait for the task, sorted."""

    def begun(self, session: Session, task_id: str) -> Variants:
        """A worker has claimed some of the task. What it should make, for those owners."""

    def told(self, session: Session, task_id: str, told: Mapping[str, Any]) -> None:
        """The worker says something about the work before it is finished, in the kind's own words."""

    def advanced(self, session: Session, task_id: str) -> None:
        """A worker at the task was heard of."""

    def published(self, session: Session, task_id: str, files: OwnerFiles) -> None:
        """The first files of the owners may be fetched."""

    def set_back(self, session: Session, task_id: str, *, at_work: bool) -> None:
        """Work was lost that somebody has to do again; `at_work` says whether others are still at the task."""

    def finished(self, session: Session, task_id: str, files: OwnerFiles, told: Mapping[str, Any]) -> dict[str, str]:
        """All files are stored. Returns the inputs, storage keys by name, that tasks waiting for this one get of it."""

    def failed(self, session: Session, task_id: str, failure: Failure) -> None:
        """There will be no result, because of an error or, with the code CANCELLED, because nobody wants one."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """`queue` is what workers choose by; `outcome` is where the kind's Outcome is, as "package.module:NAME"; `cost` is
    what its work should take."""

    queue: str
    outcome: str
    cost: Cost


KINDS: dict[str, Kind] = {
    "inspect": Kind("inspect", "api.domain.catalog.inspection:INSPECTION", costs.INSPECTION),
    "video": Kind("render", "api.domain.renders.outcomes:RENDERS", costs.FRAMES),
    "image": Kind("render", "api.domain.renders.outcomes:RENDERS", costs.FRAMES),
    "stills": Kind("render", "api.domain.renders.outcomes:RENDERS", costs.STILLS),
    "picture": Kind("render", "api.domain.renders.pictures:PICTURES", costs.PICTURES),
    "thumbnail": Kind("render", "api.domain.catalog.thumbnails:THUMBNAILS", costs.STILLS),
    "usdz": Kind("inspect", "api.domain.catalog.usdz:USDZ", costs.CONVERSION),
    "dataset": Kind("render", "api.domain.renders.outcomes:RENDERS", costs.VIEWS),
    "generate-image": Kind("generate", "api.domain.generations.outcomes:STEPS_OF_FLOWS", costs.GENERATION),
    "generate-mesh": Kind("generate", "api.domain.generations.outcomes:STEPS_OF_FLOWS", costs.GENERATION),
    "optimise": Kind("generate", "api.domain.generations.outcomes:STEPS_OF_FLOWS", costs.OPTIMISATION),
    "generated-usdz": Kind("generate", "api.domain.generations.outcomes:STEPS_OF_FLOWS", costs.CONVERSION),
}


def queues() -> tuple[str, ...]:
    """The queues of all kinds, sorted."""
    return tuple(sorted({kind.queue for kind in KINDS.values()}))


def outcomes_of(kind: str) -> list[Outcome]:
    """The kind's outcome. Of an unknown kind, which another version of the farm may have left, whoever may own it."""
    rows = [KINDS[kind]] if kind in KINDS else KINDS.values()
    return [_found(place) for place in sorted({row.outcome for row in rows})]


@functools.cache
def _found(place: str) -> Outcome:
    """Looked up once: a claim has no time for that."""
    outcome: Outcome = pkgutil.resolve_name(place)
    return outcome

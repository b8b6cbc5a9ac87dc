"""What an Outcome says of work that takes seconds: nothing, until it is finished or has failed.

Outcomes themselves are described in api.domain.work.outcomes, which nouns beside that package can't import.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from api.domain.kit.files import FileView


class ShortWork:
    """Base of an Outcome whose owners get a result in the end and hear of nothing before."""

    def told(self, session: Session, task_id: str, told: Mapping[str, Any]) -> None:
        """What of the model isn't shown, its inspection has told."""

    def advanced(self, session: Session, task_id: str) -> None:
        """It takes too short a time to speak of its progress."""

    def published(self, session: Session, task_id: str, files: Mapping[str, Mapping[str, FileView]]) -> None:
        """There is nothing to be fetched before the end."""

    def set_back(self, session: Session, task_id: str, *, at_work: bool) -> None:
        """Whoever waits goes on waiting."""

    def finished(
        self, session: Session, task_id: str, files: Mapping[str, Mapping[str, FileView]], told: Mapping[str, Any]
    ) -> dict[str, str]:
        """The result is all there is to it."""
        return {}

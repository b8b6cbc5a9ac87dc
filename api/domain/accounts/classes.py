"""Service classes: whose work goes first among accounts that have as much of it in flight. See domain.work.lanes."""

from enum import IntEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from api.db.tables import Account, Lane


class ServiceClass(IntEnum):
    """Lower is sooner."""

    PREFERRED = 0
    STANDARD = 10
    ECONOMY = 20

    @property
    def label(self) -> str:
        """As people write it."""
        return self.name.lower()


LABELS = {each.label: each for each in ServiceClass}


def set_class(session: Session, account_id: str, service_class: ServiceClass) -> None:
    """Holds for what waits already, too."""
    session.execute(update(Lane).where(Lane.account_id == account_id).values(service_class=service_class))
    session.execute(update(Account).where(Account.id == account_id).values(service_class=service_class))

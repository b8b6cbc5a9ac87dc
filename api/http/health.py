"""What every health report is made of, in whatever words a dialect puts it."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from api.domain.work import fleet
from api.domain.work.fleet import WorkerView
from api.http.state import Farm

log = logging.getLogger("api.http")


def list_workers(farm: Farm) -> list[WorkerView] | None:
    """The workers that are up; None if the database does not answer."""
    try:
        with farm.database.read() as session:
            return fleet.list_workers(session)
    except SQLAlchemyError as error:
        log.error("The database does not answer: %s", error)
        return None

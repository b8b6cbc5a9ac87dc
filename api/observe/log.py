"""How every process of a farm logs: one line per event on stderr, with the process's role in it."""

import logging


def configure(level: str, role: str) -> None:
    """Sends log records of `level` and above to stderr. Libraries speak up only when something is wrong."""
    logging.basicConfig(
        level=level.upper(), format=f"%(asctime)s %(levelname)-7s {role}: %(message)s", datefmt="%H:%M:%S", force=True
    )
    for library in ("alembic", "celery", "httpx", "kombu", "sqlalchemy", "uvicorn"):
        logging.getLogger(library).setLevel(logging.WARNING)

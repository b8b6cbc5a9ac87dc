"""Who wants to be told when a workflow has ended."""

from sqlalchemy.orm import Session

from api.domain.webhooks import targets

DIALECT = "glossi"
"""Whose words workflows are told in: no other dialect has any."""

SUBJECT = "workflow"

ENDED = ("job.complete", "job.failed")


def subscribe_job(session: Session, account_id: str, workflow_id: str, url: str) -> None:
    """Has the end of this one workflow told to `url`, which was checked, besides whoever is told of all of them.

    A URL that is told of all of them anyway is told once. That its owner has paused this changes nothing: what is asked
    for here is sent, and nothing else.
    """
    targets.subscribe(
        session, account_id, DIALECT, {workflow_id: url}, subject_kind=SUBJECT, events=ENDED
    )

"""Jobs of the Grok 3D pipeline, which asks nobody for a key: all of them are flows of one account, which is the farm's
own. Its examples are jobs that the farm orders itself.

Sources: "Grok 3D Pipeline API" for ids, titles and descriptions of the examples.
"""

import dataclasses
import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Flow
from api.domain.accounts import accounts, quotas
from api.domain.generations import flows, removal
from api.domain.generations.flows import MAX_PROMPT, FlowView, NewInput, Terms
from api.domain.generations.states import FlowState
from api.domain.generations.templates import PIPELINE, TEMPLATES, TEXT
from api.domain.kit.texts import checked_text
from api.domain.kit.unit import Unit
from api.domain.work.tasks import Priority
from api.errors import JobNotFound, TooManyRequests

ACCOUNT = "grok"
"""The name of the farm's own account that all jobs are of."""

DEADLINE_S = 200.0
"""A job fails after that: the known client gives up after 240 s."""

ID_BYTES = 4

_JOB_ID = re.compile(r"[0-9a-f]{8}|ex_[a-z-]{1,21}")

FULL_RETRY_S = 30
"""In how many seconds some of the jobs that wait will be done."""


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """`prompt` is what this farm makes it of."""

    slug: str
    name: str
    description: str
    prompt: str

    @property
    def job_id(self) -> str:
        return f"ex_{self.slug}"


EXAMPLES = (
    Example(
        "elon-figurine", "Elon Figurine", "Collectible Elon Musk figurine with premium quality design",
        "A collectible figurine of a person in a black jacket and blue trousers on a round golden stand",
    ),
    Example(
        "mars-habitat", "Mars Habitat", "Futuristic Mars habitat dome with sci-fi architecture",
        "A futuristic white Mars habitat dome",
    ),
    Example(
        "xai-robot", "xAI Robot", "Friendly xAI robot mascot with sleek modern design",
        "A friendly white robot with glowing blue eyes",
    ),
)  # fmt: skip


def create_job(session: Session, prompt: str, terms: Terms) -> FlowView:
    """Raises InvalidRequest for a prompt that is empty, too long or has control characters; NoCredits where jobs cost
    something; TooManyRequests where too many wait; StorageLimit where the farm keeps too many."""
    checked_text("prompt", " ".join(prompt.split()), MAX_PROMPT)
    account_id = accounts.own(session, ACCOUNT)
    job = flows.order(
        session, account_id, TEMPLATES[PIPELINE], {}, [NewInput(TEXT, prompt)], terms, id_bytes=ID_BYTES,
        deadline_s=DEADLINE_S,
    )  # fmt: skip
    quotas.hold_account(session, account_id)  # so that jobs ordered at once are counted one after the other
    if flows.unfinished(session, account_id) > terms.settings.grok_unfinished_jobs:
        raise TooManyRequests("Too many jobs are waiting; try again after a while", retry_after=FULL_RETRY_S)
    flows.check_storage(session, account_id, terms)
    return job


def get_job(session: Session, job_id: str) -> FlowView:
    """Raises JobNotFound."""
    account_id = None
    if _JOB_ID.fullmatch(job_id):
        account_id = session.scalar(select(Flow.account_id).where(Flow.public_id == job_id, Flow.template == PIPELINE))
    if account_id is None:
        raise JobNotFound
    return flows.get(session, account_id, job_id)


def delete_job(unit: Unit, job_id: str) -> None:
    """The job is gone; an example is made anew. Raises JobNotFound, and InvalidState for a job that hasn't ended."""
    get_job(unit, job_id)
    removal.delete_flow(unit, accounts.own(unit, ACCOUNT), job_id)


def examples_done(session: Session) -> list[Example]:
    """Those whose files are all there."""
    done = set(session.scalars(select(Flow.public_id).where(
        Flow.public_id.in_([each.job_id for each in EXAMPLES]), Flow.state == FlowState.COMPLETED
    )))  # fmt: skip
    return [example for example in EXAMPLES if example.job_id in done]


def order_examples(session: Session, terms: Terms) -> None:
    """Orders those examples that aren't there. They have no deadline, and whatever users wait for goes first."""
    there = set(session.scalars(select(Flow.public_id).where(Flow.public_id.in_([each.job_id for each in EXAMPLES]))))
    missing = [example for example in EXAMPLES if example.job_id not in there]
    for example in missing:
        flows.order(
            session, accounts.own(session, ACCOUNT), TEMPLATES[PIPELINE], {"seed": 0},
            [NewInput(TEXT, example.prompt)], dataclasses.replace(terms, free=True), public_id=example.job_id,
            priority=Priority.BACKGROUND,
        )  # fmt: skip

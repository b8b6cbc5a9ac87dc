"""What became of the inputs, by the farm's own rows: how each ended, and whether the farm kept its promises."""

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import case, func, or_, select

from api.db.session import Database
from api.db.tables import Account, LedgerEntry, Model, Render, Segment
from api.domain.catalog.states import ModelState
from api.domain.kit.failures import CANCELLED, CHILD_FAILED, LOST, UNEXPECTED, UNPAID
from api.domain.renders.states import UNFINISHED, RenderStatus
from api.domain.work.states import SegmentState
from renderer.errors import DeviceError, EncodeError
from tests.hostile.cases import Case


class End(StrEnum):
    """How an input ended; of several renders, the end that comes last here counts."""

    REFUSED = "refused"  # with a 4xx in the API's envelope
    CANCELLED = "cancelled"  # by its sender, before it failed or was drawn
    DRAWN = "drawn"
    FAILED = "failed"  # stored, and its renders ended in an error that says what is wrong with the file
    DIED = "died"  # an answer of 5xx or none, or an error that speaks of the farm and not of the file
    HUNG = "hung"  # nothing happened any more


FARMS_FAULT = frozenset({CHILD_FAILED, LOST, UNEXPECTED, DeviceError.code, EncodeError.code})
"""Codes of errors that no input should be able to cause."""

SECOND_TRY = frozenset({"out_of_memory", "stalled"})
"""Codes of which a cost bomb may be convicted by its second attempt: the first worker might have been to blame."""

LEAKS = re.compile(
    r"Traceback|File \"|line \d+, in |\b0x(?=\d*[a-f])[0-9a-f]{9,}|site-packages|/tmp/|/root/|/home/|<class |"
    r"\b[A-Z]\w*(Error|Exception|Warning)\b|[\x00-\x1f\x7f]"
)
"""What no message to a user has in it: traces, addresses, the farm's folders, exceptions' names, control characters."""

MESSAGE_LENGTH = 4000


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """What the farm answered when an input was sent. `code` and `message` are those of an error. `render_id` is the
    render that was paid for, and `model_id` the model of which all renders belong to the input."""

    case: Case
    account_id: str
    status: int
    code: str = ""
    message: str = ""
    model_id: str = ""
    render_id: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """`complaints` are the promises that the farm broke. An input whose errors were not paid back is `unrefunded`."""

    case: Case
    end: End
    code: str
    message: str
    unrefunded: bool
    complaints: tuple[str, ...]


def judge(database: Database, sent: Sequence[Sent]) -> list[Verdict]:
    """Reads the database once; all that was sent has come to its end, or never will."""
    renders = _renders(database, {each.account_id for each in sent})
    by_id = {render.id: render for render in renders}
    of_model: dict[str, list[Render]] = defaultdict(list)
    for render in renders:
        of_model[render.model_id].append(render)
    overlaid = {each.render_id for each in sent if each.case.way != "model"}  # of a model that isn't to blame
    models = _models(database)
    paid = _ledger(database)
    attempts = _attempts(database)
    verdicts = []
    for each in sent:
        of_file = [render for render in of_model[each.model_id] if render.id not in overlaid]
        own = of_file if each.case.way == "model" else [by_id[each.render_id]] if each.render_id else []
        verdicts.append(_verdict(each, models.get(each.model_id), own, paid, attempts))
    return verdicts


def accounts_out_of_balance(database: Database) -> list[str]:
    """The accounts whose credits aren't the sum of their ledger."""
    sums = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.account_id == Account.id).scalar_subquery()
    with database.read() as session:
        return list(session.scalars(select(Account.id).where(Account.credits != func.coalesce(sums, 0))))


def _verdict(
    sent: Sent, model: Model | None, renders: list[Render], paid: Mapping[str, int], attempts: Mapping[str, int]
) -> Verdict:
    code, message = sent.code, sent.message
    unrefunded, complaints = False, []
    if not sent.render_id:
        end = End.REFUSED if 400 <= sent.status < 500 and code and message else End.DIED
        if sent.status >= 500 or not sent.status:
            complaints.append(f"answered {sent.status or 'nothing'}: {message}")
    else:
        ends = [End.CANCELLED if model is None else _end_of_model(model)]
        if model is not None and model.error_code:  # its reading counts also where its renders were cancelled before
            code, message = model.error_code, model.error_message or ""
        for render in sorted(renders, key=lambda render: render.id == sent.render_id):  # its error counts
            ends.append(_end_of(render))
            if render.status not in UNFINISHED and not _fair(render, paid.get(render.id, 0)):
                unrefunded = True
                complaints.append(f"render {render.id} is {render.status} and its entries are {paid.get(render.id, 0)}")
            if render.status == RenderStatus.ERROR and render.error_code not in (CANCELLED, UNPAID):
                code, message = render.error_code or "", render.error_message or ""
                complaints.extend(_of_message(message))
            if (tries := attempts.get(render.id, 0)) > (2 if sent.case.ends and code in SECOND_TRY else 1):
                complaints.append(f"took {tries} attempts")
        end = max(ends, key=[*End].index)
    complaints.extend(_of_message(message))
    if end in (End.DIED, End.HUNG):
        complaints.append(f"{end}: {code} {message}")
    if sent.case.ends is not None and not {end, code} & sent.case.ends:
        complaints.append(f"{end} {code}, and should be one of {', '.join(sorted(sent.case.ends))}")
    return Verdict(sent.case, end, code, message, unrefunded, tuple(dict.fromkeys(complaints)))


def _end_of(render: Render) -> End:
    if render.status in UNFINISHED:
        return End.HUNG
    if render.status != RenderStatus.ERROR:
        return End.DRAWN
    if render.error_code in (CANCELLED, UNPAID):
        return End.CANCELLED
    return End.DIED if render.error_code in FARMS_FAULT or not render.error_message else End.FAILED


def _end_of_model(model: Model) -> End:
    """What the reading of its file came to. One that is read may yet be drawn, or be cancelled."""
    if model.state in (ModelState.PENDING, ModelState.ANALYZING):
        return End.HUNG
    if model.state != ModelState.FAILED:
        return End.CANCELLED
    return End.DIED if model.error_code in FARMS_FAULT or not model.error_message else End.FAILED


def _fair(render: Render, paid: int) -> bool:
    """Whether the entries of an ended render add up to what they should."""
    if render.error_code == CANCELLED:  # what was drawn by then is paid for
        return -render.credits <= paid <= 0
    return paid == (0 if render.status == RenderStatus.ERROR else -render.credits)


def _of_message(message: str) -> Iterator[str]:
    if found := LEAKS.search(message):
        yield f"the message has {found.group()!r} in it: {message[:200]}"
    if len(message) > MESSAGE_LENGTH:
        yield f"the message has {len(message)} characters"


def _renders(database: Database, accounts: Iterable[str]) -> list[Render]:
    with database.read() as session:
        found = session.scalars(select(Render).where(Render.account_id.in_(accounts))).all()
        session.expunge_all()
        return list(found)


def _models(database: Database) -> dict[str, Model]:
    with database.read() as session:
        found = session.scalars(select(Model)).all()
        session.expunge_all()
        return {model.id: model for model in found}


def _ledger(database: Database) -> dict[str, int]:
    """The sum of the entries of each subject."""
    sums = select(LedgerEntry.subject_id, func.sum(LedgerEntry.amount)).group_by(LedgerEntry.subject_id)
    with database.read() as session:
        return {subject: int(amount) for subject, amount in session.execute(sums) if subject}


def _attempts(database: Database) -> dict[str, int]:
    """The most attempts at a segment of a render's task, or of the task that reads its model, by render.

    Since it was ordered last: a file that is sent again is read again.
    """
    tries = Segment.failures + case((Segment.state == SegmentState.DONE, 1), else_=0)
    most = (
        select(Render.id, func.max(tries))
        .join(Model, Model.id == Render.model_id)
        .join(Segment, or_(Segment.task_id == Render.task_id, Segment.task_id == Model.inspection_id))
        .group_by(Render.id)
    )
    with database.read() as session:
        return {render_id: int(attempt) for render_id, attempt in session.execute(most)}


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A line of the report's table."""

    kind: str
    sent: int
    ends: Mapping[End, int]
    unrefunded: int


COLUMNS = ("sent", *End, "unrefunded")


def rows(verdicts: Sequence[Verdict]) -> list[Row]:
    """By kind, and all of them in the end."""
    by_kind: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_kind[verdict.case.kind].append(verdict)
    by_kind["all"] = [*verdicts]
    return [
        Row(kind, len(found), {end: sum(each.end == end for each in found) for end in End},
            sum(each.unrefunded for each in found))
        for kind, found in by_kind.items()
    ]  # fmt: skip


def table(verdicts: Sequence[Verdict]) -> str:
    """The report's table as text."""
    lines = [f"{'kind':16}" + "".join(f"{name:>11}" for name in COLUMNS)]
    for row in rows(verdicts):
        numbers = (row.sent, *row.ends.values(), row.unrefunded)
        lines.append(f"{row.kind:16}" + "".join(f"{number:11}" for number in numbers))
    return "\n".join(lines)

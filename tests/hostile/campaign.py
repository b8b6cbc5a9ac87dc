"""Inputs -> a farm of real processes -> verdicts.

    send: POST /v1/models, or /v1/overlays and /v1/renders     over HTTP, by several strangers at once
    wait: until nothing is left to be done, or nothing happens any more
    judge: by the rows                                         `verdict`

Every stranger orders a render of a sound model too, between the hostile ones: it must be drawn like any other.
"""

import contextlib
import dataclasses
import json
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import func, select

from api.db.tables import Segment, Task
from api.domain.accounts import accounts, credentials
from api.domain.work.states import SegmentState
from api.ids import new_id
from tests.hostile.cases import STILL, Case
from tests.hostile.verdict import End, Sent, Verdict, accounts_out_of_balance, judge
from tests.integration.support import box_glb
from tests.support.farm import Farm, running_farm

STRANGERS = 4
"""Who send at the same time."""
CASES_OF_ONE = 25
"""Inputs of one account: below what an account may send in an hour, and enough accounts for the order to matter."""
CREDITS = 10_000
ANSWER_S = 120.0
BUSY = (429, 503)
BUSY_S = 300.0
"""How long a stranger whom the farm asks to come again does so."""

LOOK_S = 1.0
"""How often the farm is looked at: a look costs some 10 ms."""

LEASES = {"PIROUETTE_LEASE_SECONDS": "30", "PIROUETTE_HEARTBEAT_SECONDS": "5"}
"""The defaults, which tests' farms otherwise don't have: a worker whose parent is held up is to lose its lease."""

SAVED = Path("out/hostile")
"""Where inputs that a farm came to grief over are kept."""

BOX = Case("box", "sound model", "model", "box.glb", box_glb(), STILL, frozenset({End.DRAWN}))
"""What strangers order between hostile inputs."""


@dataclasses.dataclass
class Report:
    """What came of a campaign; `broken` says in words which promises of the farm's as a whole were broken."""

    verdicts: list[Verdict]
    broken: list[str]
    seconds: float
    largest_bytes: int
    """Resident memory of the farm's largest process, as far as looks now and then have seen it."""

    @property
    def figures(self) -> str:
        return f"{self.seconds:.0f} s; the largest process had {self.largest_bytes / 2**20:.0f} MB"

    @property
    def complaints(self) -> list[str]:
        """All of them, each with the command that does it again."""
        of_cases = [
            f"{verdict.case.name}: {complaint}\n    again: {replay_command(verdict.case, save(verdict.case))}"
            for verdict in self.verdicts
            for complaint in verdict.complaints
        ]
        return of_cases + self.broken


def replay_command(case: Case, file: Path) -> str:
    settings = json.dumps({name: value for name, value in case.settings.items() if name != "bgImageId"})
    return f".venv/bin/python -m tests.hostile replay {file} --way {case.way} --settings '{settings}'"


def save(case: Case) -> Path:
    return _save(f"{case.name}{Path(case.file_name).suffix}", case.data)


def save_log(log: str) -> Path:
    return _save("farm.log", log.encode())


def _save(name: str, content: bytes) -> Path:
    SAVED.mkdir(parents=True, exist_ok=True)
    path = SAVED / name
    path.write_bytes(content)
    return path


@contextlib.contextmanager
def hostile_farm(folder: Path, cache: Path, *, small: bool, workers: int = 2) -> Iterator[Farm]:
    """An embedded farm that draws in software, otherwise of default settings; `small` as in `small_pictures`."""
    folder.mkdir(parents=True, exist_ok=True)
    program = "tests.hostile.small_pictures" if small else "api.cli"
    with running_farm(Farm(folder, workers=workers, cache=cache, program=program, extra=LEASES)) as farm:
        yield farm


def run(farm: Farm, cases: Sequence[Case], *, still_s: float, each_sends: int = CASES_OF_ONE) -> Report:
    """Sends all cases and waits for their ends. A farm in which nothing happened for `still_s` hangs."""
    began = time.monotonic()
    watch = _Watch(farm)
    watch.start()
    workers = {process.pid for process in farm.worker_processes()}
    shares = [cases[start : start + each_sends] for start in range(0, len(cases), each_sends)]
    with ThreadPoolExecutor(STRANGERS) as pool:
        sent = [each for answers in pool.map(lambda share: _send_all(farm, share), shares) for each in answers]
    waited = _wait_until_still(farm, still_s)
    broken = [f"nothing happened for {still_s:g} s, and there was work left"] * (not waited)
    if gone := workers - {process.pid for process in farm.worker_processes()}:
        broken.append(f"{len(gone)} workers died")
    if wrong := accounts_out_of_balance(farm.database):
        broken.append(f"{len(wrong)} accounts have other credits than their ledger says")
    if crashes := farm.log.count("Traceback"):
        broken.append(f"{crashes} tracebacks in the farm's log, the first of them:\n{_first_traceback(farm.log)}")
    watch.end.set()
    watch.join()
    return Report(judge(farm.database, sent), broken, time.monotonic() - began, watch.largest_bytes)


class _Watch(threading.Thread):
    """Looks at the memory of the farm's processes now and then."""

    def __init__(self, farm: Farm) -> None:
        super().__init__(daemon=True)
        self.end = threading.Event()
        self.largest_bytes = 0
        assert farm.server is not None
        self._server = psutil.Process(farm.server.pid)

    def run(self) -> None:
        while not self.end.wait(LOOK_S):
            with contextlib.suppress(psutil.Error):  # one of them has just ended
                for process in (self._server, *self._server.children(recursive=True)):
                    self.largest_bytes = max(self.largest_bytes, process.memory_info().rss)


def _first_traceback(log: str) -> str:
    start = log.index("Traceback")
    return log[max(0, log.rfind("\n", 0, start - 1)) : start + 3000]


def _send_all(farm: Farm, cases: Sequence[Case]) -> list[Sent]:
    """A new stranger sends the cases, in the middle of them the sound model, and returns what was answered."""
    with farm.database.begin() as session:
        account = accounts.sign_up(session, f"{new_id()}@example.com", credits=CREDITS)
        token = credentials.issue(session, account.id, name="hostile").raw
        account_id = account.id
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{farm.url}/v1", headers=headers, timeout=ANSWER_S) as http:
        stranger = _Stranger(http, account_id)
        first = stranger.send(BOX)
        stranger.box_id = first.model_id
        return [first, *map(stranger.send, cases)]


@dataclasses.dataclass
class _Stranger:
    http: httpx.Client
    account_id: str
    box_id: str = ""

    def send(self, case: Case) -> Sent:
        if case.way == "model":
            return self._sent(case, self._post(
                "/models", files={"file": (case.file_name, case.data)},
                data={"renderSettings": json.dumps(dict(case.settings))},
            ))  # fmt: skip
        answer = self._post("/overlays", files={"file": (case.file_name, case.data)}, data={"layer": case.way})
        if isinstance(answer, str) or not answer.is_success:
            return self._sent(case, answer)
        name = {"background": "bgImageId", "environment": "environmentId"}[case.way]
        settings = {**case.settings, name: answer.json()["data"]["id"]}
        return self._sent(case, self._post("/renders", json={"modelId": self.box_id, "renderSettings": settings}))

    def _cancel(self, render_id: str) -> None:
        """Asks for it: too late is not wrong."""
        answer = self.http.patch(f"/renders/{render_id}/cancel")
        assert answer.status_code in (200, 409), f"a cancellation was answered {answer.status_code}: {answer.text}"

    def _post(self, path: str, **content: Any) -> httpx.Response | str:
        """The answer, or why there is none. Comes again where the farm asks for it."""
        deadline = time.monotonic() + BUSY_S
        while True:
            try:
                response = self.http.post(path, **content)
            except httpx.HTTPError as error:
                return f"{type(error).__name__}: {error}"
            if response.status_code not in BUSY or time.monotonic() > deadline:
                return response
            time.sleep(min(float(response.headers.get("Retry-After", 1)), 5))

    def _sent(self, case: Case, answer: httpx.Response | str) -> Sent:
        if isinstance(answer, str):
            return Sent(case, self.account_id, 0, message=answer)
        try:
            told = answer.json()
        except ValueError:
            return Sent(case, self.account_id, answer.status_code, message=answer.text[:200])
        if "error" in told:
            error = told["error"]
            return Sent(case, self.account_id, answer.status_code, error["code"], error["message"])
        data = told["data"]
        render_id = data.get("renderId") or data["id"]
        if case.cancelled:
            self._cancel(render_id)
        return Sent(case, self.account_id, answer.status_code, model_id=data.get("modelId", ""), render_id=render_id)


def _wait_until_still(farm: Farm, still_s: float) -> bool:
    """Whether all work has come to an end; False where there is some, and nothing happened for `still_s`."""
    last, since = None, time.monotonic()
    while True:
        state, left = _progress(farm)
        if not left:
            return True
        if state != last:
            last, since = state, time.monotonic()
        elif time.monotonic() - since > still_s:
            return False
        time.sleep(LOOK_S)


def _progress(farm: Farm) -> tuple[object, int]:
    """Something that changes with all work that is done, and how many segments aren't at their end."""
    with farm.database.read() as session:
        states = dict(session.execute(select(Segment.state, func.count()).group_by(Segment.state)).all())
        frames = session.scalar(select(func.sum(Segment.frames_done)))
        stages = session.execute(select(Task.stage, func.count()).group_by(Task.stage)).all()
        attempts = session.scalar(select(func.sum(Segment.attempt)))
    left = sum(states.get(state, 0) for state in (SegmentState.WAITING, SegmentState.PENDING, SegmentState.RUNNING))
    return (states, frames, attempts, sorted(map(tuple, stages))), left

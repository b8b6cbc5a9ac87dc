"""Flows whose engine has weights on the worker's machine, or lacks them."""

import dataclasses
from pathlib import Path

from api.domain.accounts import accounts
from api.domain.generations import flows, removal
from api.domain.generations.flows import FlowView, NewInput, Terms
from api.domain.generations.plans import Engines
from api.domain.generations.states import FlowState
from api.domain.generations.templates import TEMPLATES
from api.domain.kit.files import FileView
from tests.api.domain.flows import FROM_IMAGE
from tests.api.domain.support import end_pauses
from tests.api.worker.child_here import Worker
from tests.api.worker.test_generations import content, look, run_all
from tests.support.triposr import drawn_picture, needs_packages, write_weights


def ordered(worker: Worker) -> FlowView:
    """A model of a picture, by TripoSR."""
    bench = worker.bench
    new = NewInput("image/png", sha256="0" * 64)
    key = f"{removal.input_prefix(new.id)}/input.png"
    with bench.storage.writer(key) as writer:
        writer.write(drawn_picture())
    stored = bench.storage.stat(key)
    given = dataclasses.replace(new, file=FileView(key, stored.size, stored.etag, "image/png"))
    with bench.work() as unit:
        account_id = accounts.sign_up(unit, "maker@x.org", credits=10).id
        terms = Terms(bench.settings, Engines(mesh="triposr"))
        return flows.create(unit, account_id, TEMPLATES[FROM_IMAGE], {"quality": "low"}, [given], terms)


def test_a_worker_without_the_weights_leaves_the_work_to_others_and_says_so_at_last(worker: Worker) -> None:
    flow = ordered(worker)
    for _ in range(worker.bench.settings.max_attempts):
        assert look(worker.bench, flow)[0].state != FlowState.FAILED
        run_all(worker)
        end_pauses(worker.bench.database)
    failed, _ = look(worker.bench, flow)
    assert failed.state == FlowState.FAILED
    assert failed.error_message == "The engine triposr has no weights on this machine: see `pirouette engines`"


@needs_packages
def test_a_worker_with_the_weights_makes_the_model(worker: Worker, tmp_path: Path) -> None:
    write_weights(tmp_path / "weights")
    child = dataclasses.replace(worker.child, weights={"triposr": tmp_path / "weights"})
    flow = ordered(worker)
    run_all(Worker(worker.bench, child))
    done, asset = look(worker.bench, flow)
    assert (done.state, done.error_message) == (FlowState.COMPLETED, None)
    assert content(worker.bench, asset.output).startswith(b"glTF")
    assert asset.facts["mesh"]["engine"] == "triposr"

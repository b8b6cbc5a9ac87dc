"""Flows whose engines are services on loopback, called by the worker's parent."""

import base64
import dataclasses
import json

import pytest
from pydantic import SecretStr

from api.domain.accounts import accounts
from api.domain.generations import flows
from api.domain.generations.flows import FlowView, Terms
from api.domain.generations.plans import Engines
from api.domain.generations.states import FlowState
from api.domain.generations.templates import TEMPLATES
from tests.api.domain.flows import FROM_PROMPT, QUEUE, text
from tests.api.domain.support import balance, claim
from tests.api.engines.support import KEY, glb, jpeg, stalled, told
from tests.api.worker.child_here import Worker
from tests.api.worker.test_generations import content, look, run_all
from tests.support.origin import Origin, answer

PICTURES = "/v1/images/generations"


@pytest.fixture
def hiring(worker: Worker, origin: Origin) -> Worker:
    """A worker of a farm that has services for both steps."""
    services = {
        "image_url": origin.url, "image_key": SecretStr(KEY), "mesh_url": f"{origin.url}/make",
        "mesh_key": SecretStr(KEY),
    }  # fmt: skip
    settings = worker.bench.settings.model_copy(update=services)
    return Worker(dataclasses.replace(worker.bench, settings=settings), worker.child)


def ordered(worker: Worker) -> tuple[str, FlowView]:
    with worker.bench.work() as unit:
        account_id = accounts.sign_up(unit, "maker@x.org", credits=10).id
        terms = Terms(worker.bench.settings, Engines("openai", "hosted"))
        return account_id, flows.create(unit, account_id, TEMPLATES[FROM_PROMPT], {}, [text("a vase")], terms)


def test_a_prompt_becomes_a_picture_and_that_a_model(hiring: Worker, origin: Origin) -> None:
    origin.answers |= {
        PICTURES: told({"data": [{"b64_json": base64.b64encode(jpeg()).decode()}]}), "/make": answer(glb())
    }  # fmt: skip
    _, flow = ordered(hiring)
    run_all(hiring)
    done, asset = look(hiring.bench, flow)
    assert (done.state, done.error_message) == (FlowState.COMPLETED, None)
    assert content(hiring.bench, asset.made["image"]).startswith(b"\xff\xd8")
    assert content(hiring.bench, asset.output).startswith(b"glTF")
    assert (asset.facts["image"]["engine"], asset.facts["mesh"]["engine"]) == ("openai", "hosted")
    assert "a vase" in json.loads(origin.bodies[0])["prompt"]
    assert b"\xff\xd8" in origin.bodies[1]


def test_a_prompt_that_the_service_refuses_is_refunded(hiring: Worker, origin: Origin) -> None:
    origin.answers[PICTURES] = told({"error": f"no weapons, {KEY}"}, "400 Bad Request")
    account_id, flow = ordered(hiring)
    run_all(hiring)
    failed, _ = look(hiring.bench, flow)
    assert failed.state == FlowState.FAILED
    assert failed.error_message == "The service for pictures refuses: no weapons, ..."
    assert balance(hiring.bench.database, account_id) == 10
    assert len(origin.requests) == 1


def test_a_worker_that_should_end_leaves_the_call_for_another(hiring: Worker, origin: Origin) -> None:
    origin.answers[PICTURES] = stalled(hiring.bench.stop.set)
    _, flow = ordered(hiring)
    held = claim(hiring.bench.database, queue=QUEUE)
    assert held is not None
    hiring.run(held)
    assert look(hiring.bench, flow)[0].state not in (FlowState.FAILED, FlowState.COMPLETED)
    again = claim(hiring.bench.database, queue=QUEUE)
    assert again is not None
    assert again.segment_id == held.segment_id

"""Flows from their order to their end: what they cost, how they go on, and how each way of ending leaves the books."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from api import clock, counts
from api.db.session import Database
from api.db.tables import Flow, LedgerEntry, Result, StoredBytes, Task
from api.domain.generations import assets, endings, flows, removal
from api.domain.generations.plans import PROCEDURAL
from api.domain.generations.states import FlowState, InputState
from api.domain.kit.paging import Sort
from api.domain.removal import leftovers
from api.domain.work.states import TaskState
from api.errors import AssetNotFound, FlowNotFound, InvalidRequest, InvalidState, NoCredits, StorageLimit
from api.ids import new_id
from api.settings import Settings
from renderer.spec.generation import MeshSpec
from tests.api.domain.flows import (
    FROM_IMAGE,
    FROM_PROMPT,
    OPTIMIZE,
    QUEUE,
    REAL,
    TERMS,
    assets_of,
    fail,
    file,
    get,
    held,
    make,
    make_all,
    order,
    text,
)
from tests.api.domain.projects import work
from tests.api.domain.support import balance, claim, entries, expire_leases, sign_up, sweep

GLB = "model/gltf-binary"


def due(database: Database) -> None:
    """The sweeper looks for flows that go on."""
    with work(database) as unit:
        endings.note_due(unit)


def test_a_text_becomes_a_mesh_that_is_charged_once(database: Database) -> None:
    account_id = sign_up(database)
    flow = order(database, account_id, text("A  chair\n", additional={"sku": 7}), parameters={"seed": 5})
    assert (flow.state, flow.progress, flow.credits) == (FlowState.STARTING, 0.0, 1)
    assert balance(database, account_id) == 9
    claimed = held(database)
    assert (claimed.kind, claimed.inputs) == ("generate-mesh", {})
    assert claimed.spec == MeshSpec(PROCEDURAL, "A chair", seed=5, quality="high", texture=True).to_json()
    running = get(database, account_id, flow)
    assert (running.state, running.stage, running.progress) == (FlowState.RUNNING, "mesh", 0.5)
    assert running.started_at is not None
    assert [asset.state for asset in assets_of(database, flow)] == [InputState.PROCESSING]
    assert make(database, claimed, {"engine": PROCEDURAL, "match": ["chair"]})
    done = get(database, account_id, flow)
    assert (done.state, done.progress, done.error_message) == (FlowState.COMPLETED, 1.0, None)
    assert done.finished_at is not None
    [asset] = assets_of(database, flow)
    assert (asset.state, asset.additional) == (InputState.READY, {"sku": 7})
    assert asset.facts == {"mesh": {"engine": PROCEDURAL, "match": ["chair"]}}
    assert asset.output is not None
    assert asset.output.key == f"steps/{claimed.task_id}/1/model.glb"
    assert entries(database, account_id) == {"grant": [10], "charge": [-1], "refund": []}


def test_where_a_real_generator_makes_pictures_meshes_are_made_of_them(database: Database) -> None:
    flow = order(database, sign_up(database), text(), terms=REAL)
    first = held(database)
    assert (first.kind, first.spec["engine"], first.spec["prompt"]) == ("generate-image", "xai", "A chair")
    assert claim(database, queue=QUEUE) is None
    assert make(database, first)
    second = held(database)
    assert (second.kind, second.spec["engine"], second.spec["prompt"]) == ("generate-mesh", "triposr", None)
    assert second.spec["caption"] == "A chair"
    assert second.inputs == {"picture": f"steps/{first.task_id}/1/image.jpg"}
    assert make(database, second)
    [asset] = assets_of(database, flow)
    assert list(asset.made) == ["image", "mesh"]


def test_a_flow_without_inputs_waits_for_them_and_for_its_start(database: Database) -> None:
    account_id = sign_up(database)
    flow = order(database, account_id, template=OPTIMIZE, additional=[1, None])
    assert (flow.state, flow.additional, balance(database, account_id)) == (FlowState.CREATED, [1, None], 10)
    with work(database) as unit, pytest.raises(InvalidState, match="Flow has no inputs"):
        flows.start(unit, account_id, flow.public_id, TERMS)
    glbs = [file(GLB, b"one"), file(GLB, b"two")]
    with work(database) as unit:
        ids = [flows.add_input(unit, account_id, flow.public_id, glb, TERMS) for glb in glbs]
    assert [asset.asset_id for asset in assets_of(database, flow)] == ids
    assert claim(database, queue=QUEUE) is None
    with work(database) as unit:
        assert flows.start(unit, account_id, flow.public_id, TERMS).state == FlowState.STARTING
    assert balance(database, account_id) == 8
    with work(database) as unit, pytest.raises(InvalidState, match="this one is starting"):
        flows.add_input(unit, account_id, flow.public_id, file(GLB), TERMS)
    with work(database) as unit, pytest.raises(InvalidState, match="this one is starting"):
        flows.start(unit, account_id, flow.public_id, TERMS)
    claimed = held(database)
    assert (claimed.kind, claimed.spec["polygon_count"]) == ("optimise", 100_000)
    assert claimed.inputs["model"] in {f"inputs/{glb.id}/input" for glb in glbs}
    assert make(database, claimed)
    assert get(database, account_id, flow).progress == 0.5
    assert make(database, held(database))
    assert get(database, account_id, flow).state == FlowState.COMPLETED


def test_if_one_of_several_inputs_fails_the_others_are_made_and_all_is_refunded(database: Database) -> None:
    account_id = sign_up(database)
    flow = order(database, account_id, file("image/png", b"1"), file("image/png", b"2"), template=FROM_IMAGE)
    assert balance(database, account_id) == 8
    assert fail(database, held(database), "No foreground was found")
    assert get(database, account_id, flow).state == FlowState.RUNNING
    assert make(database, held(database))
    failed = get(database, account_id, flow)
    assert (failed.state, failed.error_message) == (FlowState.FAILED, "No foreground was found")
    assert failed.progress < 1
    assert balance(database, account_id) == 10
    with database.read() as session:
        [asset] = assets.outputs_of(session, failed)
        assert assets.output_of(session, failed, asset.output_id)[1] == asset.output
        with pytest.raises(AssetNotFound):
            assets.output_of(session, failed, asset.asset_id)


@pytest.mark.parametrize("made", [0, 1, 2, 3])
def test_aborted_at_any_stage_it_is_refunded_and_keeps_what_was_made(database: Database, made: int) -> None:
    """So many steps are done; the next one is at work, unless none is left."""
    account_id = sign_up(database)
    flow = order(database, account_id, text(), template="grok_pipeline", terms=paid_pipeline())
    for _ in range(made):
        assert make(database, held(database))
    if made == 3:
        with work(database) as unit, pytest.raises(InvalidState, match="this one is completed"):
            flows.abort(unit, account_id, flow.public_id)
        return
    claimed = held(database)
    with work(database) as unit:
        assert flows.abort(unit, account_id, flow.public_id).state == FlowState.ABORTING
    ended = get(database, account_id, flow)
    assert (ended.state, ended.error_message) == (FlowState.ABORTED, None)
    assert not make(database, claimed)
    [asset] = assets_of(database, flow)
    assert (asset.state, list(asset.made)) == (InputState.ERROR, ["image", "mesh"][:made])
    assert balance(database, account_id) == 10
    assert claim(database, queue=QUEUE) is None
    with database.read() as session:
        assert set(session.scalars(select(Task.state))) <= {TaskState.DONE, TaskState.CANCELLED}


def paid_pipeline() -> flows.Terms:
    return flows.Terms(Settings(price_grok_job=3), TERMS.engines)


def test_aborted_before_anybody_begins_it_is_never_begun(database: Database) -> None:
    account_id = sign_up(database)
    flow = order(database, account_id, text(), text("A lamp"))
    with work(database) as unit:
        flows.abort(unit, account_id, flow.public_id)
    assert claim(database, queue=QUEUE) is None
    ended = get(database, account_id, flow)
    assert (ended.state, ended.progress, ended.started_at) == (FlowState.ABORTED, 0.0, None)
    assert balance(database, account_id) == 10


def test_the_sweeper_ends_what_a_process_left_between_two_steps(database: Database) -> None:
    """A session that is no unit's forgets what comes after it, as a process does that dies."""
    account_id = sign_up(database)
    aborting, done = order(database, account_id, text()), order(database, account_id, text())
    with database.begin() as session:
        flows.abort(session, account_id, aborting.public_id)
    assert get(database, account_id, aborting).state == FlowState.ABORTING
    due(database)
    assert get(database, account_id, aborting).state == FlowState.ABORTED
    claimed = held(database)
    for _ in range(3):
        expire_leases(database)
        sweep(database)
        again = claim(database, queue=QUEUE)
    assert again is None
    assert get(database, account_id, done).state == FlowState.RUNNING
    due(database)
    assert get(database, account_id, done).state == FlowState.FAILED
    assert not make(database, claimed)
    assert balance(database, account_id) == 10


def test_a_worker_that_dies_costs_an_attempt_and_no_progress(database: Database) -> None:
    account_id = sign_up(database)
    flow = order(database, account_id, text())
    first = held(database)
    expire_leases(database)
    assert [lost.again for lost in sweep(database)] == [True]
    assert get(database, account_id, flow).progress == 0.5
    second = held(database)
    assert second.attempt == 2
    assert not make(database, first)
    assert make(database, second)
    assert get(database, account_id, flow).state == FlowState.COMPLETED


def test_past_its_deadline_it_fails_with_a_refund(database: Database) -> None:
    account_id = sign_up(database)
    flow = order(database, account_id, text(), deadline_s=200.0)
    claimed = held(database)
    due(database)
    assert get(database, account_id, flow).state == FlowState.RUNNING
    with database.begin() as session:
        long_ago = dt.timedelta(seconds=201)
        session.execute(update(Flow).values(
            created_at=flow.created_at - long_ago, deadline_at=flow.created_at - dt.timedelta(seconds=1)
        ))  # fmt: skip
    due(database)
    late = get(database, account_id, flow)
    assert (late.state, late.error_message) == (FlowState.FAILED, "Generation took longer than 200 s")
    assert not make(database, claimed)
    assert balance(database, account_id) == 10
    assert clock.now() > late.created_at


def test_inputs_that_the_template_does_not_take_are_refused_and_nothing_is_left(database: Database) -> None:
    account_id = sign_up(database)
    for template, given, says in (
        (FROM_PROMPT, file("image/png"), "takes text/plain, not image/png"),
        (FROM_IMAGE, text(), "takes image/png, image/jpeg, image/webp, image/tiff, not text/plain"),
        (FROM_PROMPT, text(" \n\t"), "The text is empty"),
        (FROM_PROMPT, text("x" * 2001), "up to 2,000 characters"),
        (FROM_PROMPT, text("a\x00chair"), "without control characters"),
    ):
        with pytest.raises(InvalidRequest, match=says):
            order(database, account_id, text("A lamp") if given.text else file("image/png"), given, template=template)
    with pytest.raises(InvalidRequest, match="up to 16 inputs"):
        order(database, account_id, *(text() for _ in range(17)))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Flow)) == 0
    assert balance(database, account_id) == 10


def test_what_cannot_be_paid_is_not_ordered(database: Database) -> None:
    account_id = sign_up(database, credits=1)
    with pytest.raises(NoCredits):
        order(database, account_id, text(), text())
    waiting = order(database, account_id)
    with work(database) as unit:
        for _ in range(2):
            flows.add_input(unit, account_id, waiting.public_id, text(), TERMS)
    with pytest.raises(NoCredits), work(database) as unit:
        flows.start(unit, account_id, waiting.public_id, TERMS)
    assert get(database, account_id, waiting).state == FlowState.CREATED
    assert claim(database, queue=QUEUE) is None


def test_the_ledger_says_which_flow_it_was(database: Database) -> None:
    account_id = sign_up(database)
    flow = order(database, account_id, text())
    assert fail(database, held(database))
    with database.read() as session:
        notes = session.scalars(select(LedgerEntry.note).where(LedgerEntry.subject_kind == "flow")).all()
    assert notes == [f"{FROM_PROMPT} {flow.public_id}"] * 2


def test_files_of_inputs_and_steps_count_as_their_accounts_until_the_flow_is_deleted(database: Database) -> None:
    account_id = sign_up(database)
    flow = order(database, account_id, file("image/png", b"123"), template=FROM_IMAGE)
    claimed = held(database)
    with work(database) as unit, pytest.raises(InvalidState, match="abort it first"):
        removal.delete_flow(unit, account_id, flow.public_id)
    assert make(database, claimed)
    with database.read() as session:
        assert session.scalar(select(StoredBytes.total)) == 3 + 5
        [input_id] = session.scalars(select(Result.subject_id).where(Result.subject_kind == "input"))
        known = {"inputs": input_id, "steps": claimed.task_id}
        for folder, name in known.items():
            assert leftovers.unneeded(session, folder, [name, "absent"]) == {"absent"}
    with pytest.raises(StorageLimit):
        order(database, account_id, file("image/png", bytes(1 << 20)), template=FROM_IMAGE,
              terms=flows.Terms(Settings(quota_storage_mb=1), TERMS.engines))  # fmt: skip
    with work(database) as unit:
        removal.delete_flow(unit, account_id, flow.public_id)
        assert set(unit.info["dropped"]) == {f"inputs/{input_id}", f"steps/{claimed.task_id}"}
    with pytest.raises(FlowNotFound):
        get(database, account_id, flow)
    with database.read() as session:
        assert session.scalar(select(StoredBytes.total)) == 0
        assert session.scalar(select(func.count()).select_from(Task)) == 0


def test_lists_have_the_accounts_own_in_the_order_that_is_asked_for(database: Database) -> None:
    account_id, other = sign_up(database), sign_up(database)
    order(database, other, text())
    mine = [order(database, account_id), order(database, account_id, text()), order(database, account_id, text())]
    made = make_all(database)
    assert len(made) == 3
    with database.read() as session:
        page = flows.list_flows(session, account_id, limit=2, offset=0)
        assert ([flow.public_id for flow in page.items], page.total) == ([mine[2].public_id, mine[1].public_id], 3)
        done = flows.list_flows(session, account_id, limit=9, offset=0, states=[FlowState.COMPLETED])
        assert done.total == 2
        by_end = flows.list_flows(session, account_id, limit=9, offset=0, sort=Sort("finished_at"))
        assert [flow.public_id for flow in by_end.items] == [mine[1].public_id, mine[2].public_id, mine[0].public_id]
        with pytest.raises(FlowNotFound):
            flows.get(session, other, mine[0].public_id)


def test_an_id_that_is_taken_is_somebody_elses(database: Database) -> None:
    account_id = sign_up(database)
    name = f"ex_{new_id()}"
    order(database, account_id, text(), public_id=name)
    with pytest.raises(InvalidState, match="already"):
        order(database, account_id, text(), public_id=name)


def test_flows_that_have_ended_are_counted_by_how_they_ended(database: Database) -> None:
    account_id = sign_up(database)
    before = counts.snapshot()
    order(database, account_id, text())
    assert "flows" not in counts.minus(counts.snapshot(), before)
    make_all(database)
    order(database, account_id, text())
    fail(database, held(database))
    counted = counts.minus(counts.snapshot(), before)["flows"]
    assert {tuple(key.split(counts.SEPARATOR)): cell for key, cell in counted.items()} == {
        ("model_generate_fromprompt", "completed"): [1.0], ("model_generate_fromprompt", "failed"): [1.0]
    }

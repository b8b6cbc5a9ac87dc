"""Workers that take work from some queues alone, as real processes."""

from pathlib import Path

from api.domain.catalog import catalog
from api.domain.catalog.states import ModelState
from api.domain.work import fleet
from tests.integration.support import SETTINGS, box_glb
from tests.support.farm import Farm, pirouette, running_farm
from tests.support.waiting import wait_for


def test_a_worker_for_inspections_opens_no_device_and_leaves_renders_to_others(
    tmp_path: Path, light_cache: Path
) -> None:
    box = tmp_path / "box.glb"
    box.write_bytes(box_glb())
    no_device = {"PIROUETTE_QUEUES": "inspect", "PIROUETTE_GL_DEVICE": "15"}
    farm = Farm(tmp_path, workers=1, cache=light_cache, extra=no_device)
    with running_farm(farm), farm.client(farm.new_account()) as client:
        with farm.database.read() as session:
            assert [worker.device for worker in fleet.list_workers(session)] == [fleet.NO_DEVICE]
        uploaded = client.models.upload(box, SETTINGS)

        def state() -> ModelState:
            with farm.database.read() as session:
                return catalog.get_model(session, client.account().id, uploaded.model_id).state

        wait_for(lambda: state() == ModelState.READY, "the inspection")
        assert {render.status for render in client.models.get(uploaded.model_id).renders} == {"pending"}
        drawing = Farm(tmp_path, workers=0, cache=light_cache, extra={"PIROUETTE_QUEUES": "render"})
        farm.others.append(drawing.spawn("worker"))
        client.renders.wait(uploaded.render_id, timeout=200)


def test_a_queue_that_does_not_exist_is_named(tmp_path: Path) -> None:
    farm = Farm(tmp_path, workers=0, cache=tmp_path, extra={"PIROUETTE_QUEUES": "render, dreams"})
    ended = pirouette("worker", environment=farm.environment)
    assert ended.returncode == 1
    assert "PIROUETTE_QUEUES names dreams; there are generate, inspect, render" in ended.stderr

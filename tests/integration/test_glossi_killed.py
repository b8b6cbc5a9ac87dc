"""Whatever is killed between the steps of a job or within one, it ends COMPLETE, with one charge and each file once."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from api.client import Render
from api.db.dialects import from_now
from api.db.tables import Segment
from api.storage.open import open_storage
from tests.integration.glossi.customer import GlossiCustomer, two_colour_glb
from tests.support.farm import Farm
from tests.support.origin import answer, running_origin
from tests.support.processes import gone
from tests.support.waiting import HANG_S, wait_for

pytestmark = pytest.mark.nightly

SETTINGS = {"renderShots": True, "renderBookmarks": True, "renderVariants": False, "imageQuality": 0,
            "videoResolution": 0}  # fmt: skip


@pytest.fixture(params=["farm", "farm_in_pieces"])
def customer(request: pytest.FixtureRequest) -> Iterator[GlossiCustomer]:
    customer = GlossiCustomer.of(request.getfixturevalue(request.param))
    yield customer
    customer.delete_projects()


def kill_all(farm: Farm) -> None:
    """SIGKILL to the server and all that was started beside it, which are started again. All leases have run out."""
    workers = farm.worker_processes()
    others = [other for other in farm.others if other.poll() is None]
    farm.kill()
    for other in others:
        other.kill()
        other.wait(HANG_S)
    wait_for(lambda: gone(workers), "the server's workers to end with it")
    with farm.database.begin() as session:
        session.execute(update(Segment).where(Segment.state == "running").values(lease_until=from_now(-1)))
    farm.start()
    if others:
        farm.start_beside("worker")
        farm.start_beside("sweep")


def video(customer: GlossiCustomer) -> Render:
    """The one video of the customer's."""

    def found() -> list[Render]:
        with customer.farm.client(customer.token) as client:
            return [render for render in client.renders.list() if "length" in render.settings]

    render: Render = wait_for(found, "the video to be ordered")[0]
    return render


def test_a_job_outlives_all_processes_at_each_of_its_steps(customer: GlossiCustomer) -> None:
    farm = customer.farm
    template_id = customer.template("Front View", shots=True)
    with running_origin() as receiver:
        receiver.answers["/job"] = answer()
        with farm.renders_held():
            job = customer.post(
                "/jobs", models=[{"fileName": "chair.glb", "fileType": "glb"}], templateId=template_id,
                renderSettings=SETTINGS, webhookUrl=f"{receiver.url}/job",
            )  # fmt: skip
            kill_all(farm)
            url = job["models"][0]["uploadUrl"]
            if not farm.settings.s3_bucket:
                url = farm.url + url[url.index("/storage/") :]  # the server has another port now
            customer.upload(url, two_colour_glb(1.3))
            kill_all(farm)
            path = f"/jobs/{job['jobId']}"
            assert customer.ask("POST", f"{path}/confirm-uploads")["modelsConfirmed"] == 1
            kill_all(farm)
            render = video(customer)
            assert customer.get(path)["status"] == "RENDERING"
            farm.wait_until_drawn_by(render.id)
            before = farm.segment(render.id).attempt
            kill_all(farm)
            wait_for(lambda: farm.segment(render.id).attempt > before, "another attempt")
            worker = farm.wait_until_drawn_by(render.id)
            worker.kill()
            farm.expire_lease(render.id)
            if farm.others:
                farm.start_beside("worker")
        told = customer.wait(path)
        assert told["status"] == "COMPLETE", told
        wait_for(lambda: receiver.bodies, "the end to be told")
    assert told["progress"] | {"modelsReady": 1, "projectsCreated": 1, "rendersComplete": 2} == told["progress"]
    [result] = told["results"]
    assert [each["name"] for each in result["renders"]] == ["Front View - Default", "360 Spin - Default"]
    assert farm.ledger(result["renderJobId"]) == [("charge", -3)]
    assert farm.segment(render.id).attempt >= 3
    stored = open_storage(farm.settings)
    wait_for(lambda: len(list(stored.entries(f"renders/{render.id}"))) == 1, "the other attempts' files to go")

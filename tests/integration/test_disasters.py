"""Whatever happens to processes and messages, a render ends done, with one charge and one set of files."""

import pytest

from api.queue.broker import WORK_TASK, make_celery, queue_name
from tests.integration.support import Customer
from tests.support.farm import Farm
from tests.support.processes import gone
from tests.support.waiting import HANG_S, wait_for


@pytest.fixture(autouse=True)
def _nothing_else_to_do(customer: Customer) -> None:
    """The first upload's renders are out of the way."""
    for render in customer.client.models.get(customer.upload.model_id).renders:
        customer.client.renders.wait(render.id, timeout=HANG_S, poll_seconds=0.1)


def purge(farm: Farm) -> int:
    """Deletes the hints that are on the broker; how many."""
    messages = list((farm.settings.data_dir / "broker" / "messages").glob("*.msg"))
    for message in messages:
        message.unlink()
    return len(messages)


def test_a_worker_killed_in_mid_render_is_replaced_and_its_work_done_by_another(
    farm: Farm, customer: Customer
) -> None:
    with farm.renders_held():
        render_id = customer.order()
        victim = farm.wait_until_drawn_by(render_id)
        encoders = wait_for(farm.encoders, "an encoder")
        victim.kill()
        wait_for(lambda: gone([victim, *encoders]), "the dead worker's ffmpeg to end")
    farm.expire_lease(render_id)
    customer.check_done(render_id, attempt=2)
    wait_for(lambda: len(farm.worker_processes()) == 2, "another worker")


def test_a_server_killed_in_mid_render_takes_its_workers_along_and_its_successor_goes_on(
    farm: Farm, customer: Customer
) -> None:
    with farm.renders_held():
        render_id = customer.order()
        farm.wait_until_drawn_by(render_id)
        workers, encoders = farm.worker_processes(), wait_for(farm.encoders, "an encoder")
        assert len(workers) == 2
        farm.kill()
        wait_for(lambda: gone([*workers, *encoders]), "the orphans to end")
    farm.expire_lease(render_id)
    farm.start()
    customer.reconnect()
    customer.check_done(render_id, attempt=2)


def test_sigterm_in_mid_render_ends_everything_and_the_successor_goes_on(farm: Farm, customer: Customer) -> None:
    with farm.renders_held():
        render_id = customer.order()
        farm.wait_until_drawn_by(render_id)
        workers, encoders = farm.worker_processes(), wait_for(farm.encoders, "an encoder")
        assert farm.stop() == 0
        assert gone([*workers, *encoders])
    assert not (farm.settings.data_dir / "server.json").exists()
    segment = farm.segment(render_id)
    assert (segment.state, segment.attempt, segment.failures) == ("pending", 1, 0)
    farm.start()
    customer.reconnect()
    customer.check_done(render_id, attempt=2)


def test_a_hint_delivered_many_times_renders_once(farm: Farm, customer: Customer) -> None:
    celery = make_celery(farm.settings)
    with farm.renders_held():
        render_id = customer.order()
        farm.wait_until_drawn_by(render_id)
        for _ in range(5):
            celery.send_task(WORK_TASK, queue=queue_name("render"))
        celery.close()
        wait_for(lambda: not any((farm.settings.data_dir / "broker" / "messages").iterdir()), "the hints to be read")
    customer.check_done(render_id, attempt=1)
    assert farm.segment(render_id).attempt == 1


def test_work_is_found_though_all_hints_are_lost(farm: Farm, customer: Customer) -> None:
    workers = farm.worker_processes()
    for worker in workers:
        farm.hold_still(worker)
    try:
        render_id = customer.order()
        wait_for(lambda: purge(farm), "the hint")
    finally:
        for worker in workers:
            worker.resume()
    customer.check_done(render_id, attempt=1)


def test_a_worker_that_stood_still_past_its_lease_changes_nothing_when_it_wakes_up(
    farm: Farm, customer: Customer
) -> None:
    with farm.renders_held():
        render_id = customer.order()
        sleeper = farm.wait_until_drawn_by(render_id)
        farm.hold_still(sleeper)
    farm.expire_lease(render_id)
    try:
        customer.check_done(render_id, attempt=2)
        settled = customer.client.renders.get(render_id)
        files = files_of(farm, render_id)
    finally:
        sleeper.resume()
    with farm.renders_held():  # the sleeper is good for work again: the other worker has time for one of these alone
        orders = customer.order(), customer.order()
        assert sleeper in [farm.wait_until_drawn_by(each) for each in orders]
    for each in orders:
        customer.check_done(each, attempt=1)
    assert customer.client.renders.get(render_id) == settled
    assert files_of(farm, render_id) == files
    customer.check_done(render_id, attempt=2)


def files_of(farm: Farm, render_id: str) -> dict[str, int]:
    """All of a render's files in the storage, with the times they were written."""
    folder = farm.settings.files_dir / "renders" / render_id
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}

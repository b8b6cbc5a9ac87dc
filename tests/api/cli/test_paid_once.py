"""Nothing is paid for twice, however a command is repeated: from what is written down beside the results."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import PIL.Image
import pytest
from sqlalchemy import delete

from api.cli.jobs import Job
from api.cli.ordering import Ordering
from api.cli.orders import FOLDER, Order, OrderBook
from api.client import FarmClient
from api.db.tables import IdempotencyKey
from tests.api.cli.conftest import Customer
from tests.renderer.load.glb_builder import encoded
from tests.support.web import GLB

SUFFIXES = (".mp4", ".png", ".thumb.mp4")
PNG = encoded(PIL.Image.new("RGB", (8, 8)))


class Cut(BaseException):
    """The program ends here."""


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Ends the next program at its first order, before the farm hears of it or after."""

    def cut(*, heard: bool) -> None:
        send = httpx.HTTPTransport.handle_request

        def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            if "Idempotency-Key" not in request.headers:
                return send(transport, request)
            if heard:
                send(transport, request).read()
            monkeypatch.setattr(httpx.HTTPTransport, "handle_request", send)
            raise Cut

        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)

    return cut


def rows(*turns: int, model: str = "chair.glb") -> list[dict[str, Any]]:
    return [{"model": model, "name": f"turn-{turn}", "renderSettings": {"rotateY": turn}} for turn in turns]


def names(out: Path) -> set[str]:
    return {path.name.removesuffix(".mp4") for path in out.glob("*.mp4") if ".thumb" not in path.name}


def upload_before(customer: Customer) -> None:
    """The farm has the model already."""
    customer.web.upload()
    customer.web.finish_all()


def check_batch(customer: Customer, listed: list[dict[str, Any]], *, pays: int) -> None:
    before = customer.web.balance()
    result = customer.batch(listed)
    assert result.exit_code == 0, result.output
    assert before - customer.web.balance() == pays
    assert {row["name"] for row in listed} <= names(customer.out)


def test_a_repeated_batch_pays_for_what_is_new_in_it(customer: Customer) -> None:
    customer.model()
    check_batch(customer, rows(1, 2, 3), pays=3)
    made = {path: path.stat().st_mtime_ns for path in customer.out.glob("*.mp4")}
    check_batch(customer, rows(1, 2, 3), pays=0)
    assert {path: path.stat().st_mtime_ns for path in customer.out.glob("*.mp4")} == made
    check_batch(customer, rows(4, 3, 1), pays=1)
    check_batch(customer, [*rows(1), *rows(1)], pays=1)
    check_batch(customer, [{**rows(2)[0], "name": "renamed"}], pays=0)
    customer.model(contents=GLB + b"changed")
    check_batch(customer, rows(1), pays=1)


def test_a_repeated_submission_is_paid_once(customer: Customer) -> None:
    chair, sofa = customer.model(), customer.model("sofa.glb", GLB + b"sofa")
    for models, balance in (([chair], 999), ([chair, sofa], 998), ([sofa, chair], 998)):
        printed = customer.done("submit", *map(str, models), "-o", str(customer.out))
        assert len(printed.splitlines()) == 3 * len(models)
        assert customer.web.balance() == balance


def test_files_that_were_lost_are_fetched_again(customer: Customer) -> None:
    customer.model()
    check_batch(customer, rows(1, 2), pays=2)
    video = customer.out / "turn-1.mp4"
    was = video.read_bytes()
    video.unlink()
    check_batch(customer, rows(1, 2), pays=0)
    assert video.read_bytes() == was
    video.write_bytes(was[:-1])
    check_batch(customer, rows(1, 2), pays=0)
    assert video.read_bytes() == was


def test_what_another_command_has_overwritten_is_fetched_again(customer: Customer) -> None:
    chair = str(customer.model())
    first, second = ["submit", chair, "-o", str(customer.out)], ["--settings", '{"rotateY": 9}']
    customer.done(*first)
    was = (customer.out / "chair.mp4").read_bytes()
    customer.done(*first, *second)
    assert (customer.out / "chair.mp4").read_bytes() != was
    customer.done(*first)
    assert (customer.out / "chair.mp4").read_bytes() == was
    assert customer.web.balance() == 998


def test_250_rows_are_three_batches(idle: Customer) -> None:
    with FarmClient(idle.url, idle.web.token) as farm:
        model_id = farm.models.upload(idle.model()).model_id
        wanted = []
        for number in range(250):
            settings = {"length": 3 + number / 100}
            order = Order(key=str(number), name=str(number), sha256=None, model_id=model_id, settings=settings)
            wanted.append((order, Job(model_id, settings)))
        book = OrderBook(idle.out)
        Ordering(farm, "me", book, lambda *_: None).place(wanted)
        assert idle.web.balance() == 1000 - 1 - 250
        assert sorted(len(request.orders) for request in book.requests("me")) == [50, 100, 100]
        assert len(Ordering(farm, "me", book, lambda *_: None).orders()) == 250


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("model", ["new", "known"])
def test_an_order_whose_answer_was_lost_days_ago_is_paid_once(
    customer: Customer, cut: Callable[..., None], heard: bool, model: str
) -> None:
    customer.model()
    if model == "known":
        upload_before(customer)
    before = customer.web.balance()
    cut(heard=heard)
    with pytest.raises(Cut):
        customer.batch(rows(1))
    let_days_pass(customer)
    assert customer.batch(rows(1)).exit_code == 0
    assert before - customer.web.balance() == 1
    assert names(customer.out) == {"turn-1"}


def let_days_pass(customer: Customer) -> None:
    with customer.web.database.begin() as session:
        session.execute(delete(IdempotencyKey))
    for file in customer.out.glob(f"{FOLDER}/orders/*.json"):
        kept = json.loads(file.read_text())
        kept["sent_at"] = (dt.datetime.fromisoformat(kept["sent_at"]) - dt.timedelta(days=3)).isoformat()
        file.write_text(json.dumps(kept))


@pytest.mark.parametrize("heard", [True, False])
def test_what_is_no_longer_wanted_is_not_ordered_after_all(
    customer: Customer, cut: Callable[..., None], heard: bool
) -> None:
    customer.model()
    upload_before(customer)
    before = customer.web.balance()
    cut(heard=heard)
    with pytest.raises(Cut):
        customer.batch(rows(1, 2))
    assert customer.batch(rows(2, 3)).exit_code == 0
    assert before - customer.web.balance() == (3 if heard else 2)


def test_without_its_notes_a_batch_is_free_for_a_day(customer: Customer) -> None:
    customer.model()
    upload_before(customer)
    check_batch(customer, rows(1, 2), pays=2)
    for file in customer.out.glob(f"{FOLDER}/*/*.json"):
        file.unlink()
    check_batch(customer, rows(1, 2), pays=0)


def test_a_render_that_the_farm_has_deleted_is_ordered_again_if_it_is_not_here(customer: Customer) -> None:
    customer.model()
    check_batch(customer, rows(1, 2), pays=2)
    with FarmClient(customer.url, customer.web.token) as farm:
        for render in list(farm.renders.list()):
            farm.renders.delete(render.id)
    check_batch(customer, rows(1, 2), pays=0)
    (customer.out / "turn-1.mp4").unlink()
    check_batch(customer, rows(1, 2), pays=1)
    check_batch(customer, rows(1, 2), pays=0)


def test_each_account_pays_for_itself(customer: Customer) -> None:
    customer.model()
    check_batch(customer, rows(1), pays=1)
    customer.web.token = customer.web.another_token()
    assert customer.batch(rows(1)).exit_code == 0
    with FarmClient(customer.url, customer.web.token) as farm:
        assert farm.account().credits == 9


def test_notes_that_are_not_its_own_stop_a_command_before_it_orders(customer: Customer) -> None:
    customer.model()
    check_batch(customer, rows(1), pays=1)
    [file] = customer.out.glob(f"{FOLDER}/orders/*.json")
    file.write_text('{"version": 2}')
    result = customer.batch(rows(1))
    assert result.exit_code == 1
    assert f"{file} is not of this program's" in result.stderr.replace("\n", "")
    assert customer.web.balance() == 999


def test_a_refused_order_is_not_taken_for_one(customer: Customer) -> None:
    customer.model()
    upload_before(customer)
    overlay = customer.web.post(
        "/v1/overlays", files={"file": ("a.png", PNG)}, data={"layer": "foreground"}
    ).json()["data"]["id"]  # fmt: skip
    listed = [*rows(1), {"model": "chair.glb", "name": "b", "renderSettings": {"bgImageId": overlay}}]
    result = customer.batch(listed)
    assert result.exit_code == 1
    assert f"row 2 (chair.glb): bgImageId: overlay {overlay} is of the layer foreground" in result.stderr
    assert list(customer.out.glob(f"{FOLDER}/orders/*.json")) == []
    check_batch(customer, rows(1), pays=1)

"""The judge of chaos finds what is paid for twice, and takes for right what the farm says that it takes."""

from api.domain.accounts import ledger
from api.domain.work import scheduling
from tests.chaos.books import wrongly_charged
from tests.support.web import Web


def found(web: Web, *cancelled: str) -> list[str]:
    """Of the account, whose owner has cancelled those renders."""
    with web.database.read() as session:
        return list(wrongly_charged(session, [web.account_id], cancelled))


def test_what_was_drawn_before_a_cancellation_is_paid_besides_what_is_done_in_the_end(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    claim = web.claim(render_id)
    poster = web.put(claim, render_id, "poster.png", b"poster", "image/png")
    with web.database.begin() as session:
        assert scheduling.publish(session, claim, {render_id: {"poster": poster}})
        assert scheduling.heartbeat(
            session, claim, lease_seconds=60, stage="drawing", frames_done=claim.frame_count
        )
    before = web.balance()
    assert web.request("PATCH", f"/v1/renders/{render_id}/cancel").is_success
    assert web.request("PATCH", f"/v1/renders/{render_id}/retry").is_success
    web.finish(render_id)
    assert web.balance() == before - 1
    assert found(web, render_id) == []
    assert found(web) == [f"wrongly charged: render {render_id} is done, costs 1, paid 2"]


def test_a_charge_without_a_refund_is_found_although_its_render_was_cancelled(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    assert web.request("PATCH", f"/v1/renders/{render_id}/cancel").is_success
    assert web.request("PATCH", f"/v1/renders/{render_id}/retry").is_success
    web.finish(render_id)
    assert found(web, render_id) == []
    with web.database.begin() as session:
        ledger.charge(session, web.account_id, "render", {render_id: 1}, number=3)
    assert found(web, render_id) == [f"wrongly charged: render {render_id} is done, costs 1, paid 2"]

"""What who runs the farm decides about accounts, and sees of workers."""

import datetime as dt

from sqlalchemy import update

from api import clock
from api.db.tables import WorkerLog
from api.domain.accounts import accounts
from api.domain.work import fleet, logs
from tests.api.http.portal.browser import PersonsBrowser, code
from tests.support.web import Web


def test_the_operator_says_how_much_an_account_may_take_and_whose_work_goes_first(
    web: Web, boss: PersonsBrowser
) -> None:
    path = f"/portal/api/accounts/{web.account_id}/allowance"
    told = boss.get(path).json()
    assert (told["class"], told["quotas"]["running"]) == ("standard", {"own": None, "limit": 0, "used": 0})
    changes = {"class": "economy", "quotas": {"running": 3, "storage_mb": 5}}
    assert boss.request("PATCH", path, json=changes).json()["class"] == "economy"
    told = boss.request("PATCH", path, json={"quotas": {"storage_mb": None}}).json()
    assert told["quotas"]["running"] == {"own": 3, "limit": 3, "used": 0}
    assert told["quotas"]["storage_mb"]["own"] is None
    assert told["class"] == "economy"
    with web.database.read() as session:
        assert accounts.get(session, web.account_id).service_class.label == "economy"
    listed = {each["email"]: each["class"] for each in boss.get("/portal/api/accounts").json()["data"]}
    assert listed["maker@example.com"] == "economy"


def test_what_makes_no_sense_changes_nothing(web: Web, boss: PersonsBrowser) -> None:
    path = f"/portal/api/accounts/{web.account_id}/allowance"
    before = boss.get(path).json()
    for wrong in (
        {"quotas": {"wishes": 3}}, {"quotas": {"running": -1}}, {"quotas": {"running": 2**31}}, {"class": "royal"},
        {"quotas": {"running": "many"}},
    ):  # fmt: skip
        assert code(boss.request("PATCH", path, json=wrong)) == (400, "invalid_request"), wrong
    assert boss.get(path).json() == before
    assert code(boss.get("/portal/api/accounts/UnknownUnkno/allowance")) == (404, "not_found")


def test_the_operator_reads_what_workers_logged_also_of_those_that_are_gone(web: Web, boss: PersonsBrowser) -> None:
    moment = clock.now()
    with web.database.begin() as session:
        fleet.announce(session, "host-1", "llvmpipe", True, "x264")
        fleet.announce(session, "host-2", "llvmpipe", True, "x264")
        logs.write(session, "host-1", ["one"], None)
        logs.write(session, "host-1", ["one", "two"], ("It broke", moment))
        logs.write(session, "host-0", ["ended"], None)
    told = boss.get("/portal/api/workers").json()
    assert [(each["name"], each["lastError"], each["lastErrorAt"]) for each in told["data"]] == [
        ("host-1", "It broke", moment.isoformat()), ("host-2", None, None)
    ]
    assert [(each["name"], each["lastError"]) for each in told["gone"]] == [("host-0", None)]
    assert boss.get("/portal/api/workers/host-1/log").json() == {"name": "host-1", "lines": ["one", "two"]}
    assert boss.get("/portal/api/workers/host-0/log").json()["lines"] == ["ended"]
    assert code(boss.get("/portal/api/workers/host-2/log")) == (404, "not_found")
    with web.database.begin() as session:
        session.execute(update(WorkerLog).values(written_at=clock.now() - dt.timedelta(days=2)))
        logs.forget_old(session)
    assert boss.get("/portal/api/workers").json()["gone"] == []
    assert boss.get("/portal/api/workers/host-1/log").status_code == 200

"""What who runs the farm decides about accounts, and sees of workers."""

from api.domain.accounts import accounts
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

"""POST /v1/quote: prices before anything is ordered."""

from typing import Any

from tests.support.web import Web


def quote(web: Web, *items: object) -> dict[str, Any]:
    answer = web.post("/v1/quote", json={"renders": items})
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_the_documents_example(web: Web) -> None:
    items = ({"quality": "standard"}, {"quality": "4k"}, {"output": "dataset", "datasetQuality": "196x1024"})
    assert quote(web, *items) == {
        "creditsRequired": 36,
        "creditsAvailable": 10,
        "sufficient": False,
        "breakdown": [
            {"quality": "standard", "credits": 4},
            {"quality": "4k", "credits": 16},
            {"datasetQuality": "196x1024", "credits": 16},
        ],
    }
    assert web.balance() == 10


PRICES: tuple[tuple[dict[str, object], dict[str, object]], ...] = (
    ({}, {"quality": "share", "credits": 1}),
    ({"quality": None, "aspect": "1:1", "length": "x", "unknown": 1}, {"quality": "share", "credits": 1}),
    ({"quality": "pro"}, {"quality": "pro", "credits": 64}),
    ({"effect": "reveal"}, {"quality": "share", "credits": 1}),
    ({"output": "video", "quality": "4k"}, {"quality": "4k", "credits": 16}),
    ({"output": "dataset"}, {"datasetQuality": "100x800", "credits": 4}),
    ({"output": "dataset", "datasetQuality": "400x2048"}, {"datasetQuality": "400x2048", "credits": 64}),
    ({"effect": "dataset"}, {"datasetQuality": "100x800", "credits": 4}),
    ({"effect": "dataset", "output": "dataset", "quality": "pro"}, {"datasetQuality": "100x800", "credits": 4}),
    ({"effect": "turntable", "output": "dataset"}, {"datasetQuality": "100x800", "credits": 4}),
)


def test_the_price_of_each_kind_of_render(web: Web) -> None:
    data = quote(web, *(settings for settings, _ in PRICES))
    assert data["breakdown"] == [line for _, line in PRICES]
    assert data["creditsRequired"] == 1 + 1 + 64 + 1 + 16 + 4 + 64 + 4 + 4 + 4


def test_items_of_a_batch_are_understood_as_they_are(web: Web) -> None:
    items = [
        {"modelId": "Ab3kF9x2qL1m", "renderSettings": {"quality": "4k"}},
        {"renderSettings": '{"output": "dataset"}'},
        {"renderSettings": None},
    ]
    assert [line["credits"] for line in quote(web, *items)["breakdown"]] == [16, 4, 1]


def test_an_item_of_a_batch_that_would_be_refused_has_no_price(web: Web) -> None:
    for settings, field in (({"length": 31}, "length"), ({"quality": "4k", "zoom": 9}, "zoom")):
        answer = web.post("/v1/quote", json={"renders": [{}, {"renderSettings": settings}]})
        error = answer.json()["error"]
        place = f"renders[1].renderSettings.{field}"
        assert (answer.status_code, error["code"], error["param"]) == (400, "invalid_settings", place)


def test_what_is_just_enough_is_sufficient(web: Web) -> None:
    assert quote(web, *[{}] * 10)["sufficient"]
    assert not quote(web, *[{}] * 11)["sufficient"]
    assert len(quote(web, *[{}] * 100)["breakdown"]) == 100


REFUSED: tuple[tuple[object, str, str], ...] = (
    ({}, "renders_required", "renders"),
    ({"renders": []}, "renders_required", "renders"),
    ({"renders": [{}] * 101}, "too_many", "renders"),
    ({"renders": "x"}, "invalid_request", "renders"),
    ({"renders": [{}, 5]}, "invalid_request", "renders[1]"),
    ({"renders": [{}, {"quality": "8k"}]}, "invalid_settings", "renders[1].quality"),
    ({"renders": [{"quality": ["share"]}]}, "invalid_settings", "renders[0].quality"),
    ({"renders": [{"output": "still"}]}, "invalid_settings", "renders[0].output"),
    ({"renders": [{"output": "dataset", "datasetQuality": "1x1"}]}, "invalid_settings",
     "renders[0].datasetQuality"),
    ({"renders": [{"effect": "dataset", "output": "video"}]}, "invalid_settings", "renders[0].output"),
    ({"renders": [{"effect": "reveal", "output": "dataset"}]}, "invalid_settings", "renders[0].effect"),
)


def test_what_has_no_price_is_refused_and_named(web: Web) -> None:
    for body, code, param in REFUSED:
        answer = web.post("/v1/quote", json=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["param"]) == (400, code, param)

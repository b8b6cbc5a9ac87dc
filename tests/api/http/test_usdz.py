"""GET /v1/models/:id/file?format=usdz: made when it is asked for first, then a file like others."""

import pytest
from sqlalchemy import select

from api.db.tables import Task
from api.domain.catalog import usdz
from api.domain.kit.failures import LOST, Failure
from api.domain.work import claims, scheduling
from api.domain.work.claims import Claim
from api.http.dxgl import models
from tests.api.domain.support import end_pauses, run_at_once
from tests.support.web import Web

PACKAGE = b"PK of a USDZ"


def url(model_id: str) -> str:
    return f"/v1/models/{model_id}/file?format=usdz"


def refused(web: Web, model_id: str) -> str:
    """The message of a USDZ that isn't there."""
    answer = web.get(url(model_id))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "usdz_not_found")
    message: str = answer.json()["error"]["message"]
    return message


def ordered(web: Web) -> int:
    with web.database.read() as session:
        return len(session.scalars(select(Task.id).where(Task.kind == usdz.KIND)).all())


def claim(web: Web) -> Claim | None:
    """Of the conversion."""
    end_pauses(web.database)
    with web.database.begin() as session:
        return claims.claim(session, worker="test", queues=["inspect"], lease_seconds=60)


def convert(web: Web, model_id: str) -> None:
    held = claim(web)
    assert held is not None
    file = web.put(held, model_id, "model.usdz", PACKAGE, "model/vnd.usdz+zip")
    with web.database.begin() as session:
        assert scheduling.settle_done(session, held, {model_id: {usdz.FILE: file}})


def fail(web: Web, failure: Failure) -> None:
    held = claim(web)
    assert held is not None
    with web.database.begin() as session:
        assert scheduling.settle_error(session, held, failure, retry=False, max_attempts=1)


def test_it_is_made_when_somebody_asks_for_it_first(web: Web, model_id: str) -> None:
    web.inspect()
    woken = web.woken
    assert refused(web, model_id) == "USDZ not yet available"
    assert refused(web, model_id) == "USDZ not yet available"
    assert (ordered(web), web.woken) == (1, woken + 1)
    convert(web, model_id)
    assert claim(web) is None
    answer = web.get(url(model_id))
    assert (answer.status_code, answer.content) == (200, PACKAGE)
    assert answer.headers["content-type"] == "model/vnd.usdz+zip"
    assert 'filename="chair.usdz"' in answer.headers["content-disposition"]
    part = web.get(url(model_id), headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.content) == (206, b"PK")
    assert web.request("HEAD", url(model_id)).status_code == 200
    assert web.balance() == 9  # the upload's render; a USDZ is free


def test_the_model_itself_is_sent_as_before(web: Web, model_id: str) -> None:
    assert web.get(f"/v1/models/{model_id}/file").headers["content-type"] == "model/gltf-binary"
    assert ordered(web) == 0


def test_a_model_that_was_not_read_yet_is_read_before(web: Web, model_id: str) -> None:
    refused(web, model_id)
    reading = claim(web)
    assert reading is not None
    assert reading.kind == "inspect"
    assert claim(web) is None
    with web.database.begin() as session:
        assert scheduling.settle_done(session, reading, {model_id: {}}, {})
    convert(web, model_id)
    assert web.get(url(model_id)).content == PACKAGE


def test_many_who_ask_at_the_same_moment_order_one(web: Web, model_id: str) -> None:
    web.inspect()
    run_at_once(lambda: assert_refused(web, model_id), 4)
    assert ordered(web) == 1


def assert_refused(web: Web, model_id: str) -> None:
    assert refused(web, model_id) == "USDZ not yet available"


def test_a_model_that_cannot_be_converted_is_told_of_and_not_tried_again(web: Web, model_id: str) -> None:
    web.inspect()
    refused(web, model_id)
    fail(web, Failure("empty_model", "the model has no triangles"))
    assert refused(web, model_id) == "The model can't be converted to USDZ: the model has no triangles"
    assert claim(web) is None


def test_what_failed_by_no_fault_of_the_model_is_tried_again(web: Web, model_id: str) -> None:
    web.inspect()
    refused(web, model_id)
    fail(web, Failure(LOST, "The worker died"))
    assert refused(web, model_id) == "USDZ not yet available"
    convert(web, model_id)
    assert web.get(url(model_id)).content == PACKAGE


def test_there_is_none_of_a_model_that_cannot_be_read(web: Web, model_id: str) -> None:
    fail(web, Failure("invalid_model", "the file is cut off"))
    assert refused(web, model_id) == "There is no USDZ of a model that can't be read: the file is cut off"
    assert ordered(web) == 0


def test_a_lost_file_is_told_as_one_that_is_not_there(web: Web, model_id: str) -> None:
    web.inspect()
    refused(web, model_id)
    convert(web, model_id)
    with web.database.read() as session:
        file = usdz.stored(session, model_id)
    assert file is not None
    web.storage.delete(file.key)
    assert refused(web, model_id) == "The file is no longer in the storage"


def test_models_of_others_are_not_found(web: Web, model_id: str) -> None:
    answer = web.get(url(model_id), token=web.another_token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")
    assert ordered(web) == 0


def test_other_formats_are_refused(web: Web, model_id: str) -> None:
    answer = web.get(f"/v1/models/{model_id}/file?format=fbx")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "format")


def test_without_usd_core_nothing_is_ordered(web: Web, model_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "usd_is_installed", lambda: False)
    assert "usd-core" in refused(web, model_id)
    assert ordered(web) == 0

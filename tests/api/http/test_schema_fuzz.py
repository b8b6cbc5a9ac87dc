"""Whatever is sent, right by openapi.json or wrong, the answer is one that openapi.json announces, and never a 5xx."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.db.session import Database
from api.domain.accounts.credentials import SCOPES
from tests.api.http.estate import HOOK_URL, Estate, dialect_of
from tests.renderer.load.glb_builder import make_zip, triangle_glb
from tests.support.origin import answer, running_origin
from tests.support.web import Web, key_header

Operation = APIOperation[Any, Any, Any, Any]
Request = Case[Operation]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODELS = [("chair.glb", triangle_glb()), ("chair.zip", make_zip({"chair.glb": triangle_glb()}))]

EXAMPLES = 6
"""Requests to each operation, of either kind."""


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    folder = tmp_path_factory.mktemp("fuzz")
    database = Database(f"sqlite:///{folder / 'fuzz.sqlite3'}")
    database.migrate()
    yield Estate(Web.make(database, folder, credits=1_000_000, max_upload_mb=1, ingest_allow="127.0.0.1"))
    database.dispose()


@pytest.fixture(scope="module")
def model_url() -> Iterator[str]:
    """Where the farm may download a model."""
    with running_origin() as origin:
        origin.answers["/chair.glb"] = answer(triangle_glb())
        yield f"{origin.url}/chair.glb"


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_a_documented_one(estate: Estate, model_url: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", estate.web.app)
    statuses = {}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if mode == GenerationMode.POSITIVE or can_be_wrong(operation):
            statuses[operation.label] = ask(estate, model_url, operation, mode)
    assert len(statuses) >= 60
    if mode == GenerationMode.POSITIVE:
        assert 201 in statuses["POST /v1/models"]
        assert 201 in statuses["POST /v1/models/ingest"]
    well = [label for label, seen in statuses.items() if any(status < 400 for status in seen)]
    assert mode == GenerationMode.NEGATIVE or len(well) >= 40, statuses


def can_be_wrong(operation: Operation) -> bool:
    """Whether it takes more than text in its path."""
    return bool(operation.body or operation.query or operation.definition.raw.get("security"))


def ask(estate: Estate, model_url: str, operation: Operation, mode: GenerationMode) -> set[int]:
    """Sends requests to the operation and checks the answers; returns their statuses."""
    seen = set()
    dialect = dialect_of(operation.path).name
    key = estate.keys(estate.web.account_id, SCOPES)[dialect]
    assert key is not None
    url = HOOK_URL if dialect == "glossi" else model_url

    @settings(max_examples=EXAMPLES)
    @given(requests_to(operation, mode, estate.ids(operation.path), url))
    def send(case: Request) -> None:
        answer = case.call(headers=key_header(key), **real_files(case))
        case.validate_response(answer, checks=CHECKS)
        seen.add(answer.status_code)

    send()
    return seen


def real_files(case: Request) -> dict[str, Any]:
    """A model in place of an upload's invented bytes, if the rest of its form is right: no schema describes models."""
    if case.operation.label != "POST /v1/models" or not isinstance(case.body, dict) or len(case.body) > 2:
        return {}
    fields = {name: (None, value) for name, value in case.body.items() if name == "renderSettings"}
    return {"files": {"file": MODELS[len(str(case.body)) % len(MODELS)], **fields}}


def requests_to(operation: Operation, mode: GenerationMode, ids: dict[str, str], url: str) -> SearchStrategy[Request]:
    """Requests with invented ids and, unless they'd delete what the others need, with real ones."""
    real = {name: value for name, value in ids.items() if f"{{{name}}}" in operation.path}
    invented = operation.as_strategy(mode)
    if not real or operation.method == "delete":
        right_url = url if mode == GenerationMode.POSITIVE else None
        return invented.map(lambda case: about(case, ids, right_url))
    return invented | operation.as_strategy(mode, path_parameters=real)


def about(case: Request, ids: dict[str, str], url: str | None) -> Request:
    """The same request about this account's model, or with this URL, in place of what is invented."""
    if isinstance(case.body, dict):
        right = named(ids) | ({} if url is None else {"url": url})
        case.body |= {name: value for name, value in right.items() if isinstance(case.body.get(name), type(value))}
    return case


def named(ids: dict[str, str]) -> dict[str, Any]:
    """What the fields of bodies may hold, of an account's ids. A model that is attached to another must be spare."""
    known = {
        "modelId": ids.get("spare_id", ids.get("model_id")), "modelIds": [ids.get("model_id")],
        "projectIds": [ids.get("project_id")], "templateId": ids.get("template_id"),
    }  # fmt: skip
    return {name: value for name, value in known.items() if value not in (None, [None])}


def test_the_documented_requests_work(estate: Estate, model_url: str) -> None:
    tried = []
    estate.make_flows()  # those that were there have been started and aborted
    keys = estate.keys(estate.web.account_id, SCOPES)
    for method, path, operation in estate.operations:
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            ids = estate.ids(path)
            known = named(ids) | {"sha256": estate.sha256} | ({"url": model_url} if path.startswith("/v1/") else {})
            body = replaced(content["application/json"]["example"], known)
            answer = estate.web.request(method, path.format(**ids), token=keys[dialect_of(path).name], json=body)
            assert answer.is_success, f"{method} {path}: {answer.text}"
            tried.append(path)
    assert len(tried) == 26


def replaced(example: Any, known: dict[str, Any]) -> Any:
    """The example with ids and hashes of this account, and a URL that leads somewhere."""
    if isinstance(example, list):
        return [replaced(each, known) for each in example]
    if not isinstance(example, dict):
        return example
    return {name: known.get(name, replaced(value, known)) for name, value in example.items()}

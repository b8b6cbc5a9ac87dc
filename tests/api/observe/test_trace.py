"""A request, and all work that it orders, are one trace; and where nobody asks for traces, nothing is paid for them."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, SpanKind

from api import traceparent
from api.domain.kit.failures import FILE_MISSING
from api.observe import trace
from api.settings import Settings
from api.worker.parent.bench import Bench
from api.worker.parent.run_segment import run_segment
from tests.api.domain.support import claim
from tests.api.worker.conftest import bench  # noqa: F401 (a fixture)
from tests.support.web import Web

FROM_ELSEWHERE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    trace.start(SimpleSpanProcessor(exporter), "test")
    yield exporter
    trace.stop()


def context(span: ReadableSpan) -> SpanContext:
    found = span.get_span_context()
    assert found is not None
    return found


def trace_ids(spans: tuple[ReadableSpan, ...]) -> set[str]:
    return {f"{context(span).trace_id:032x}" for span in spans}


def test_from_the_request_to_the_segments_of_its_order_it_is_one_trace(
    spans: InMemorySpanExporter, bench: Bench  # noqa: F811
) -> None:
    web = Web.of(bench.database, bench.settings)
    made = web.upload(headers={"traceparent": FROM_ELSEWHERE}).json()["data"]
    web.get(f"/v1/renders/{made['renderId']}?signature=secret")
    [key] = [key for key in web.stored() if key.startswith("models/")]
    bench.storage.delete(key)  # so that the work is soon over
    held = claim(bench.database, queue="inspect")
    assert held is not None
    run_segment(bench, held)
    request, reading, *_ = [span for span in spans.get_finished_spans() if span.name != "GET /v1/renders/{render_id}"]
    assert (request.name, request.kind) == ("POST /v1/models", SpanKind.SERVER)
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 201
    assert (reading.name, reading.kind) == ("segment inspect", SpanKind.CONSUMER)
    assert trace_ids((request, reading)) == {FROM_ELSEWHERE.split("-")[1]}
    assert reading.parent is not None
    assert reading.parent.span_id == context(request).span_id
    assert [event.name for event in reading.events] == [f"failed: {FILE_MISSING}"]
    looked = next(span for span in spans.get_finished_spans() if span.name == "GET /v1/renders/{render_id}")
    assert trace_ids((looked,)) != trace_ids((request,))
    told = str([span.to_json() for span in spans.get_finished_spans()])
    assert "secret" not in told
    assert made["renderId"] not in told


def test_what_makes_no_sense_as_a_trace_begins_a_new_one(spans: InMemorySpanExporter) -> None:
    for nonsense in ("", "00-0-0-0", FROM_ELSEWHERE[:-1], "ff" + FROM_ELSEWHERE[2:]):
        with trace.span("a step", parent=nonsense):
            written = traceparent.current.get()
            assert written is not None
            assert len(written) == 55
    assert len(trace_ids(spans.get_finished_spans())) == 4
    assert traceparent.current.get() is None


def test_an_error_is_noted_and_goes_on(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="broken"), trace.span("a step"):
        raise ValueError("broken")
    [span] = spans.get_finished_spans()
    assert (span.status.is_ok, span.status.description) == (False, "ValueError")
    assert "broken" not in span.to_json()


@pytest.mark.nightly  # for the time that a process takes to start
def test_without_an_endpoint_there_is_no_span_and_nothing_is_imported() -> None:
    code = (
        "import sys; from api.observe import trace; from api.settings import Settings\n"
        "trace.configure(Settings(), 'server')\n"
        "with trace.span('a step') as span: assert span is None; trace.event('nothing')\n"
        "trace.stop(); assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_endpoint_without_the_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(trace.TracingMissing, match="install the extra `otel`"):
        trace.configure(Settings(otlp_endpoint="http://127.0.0.1:4318"), "server")

"""Traces, by OpenTelemetry: a request and all work that it orders are one, whatever process does it, and when.

    with trace.span("segment video", parent=claim.traceparent, kind="consumer", task=claim.task_id):
        ...     what is ordered here belongs to the same trace

They go to PIROUETTE_OTLP_ENDPOINT. Where that is empty, nothing of OpenTelemetry is imported, and a span costs nothing:
the library is the extra `otel`. Its own variables (OTEL_TRACES_SAMPLER and others) hold, too. No span has a path, a
query, an address, or anything of a model: only ids, and routes as they are declared.
"""

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any, Literal

from api import traceparent
from api.settings import Settings

SERVICE = "pirouette"
PATH = "/v1/traces"
"""Where OTLP's collectors take traces by HTTP."""

_tracer: Any = None
_provider: Any = None


class TracingMissing(Exception):
    """An endpoint is set, and the library isn't installed."""


def configure(settings: Settings, role: str) -> None:
    """This process's spans go to the endpoint of the settings, if there is one. Raises TracingMissing."""
    if not settings.otlp_endpoint:
        return
    try:
        exporter = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        export = importlib.import_module("opentelemetry.sdk.trace.export")
    except ImportError as error:
        raise TracingMissing(
            f"PIROUETTE_OTLP_ENDPOINT is set, but {error.name} isn't installed: install the extra `otel`"
        ) from error
    url = settings.otlp_endpoint.rstrip("/") + PATH
    start(export.BatchSpanProcessor(exporter.OTLPSpanExporter(endpoint=url)), role)


def start(processor: Any, role: str) -> None:
    """Spans go to this processor of the SDK."""
    global _tracer, _provider
    sdk = importlib.import_module("opentelemetry.sdk.trace")
    resources = importlib.import_module("opentelemetry.sdk.resources")
    _provider = sdk.TracerProvider(
        resource=resources.Resource.create({"service.name": SERVICE, "service.instance.id": role}),
        shutdown_on_exit=False,
    )
    _provider.add_span_processor(processor)
    _tracer = _provider.get_tracer(SERVICE)


def stop() -> None:
    """Sends what is left, for some seconds at most."""
    global _tracer, _provider
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None


@contextlib.contextmanager
def span(
    name: str,
    *,
    parent: str | None = None,
    kind: Literal["internal", "server", "consumer"] = "internal",
    **attributes: str | int,
) -> Iterator[Any]:
    """What is done in the block is one step of the trace of the `parent`, a traceparent, or of a trace of its own.

    Yields the span, or None where nothing is traced. Of an error that leaves the block the class is noted, and no
    message, which may name anything.
    """
    if _tracer is None:
        yield None
        return
    api = importlib.import_module("opentelemetry.trace")
    propagation = importlib.import_module("opentelemetry.trace.propagation.tracecontext")
    carrier = {"traceparent": parent} if parent else {}
    context = propagation.TraceContextTextMapPropagator().extract(carrier)
    with _tracer.start_as_current_span(
        name, context=context, kind=api.SpanKind[kind.upper()],
        attributes={f"pirouette.{key}": value for key, value in attributes.items()}, record_exception=False,
        set_status_on_exception=False,
    ) as begun:  # fmt: skip
        told = begun.get_span_context()
        written = f"00-{told.trace_id:032x}-{told.span_id:016x}-{int(told.trace_flags):02x}"
        token = traceparent.current.set(written)
        try:
            yield begun
        except BaseException as error:
            begun.set_status(api.StatusCode.ERROR, type(error).__name__)
            raise
        finally:
            traceparent.current.reset(token)


def event(name: str) -> None:
    """Something has happened in the span that is under way."""
    if _tracer is not None:
        importlib.import_module("opentelemetry.trace").get_current_span().add_event(name)

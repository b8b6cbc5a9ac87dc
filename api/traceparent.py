"""The trace that the code running now belongs to. It is written into the rows of tasks, so that the worker that does
one continues the trace of the request that ordered it: see api.observe.trace."""

from contextvars import ContextVar

current: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""The span that is under way, as W3C's Trace Context writes it, 55 characters; None where nothing is traced."""

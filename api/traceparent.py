"""Of which trace what is done now is a part, for rows that others go on from: see api.observe.trace."""

from contextvars import ContextVar

current: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""The span that is under way, as W3C's Trace Context writes it, 55 characters; None where nothing is traced."""

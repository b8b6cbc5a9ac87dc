"""Flows: orders of models that are to be generated or optimised, their inputs, and the tasks that make them."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base

_UNFINISHED = "state IN ('starting', 'running', 'aborting')"


class Flow(Base):
    """One run of a template: domain.generations.templates'. `public_id` is what its dialect calls it.

    `parameters` are complete, with the seed that was drawn. `additional` is its owner's, and nobody reads it. `stage`
    is the step that began last, `progress` a share of all steps that never falls. `credits` is what it costs, once it
    is started. Whoever ends it holds this row's lock.
    """

    __tablename__ = "flows"
    __table_args__ = (
        Index("flows_by_account", "account_id", "created_at", "id"),
        Index("flows_unfinished", "deadline_at", sqlite_where=text(_UNFINISHED), postgresql_where=text(_UNFINISHED)),
        CheckConstraint(
            "state IN ('created', 'starting', 'running', 'aborting', 'completed', 'failed', 'aborted')",
            name="state_known",
        ),
        CheckConstraint("(state IN ('completed', 'failed', 'aborted')) = (finished_at IS NOT NULL)",
                        name="finished_at_the_end"),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress_is_a_share"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    template: Mapped[str] = mapped_column(String(50))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    additional: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    state: Mapped[str] = mapped_column(String(10))
    stage: Mapped[str | None] = mapped_column(String(10))
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    error_code: Mapped[str | None] = mapped_column(String(50))
    error_message: Mapped[str | None] = mapped_column(Text)
    credits: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]  # when a worker took the first of its tasks
    finished_at: Mapped[dt.datetime | None]
    deadline_at: Mapped[dt.datetime | None]


class FlowInput(Base):
    """What of a flow is to be made of one text or file, which is its result "input". `asset_id` and `output_id` are
    what the dialect calls the input and the file that is made of it. `facts` are what engines say of their work, by
    step."""

    __tablename__ = "flow_inputs"
    __table_args__ = (
        UniqueConstraint("flow_id", "position"),
        CheckConstraint("state IN ('available', 'processing', 'ready', 'error')", name="state_known"),
        CheckConstraint("(text IS NULL) = (sha256 IS NOT NULL)", name="text_or_file"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    flow_id: Mapped[str] = mapped_column(ForeignKey("flows.id", ondelete="CASCADE"))
    position: Mapped[int]
    asset_id: Mapped[str] = mapped_column(String(24), unique=True)
    output_id: Mapped[str] = mapped_column(String(24), unique=True)
    media_type: Mapped[str] = mapped_column(String(50))
    text: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(String(64))  # of the file
    additional: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    state: Mapped[str] = mapped_column(String(10), default="available")
    error_message: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    processed_at: Mapped[dt.datetime | None]


class FlowStep(Base):
    """The task that does one step for an input, and whose files are results of the task's id. `number` is its place
    among the input's steps, from 0: each needs the one before it."""

    __tablename__ = "flow_steps"
    __table_args__ = (UniqueConstraint("input_id", "number"),)

    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    input_id: Mapped[str] = mapped_column(ForeignKey("flow_inputs.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(10))

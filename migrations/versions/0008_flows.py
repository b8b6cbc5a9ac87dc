"""Flows: what is to be generated or optimised, of which inputs, and by which tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TIME = sa.DateTime(timezone=True)
UNFINISHED = sa.text("state IN ('starting', 'running', 'aborting')")


def fk(table: str, column: str, referred: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "flows",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("public_id", sa.String(24), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("template", sa.String(50), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("additional", sa.JSON(none_as_null=True)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("stage", sa.String(10)),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("error_code", sa.String(50)),
        sa.Column("error_message", sa.Text()),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("deadline_at", TIME),
        sa.CheckConstraint(
            "state IN ('created', 'starting', 'running', 'aborting', 'completed', 'failed', 'aborted')",
            name=op.f("ck_flows_state_known"),
        ),
        sa.CheckConstraint(
            "(state IN ('completed', 'failed', 'aborted')) = (finished_at IS NOT NULL)",
            name=op.f("ck_flows_finished_at_the_end"),
        ),
        sa.CheckConstraint("progress >= 0 AND progress <= 1", name=op.f("ck_flows_progress_is_a_share")),
        fk("flows", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_flows"),
        sa.UniqueConstraint("public_id", name="uq_flows_public_id"),
    )
    op.create_index("flows_by_account", "flows", ["account_id", "created_at", "id"])
    op.create_index(
        "flows_unfinished", "flows", ["deadline_at"], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED
    )
    op.create_table(
        "flow_inputs",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("flow_id", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.String(24), nullable=False),
        sa.Column("output_id", sa.String(24), nullable=False),
        sa.Column("media_type", sa.String(50), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("additional", sa.JSON(none_as_null=True)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("error_message", sa.Text()),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("processed_at", TIME),
        sa.CheckConstraint(
            "state IN ('available', 'processing', 'ready', 'error')", name=op.f("ck_flow_inputs_state_known")
        ),
        sa.CheckConstraint("(text IS NULL) = (sha256 IS NOT NULL)", name=op.f("ck_flow_inputs_text_or_file")),
        fk("flow_inputs", "flow_id", "flows", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_flow_inputs"),
        sa.UniqueConstraint("asset_id", name="uq_flow_inputs_asset_id"),
        sa.UniqueConstraint("flow_id", "position", name="uq_flow_inputs_flow_id"),
        sa.UniqueConstraint("output_id", name="uq_flow_inputs_output_id"),
    )
    op.create_table(
        "flow_steps",
        sa.Column("task_id", sa.String(12), nullable=False),
        sa.Column("input_id", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(10), nullable=False),
        fk("flow_steps", "input_id", "flow_inputs", ondelete="CASCADE"),
        fk("flow_steps", "task_id", "tasks"),
        sa.PrimaryKeyConstraint("task_id", name="pk_flow_steps"),
        sa.UniqueConstraint("input_id", "number", name="uq_flow_steps_input_id"),
    )


def downgrade() -> None:
    op.drop_table("flow_steps")
    op.drop_table("flow_inputs")
    op.drop_table("flows")

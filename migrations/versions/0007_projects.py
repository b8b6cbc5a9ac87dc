"""Files that are to come, templates, projects, their renders, and workflows of all of it; thumbnails of models."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def where(condition: str) -> dict[str, Any]:
    """The index has the rows that meet the condition."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def fk(table: str, column: str, referred: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        fk("batches", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_account_id", "batches", ["account_id"])
    op.create_table(
        "templates",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12)),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        fk("templates", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_templates"),
    )
    op.create_index("templates_by_account", "templates", ["account_id", "created_at", "id"])
    op.create_table(
        "projects",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("template_id", sa.String(12), nullable=False),
        sa.Column("batch_id", sa.String(12)),
        sa.Column("created_at", TIME, nullable=False),
        fk("projects", "account_id", "accounts"),
        fk("projects", "batch_id", "batches"),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
    )
    op.create_index("ix_projects_batch_id", "projects", ["batch_id"])
    op.create_index("projects_by_account", "projects", ["account_id", "created_at", "id"])
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("file_type", sa.String(10), nullable=False),
        sa.Column("file_key", sa.String(200)),
        sa.Column("file_size", sa.BigInteger()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("model_id", sa.String(12)),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("(file_key IS NULL) = (sha256 IS NULL)", name=op.f("ck_uploads_file_whole")),
        fk("uploads", "account_id", "accounts"),
        fk("uploads", "model_id", "models"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_model_id", "uploads", ["model_id"])
    op.create_index("uploads_by_account", "uploads", ["account_id", "created_at", "id"])
    op.create_index("uploads_open", "uploads", ["account_id", "expires_at"], **where("model_id IS NULL"))
    op.create_table(
        "workflows",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("token_id", sa.String(12)),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("template_id", sa.String(12)),
        sa.Column("create_projects", sa.Boolean(), nullable=False),
        sa.Column("render_settings", sa.JSON(none_as_null=True)),
        sa.Column("batch_id", sa.String(12)),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint(
            "status IN ('AWAITING_UPLOADS', 'PROCESSING', 'CREATING_PROJECTS', 'RENDERING', 'COMPLETE', 'FAILED')",
            name=op.f("ck_workflows_status_known"),
        ),
        fk("workflows", "account_id", "accounts"),
        fk("workflows", "batch_id", "batches"),
        sa.PrimaryKeyConstraint("id", name="pk_workflows"),
    )
    op.create_index("workflows_by_account", "workflows", ["account_id", "created_at", "id"])
    op.create_index(
        "workflows_unfinished", "workflows", ["created_at"],
        **where("status IN ('PROCESSING', 'CREATING_PROJECTS', 'RENDERING')"),
    )  # fmt: skip
    op.create_table(
        "model_variants",
        sa.Column("base_id", sa.String(12), nullable=False),
        sa.Column("upload_id", sa.String(12), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        fk("model_variants", "base_id", "uploads", ondelete="CASCADE"),
        fk("model_variants", "upload_id", "uploads", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("base_id", "upload_id", name="pk_model_variants"),
        sa.UniqueConstraint("base_id", "name", name="uq_model_variants_base_id"),
    )
    op.create_index("ix_model_variants_upload_id", "model_variants", ["upload_id"])
    op.create_table(
        "project_models",
        sa.Column("project_id", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("upload_id", sa.String(12), nullable=False),
        fk("project_models", "project_id", "projects", ondelete="CASCADE"),
        fk("project_models", "upload_id", "uploads"),
        sa.PrimaryKeyConstraint("project_id", "position", name="pk_project_models"),
    )
    op.create_index("ix_project_models_upload_id", "project_models", ["upload_id"])
    op.create_table(
        "render_jobs",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("account_id", sa.String(12), nullable=False),
        sa.Column("project_id", sa.String(12), nullable=False),
        sa.Column("batch_id", sa.String(12), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("error_message", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint(
            "status IN ('QUEUED', 'COMPLETED', 'FAILED')",
            name=op.f("ck_render_jobs_status_known"),
        ),
        fk("render_jobs", "account_id", "accounts"),
        fk("render_jobs", "project_id", "projects", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_render_jobs"),
    )
    op.create_index("ix_render_jobs_project_id", "render_jobs", ["project_id"])
    op.create_index("render_jobs_by_account", "render_jobs", ["account_id", "created_at", "id"])
    op.create_index(
        "render_jobs_unfinished", "render_jobs", ["created_at"],
        **where("status = 'QUEUED'"),
    )  # fmt: skip
    op.create_table(
        "render_job_outputs",
        sa.Column("render_id", sa.String(12), nullable=False),
        sa.Column("job_id", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("file_type", sa.String(10), nullable=False),
        fk("render_job_outputs", "job_id", "render_jobs", ondelete="CASCADE"),
        fk("render_job_outputs", "render_id", "renders", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("render_id", name="pk_render_job_outputs"),
        sa.UniqueConstraint("job_id", "position", name="uq_render_job_outputs_job_id"),
    )
    op.create_table(
        "workflow_models",
        sa.Column("workflow_id", sa.String(12), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("upload_id", sa.String(12), nullable=False),
        sa.Column("project_id", sa.String(12)),
        sa.Column("render_job_id", sa.String(12)),
        fk("workflow_models", "project_id", "projects", ondelete="SET NULL"),
        fk("workflow_models", "render_job_id", "render_jobs", ondelete="SET NULL"),
        fk("workflow_models", "upload_id", "uploads"),
        fk("workflow_models", "workflow_id", "workflows", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workflow_id", "position", name="pk_workflow_models"),
    )
    op.create_index("ix_workflow_models_render_job_id", "workflow_models", ["render_job_id"])
    op.create_index("ix_workflow_models_upload_id", "workflow_models", ["upload_id"])
    op.add_column("models", sa.Column("thumbnail_id", sa.String(12)))
    op.create_index("ix_models_thumbnail_id", "models", ["thumbnail_id"])


def downgrade() -> None:
    op.drop_index("ix_models_thumbnail_id", "models")
    op.drop_column("models", "thumbnail_id")
    op.drop_table("workflow_models")
    op.drop_table("render_job_outputs")
    op.drop_table("render_jobs")
    op.drop_table("project_models")
    op.drop_table("model_variants")
    op.drop_table("workflows")
    op.drop_table("uploads")
    op.drop_table("projects")
    op.drop_table("templates")
    op.drop_table("batches")

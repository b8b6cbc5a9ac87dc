"""Files that are to come, templates, and what is made with them: projects, their renders, and workflows of it all."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base, Json


class Upload(Base):
    """A model that its owner has named before its file is there. Its id is the model's for who asked for it.

    `file_key`, `file_size` and `sha256` are those of the whole file that came last, where the farm itself received it.
    `model_id` is the catalog's model of the same bytes, from when the file was confirmed: several uploads may share it.
    """

    __tablename__ = "uploads"
    __table_args__ = (
        Index("uploads_by_account", "account_id", "created_at", "id"),
        Index("uploads_open", "account_id", "expires_at",
              sqlite_where=text("model_id IS NULL"), postgresql_where=text("model_id IS NULL")),
        CheckConstraint("(file_key IS NULL) = (sha256 IS NULL)", name="file_whole"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(255))
    file_type: Mapped[str] = mapped_column(String(10))  # one of ingest.file_types.FILE_TYPES
    file_key: Mapped[str | None] = mapped_column(String(200))
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    model_id: Mapped[str | None] = mapped_column(ForeignKey("models.id"), index=True)
    expires_at: Mapped[dt.datetime]  # until then its file may come
    created_at: Mapped[dt.datetime]


class ModelVariant(Base):
    """A model that is drawn beside another one, its base, wherever that one's variants are."""

    __tablename__ = "model_variants"
    __table_args__ = (UniqueConstraint("base_id", "name"),)

    base_id: Mapped[str] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[dt.datetime]


class Template(Base):
    """A look, with the cameras to take it by: an account's, or for all. `content` is domain.projects.content's.

    The farm's own templates have no row: see domain.projects.builtin. A deleted one stays for its projects.
    """

    __tablename__ = "templates"
    __table_args__ = (Index("templates_by_account", "account_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))  # NULL: for all
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(500))
    tags: Mapped[list[str]]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    deleted_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class Batch(Base):
    """Projects that were made together."""

    __tablename__ = "batches"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[dt.datetime]


class Project(Base):
    """Models in the look of a template, to be rendered. `template_id` may be one of the farm's own."""

    __tablename__ = "projects"
    __table_args__ = (Index("projects_by_account", "account_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(200))
    template_id: Mapped[str] = mapped_column(String(12))
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id"), index=True)
    created_at: Mapped[dt.datetime]


class ProjectModel(Base):
    """A project's models, in the order of their `position`."""

    __tablename__ = "project_models"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id"), index=True)


class RenderJob(Base):
    """An order of all pictures and videos of a project, paid and refunded as one. `batch_id` is the order's, and may be
    several jobs'; a job that is tried again gets a new one.

    `status` is one of domain.projects.states.RenderJobStatus. Until the job has ended it is QUEUED: whether any of it
    is drawn already is read from its renders.
    """

    __tablename__ = "render_jobs"
    __table_args__ = (
        Index("render_jobs_by_account", "account_id", "created_at", "id"),
        Index("render_jobs_unfinished", "created_at",
              sqlite_where=text("status = 'QUEUED'"), postgresql_where=text("status = 'QUEUED'")),
        CheckConstraint("status IN ('QUEUED', 'COMPLETED', 'FAILED')", name="status_known"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(10))
    settings: Mapped[dict[str, Any]] = mapped_column(Json)  # domain.projects.plans.OutputSettings'
    credits: Mapped[int]
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class RenderJobOutput(Base):
    """A picture or video of a render job: a render, and what it is called there. `file_type` is "PNG", "MP4" or
    "PRORES"."""

    __tablename__ = "render_job_outputs"
    __table_args__ = (UniqueConstraint("job_id", "position"),)

    render_id: Mapped[str] = mapped_column(ForeignKey("renders.id", ondelete="CASCADE"), primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("render_jobs.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(400))
    file_type: Mapped[str] = mapped_column(String(10))


class Workflow(Base):
    """Files -> models -> projects -> renders, ordered at once. `status` is domain.projects.states.WorkflowStatus.

    `render_settings` are NULL where nothing is to be rendered. `token_id` is the key that ordered, for its spending
    cap.
    """

    __tablename__ = "workflows"
    __table_args__ = (
        Index("workflows_by_account", "account_id", "created_at", "id"),
        Index("workflows_unfinished", "created_at",
              sqlite_where=text("status IN ('PROCESSING', 'CREATING_PROJECTS', 'RENDERING')"),
              postgresql_where=text("status IN ('PROCESSING', 'CREATING_PROJECTS', 'RENDERING')")),
        CheckConstraint(
            "status IN ('AWAITING_UPLOADS', 'PROCESSING', 'CREATING_PROJECTS', 'RENDERING', 'COMPLETE', 'FAILED')",
            name="status_known",
        ),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    token_id: Mapped[str | None] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(20))
    template_id: Mapped[str | None] = mapped_column(String(12))
    create_projects: Mapped[bool]
    render_settings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id"))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class WorkflowModel(Base):
    """A workflow's models, in the order of their `position`, and what was made of each by now."""

    __tablename__ = "workflow_models"

    workflow_id: Mapped[str] = mapped_column(ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id"), index=True)
    project_id: Mapped[str | None] = mapped_column(ForeignKey("projects.id", ondelete="SET NULL"))
    render_job_id: Mapped[str | None] = mapped_column(ForeignKey("render_jobs.id", ondelete="SET NULL"), index=True)

"""The tables, a file for each noun. The database is the truth; what can be a constraint is one.

Migrations in /migrations build them.
"""

from api.db.tables.accounts import Account, IdempotencyKey, LedgerEntry, Quota, StoredBytes, Token
from api.db.tables.base import Base, UtcDateTime
from api.db.tables.catalog import Model, ModelTag, Overlay
from api.db.tables.galleries import Gallery, GalleryRender
from api.db.tables.generations import Flow, FlowInput, FlowStep
from api.db.tables.people import BrowserSession, Person, PersonLink
from api.db.tables.pictures import Picture, PictureKey
from api.db.tables.presets import Preset
from api.db.tables.projects import (
    Batch,
    ModelVariant,
    Project,
    ProjectModel,
    RenderJob,
    RenderJobOutput,
    Template,
    Upload,
    Workflow,
    WorkflowModel,
)
from api.db.tables.renders import DeletedRender, Render, RenderOverlay
from api.db.tables.results import Result
from api.db.tables.uploads import ResumableUpload
from api.db.tables.watching import ProcessCounts
from api.db.tables.webhooks import WebhookDelivery, WebhookSecret, WebhookSubscription, WebhookTarget
from api.db.tables.work import Lane, OutboxMessage, Pause, Segment, Task, TaskNeed, Worker, WorkerLog

__all__ = [
    "Account",
    "Base",
    "Batch",
    "BrowserSession",
    "DeletedRender",
    "Flow",
    "FlowInput",
    "FlowStep",
    "Gallery",
    "GalleryRender",
    "IdempotencyKey",
    "Lane",
    "LedgerEntry",
    "Model",
    "ModelTag",
    "ModelVariant",
    "OutboxMessage",
    "Overlay",
    "Pause",
    "Person",
    "PersonLink",
    "Picture",
    "PictureKey",
    "Preset",
    "ProcessCounts",
    "Project",
    "ProjectModel",
    "Quota",
    "Render",
    "RenderJob",
    "RenderJobOutput",
    "RenderOverlay",
    "Result",
    "ResumableUpload",
    "Segment",
    "StoredBytes",
    "Task",
    "TaskNeed",
    "Template",
    "Token",
    "Upload",
    "UtcDateTime",
    "WebhookDelivery",
    "WebhookSecret",
    "WebhookSubscription",
    "WebhookTarget",
    "Worker",
    "WorkerLog",
    "Workflow",
    "WorkflowModel",
]

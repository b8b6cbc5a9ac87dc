"""The statuses of projects, of their renders and of workflows, in Glossi's words."""

from enum import StrEnum


class ProjectStatus(StrEnum):
    """Found from the project's models: nothing of a project itself has to be made."""

    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"
    """One of its models is gone, or can't be read."""


class RenderJobStatus(StrEnum):
    QUEUED = "QUEUED"
    RENDERING = "RENDERING"
    """Some of its pictures and videos are being drawn, or are there already."""
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    """Something of it could not be made; the credits of that are refunded."""


class WorkflowStatus(StrEnum):
    """`workflows` says what leads from one to the next."""

    AWAITING_UPLOADS = "AWAITING_UPLOADS"
    PROCESSING = "PROCESSING"
    CREATING_PROJECTS = "CREATING_PROJECTS"
    RENDERING = "RENDERING"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"


AT_WORK = (WorkflowStatus.PROCESSING, WorkflowStatus.CREATING_PROJECTS, WorkflowStatus.RENDERING)
"""The statuses of a workflow that the farm has to do something about."""

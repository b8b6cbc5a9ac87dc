"""/api/v1/templates: looks, with the cameras to take them by."""

from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, Field

from api.domain.projects import templates
from api.domain.projects.templates import Description, TemplateView
from api.errors import InvalidSettings, TemplateNotFound
from api.http.body import body_of, documented
from api.http.glossi.auth import Reader, Writer
from api.http.glossi.failures import errors
from api.http.glossi.paths import TemplateId, new_router
from api.http.glossi.schemas import Asked, TemplateIdText
from api.http.state import FarmDep

router = new_router("templates")

EXAMPLE: dict[str, Any] = next(iter(templates.BUILTIN.values())).content.to_json()


class Template(BaseModel):
    templateId: TemplateIdText
    name: str = Field(examples=["Studio Light"])
    description: str = Field(examples=["Clean studio lighting setup"])
    tags: list[str] = Field(examples=[["studio", "product"]])
    public: bool = Field(description="Whether every workspace has it", examples=[True])
    bookmarks: list[str] = Field(
        description="The names of its pictures", examples=[[each["name"] for each in EXAMPLE["bookmarks"]]]
    )
    shots: list[str] = Field(
        description="The names of its videos", examples=[[each["name"] for each in EXAMPLE["shots"]]]
    )

    @classmethod
    def of(cls, view: TemplateView) -> "Template":
        return cls(
            templateId=view.id,
            name=view.name,
            description=view.description,
            tags=list(view.tags),
            public=view.is_public,
            bookmarks=[bookmark.name for bookmark in view.content.bookmarks],
            shots=[shot.name for shot in view.content.shots],
        )


class TemplateDetail(Template):
    content: dict[str, Any] = Field(description="What POST takes", examples=[EXAMPLE])

    @classmethod
    def of(cls, view: TemplateView) -> "TemplateDetail":
        return cls(**Template.of(view).model_dump(), content=view.content.to_json())


class Templates(BaseModel):
    templates: list[Template]


class TemplateAsked(Asked):
    name: str = Field(examples=["Warm Studio"])
    description: str | None = Field(None, examples=["The studio, on a warm background"])
    tags: list[str] = Field([], examples=[["studio"]])
    content: dict[str, Any] = Field(
        description="`look`: settings that all pictures and videos have in common, named as dx.gl's renderSettings. "
        "`bookmarks`: pictures, each with a name and a camera. `shots`: videos, each with a name and a camera path",
        examples=[EXAMPLE],
    )

    @property
    def described(self) -> Description:
        return Description.of(
            name=self.name, description=self.description, tags=self.tags, content=self.content
        )


class TemplateDeleted(BaseModel):
    templateId: TemplateIdText
    deleted: bool = True


@router.get("/templates", responses=errors())
def list_templates(principal: Reader, farm: FarmDep, internal: bool = True, public: bool = True) -> Templates:
    """`internal=false` leaves the workspace's own templates out, `public=false` those that every workspace has."""
    with farm.database.read() as session:
        found = templates.list_templates(session, principal.account_id, internal=internal, public=public)
    return Templates(templates=[Template.of(view) for view in found])


@router.get("/templates/{template_id}", responses=errors(TemplateNotFound))
def get_template(principal: Reader, farm: FarmDep, template_id: TemplateId) -> TemplateDetail:
    """Beyond Glossi's API: a template with its content."""
    with farm.database.read() as session:
        return TemplateDetail.of(templates.get_template(session, principal.account_id, template_id))


@router.post(
    "/templates", status_code=201, responses=errors(InvalidSettings), openapi_extra=documented(TemplateAsked)
)
def create_template(
    principal: Writer, farm: FarmDep, body: Annotated[TemplateAsked, Depends(body_of(TemplateAsked))]
) -> TemplateDetail:
    """Beyond Glossi's API: a template of the workspace."""
    described = body.described
    with farm.database.begin() as session:
        return TemplateDetail.of(templates.create_template(session, principal.account_id, described))


@router.put(
    "/templates/{template_id}", responses=errors(TemplateNotFound, InvalidSettings),
    openapi_extra=documented(TemplateAsked),
)  # fmt: skip
def replace_template(
    principal: Writer, farm: FarmDep, template_id: TemplateId,
    body: Annotated[TemplateAsked, Depends(body_of(TemplateAsked))],
) -> TemplateDetail:  # fmt: skip
    """Beyond Glossi's API: replaces a template of the workspace. Renders that were ordered before stay as they were."""
    described = body.described
    with farm.database.begin() as session:
        return TemplateDetail.of(
            templates.change_template(session, principal.account_id, template_id, described)
        )


@router.delete("/templates/{template_id}", responses=errors(TemplateNotFound))
def delete_template(principal: Writer, farm: FarmDep, template_id: TemplateId) -> TemplateDeleted:
    """Beyond Glossi's API: deletes a template of the workspace. Projects that have it can still be rendered."""
    with farm.database.begin() as session:
        templates.delete_template(session, principal.account_id, template_id)
    return TemplateDeleted(templateId=template_id)

"""/templates: what can be ordered."""

from api.domain.generations import templates
from api.domain.generations.templates import MODEL, Parameter, Template
from api.errors import TemplateNotFound
from api.http.generio.auth import Reader
from api.http.generio.failures import errors
from api.http.generio.paths import new_router
from api.http.generio.schemas import FlowParameter, FlowTemplate, FlowTemplates
from api.http.state import Farm, FarmDep

router = new_router("templates")


@router.get("/templates", responses=errors())
def list_templates(principal: Reader, farm: FarmDep) -> FlowTemplates:
    """All of them, with their parameters."""
    return FlowTemplates(templates=[_shown(farm, template) for template in templates.listed()])


@router.get("/templates/{template_id}", responses=errors(TemplateNotFound))
def get_template(principal: Reader, farm: FarmDep, template_id: str) -> FlowTemplate:
    """One of them, by its name or its id."""
    return _shown(farm, templates.find(template_id))


def _shown(farm: Farm, template: Template) -> FlowTemplate:
    return FlowTemplate(
        template_id=template.id, template_name=template.name, name=template.name, description=template.description,
        category=template.category, input_types=list(template.input_types), output_types=[MODEL],
        parameters={name: _parameter(parameter) for name, parameter in template.parameters.items()},
        credits=template.price(farm.settings),
    )  # fmt: skip


def _parameter(parameter: Parameter) -> FlowParameter:
    return FlowParameter(
        type=parameter.kind, default=parameter.default, allowed=list(parameter.choices) or None,
        minimum=parameter.least, maximum=parameter.most, description=parameter.description,
    )  # fmt: skip

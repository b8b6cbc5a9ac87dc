"""What can be ordered: a template is a row of TEMPLATES, with the inputs that it takes and its parameters.

Sources: Generio's "Quickstart - Flows API Documentation" for names, types and defaults; the Grok 3D pipeline's document
for its steps. Bounds, prices and the parameters that are said to be ours are this farm's.
"""

import dataclasses
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

from api.domain.generations import plans
from api.domain.generations.plans import Plan
from api.errors import InvalidRequest, TemplateNotFound
from api.settings import Settings
from renderer.spec.generation import MAX_SEED, Quality
from renderer.spec.wanted import FEWEST, LARGEST_TEXTURE, MOST, SMALLEST_TEXTURE, Compression

TEXT = "text/plain"
MODEL = "model/gltf-binary"
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/tiff")

RANDOM_SEED = -1


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    """`kind` is JSON's word for the value's type. A default of None is spelled null, and may be given as such."""

    kind: Literal["string", "integer", "boolean"]
    default: str | int | bool | None
    description: str
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None

    def check(self, name: str, value: object) -> str | int | bool | None:
        """The value. Raises InvalidRequest for one that can't be."""
        if value is None and self.default is None:
            return None
        match self.kind, value:
            case "boolean", bool():
                return value
            case "string", str() if value in self.choices:
                return value
            case "integer", int() if not isinstance(value, bool) and self._holds(value):
                return value
        raise InvalidRequest(f"{name} must be {self.wanted}", param=f"parameters.{name}")

    @property
    def wanted(self) -> str:
        """What a value must be, in words."""
        if self.kind == "boolean":
            return "true or false"
        if self.kind == "string":
            return " or ".join(f'"{choice}"' for choice in self.choices)
        null = "null or " if self.default is None else ""
        random = f"{RANDOM_SEED} or " if self.default == RANDOM_SEED else ""
        return f"{null}{random}an integer from {self.least:,} to {self.most:,}"

    def _holds(self, value: int) -> bool:
        in_range = self.least is not None and self.most is not None and self.least <= value <= self.most
        return in_range or (value == RANDOM_SEED == self.default)


@dataclasses.dataclass(frozen=True, slots=True)
class Template:
    """`input_types` are media types of inputs. `price` is that of one input, by the farm's settings. `is_listed`:
    Generio's users may order it. `plan` says which steps make an output."""

    name: str
    description: str
    category: str
    input_types: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    price: Callable[[Settings], int]
    plan: Plan
    is_listed: bool = True

    @property
    def id(self) -> str:
        """24 hex digits, which follow from the name."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:24]

    def complete(self, given: Mapping[str, object]) -> dict[str, Any]:
        """The parameters with defaults for those that aren't given, and a seed drawn where it is to be random.

        Raises InvalidRequest for an unknown one, and for a wrong value.
        """
        for name in given:
            if name not in self.parameters:
                known = ", ".join(self.parameters)
                raise InvalidRequest(f"parameters: {self.name} has no {name[:50]!r}; it has {known}",
                                     param="parameters")  # fmt: skip
        found: dict[str, Any] = {
            name: parameter.check(name, given.get(name, parameter.default))
            for name, parameter in self.parameters.items()
        }
        if found.get("seed") == RANDOM_SEED:
            found["seed"] = secrets.randbelow(MAX_SEED + 1)
        return found


_SEED = Parameter(
    "integer", RANDOM_SEED, "Equal seeds give equal files; -1 draws one, which the flow then shows", least=0,
    most=MAX_SEED,
)  # fmt: skip
_MESH = {
    "quality": Parameter(
        "string", "high", "Textures of 512 pixels a side and fewer triangles, or of 1024 and more",
        choices=get_args(Quality),
    ),
    "seed": _SEED,
    "texture": Parameter("boolean", True, "Whether materials have textures, or plain colours"),
}  # fmt: skip
_OPTIMISE = {
    "polygon_count": Parameter("integer", 100_000, "Triangles, at most", least=FEWEST, most=MOST),
    "texture_size": Parameter(
        "integer", None, "Pixels a side of its textures, at most; null leaves them (ours)", least=SMALLEST_TEXTURE,
        most=LARGEST_TEXTURE,
    ),
    "compress": Parameter("string", "none", "How its vertices are compressed (ours)", choices=get_args(Compression)),
    "quantize": Parameter("boolean", False, "Whether its vertices are stored in fewer bits (ours)"),
}  # fmt: skip

PIPELINE = "grok_pipeline"

_ALL = (
    Template(
        "model_generate_fromprompt", "Generate a 3D model from a text", "Assets → 3D Model", (TEXT,), _MESH,
        lambda settings: settings.price_model_from_prompt, plans.from_prompt,
    ),
    Template(
        "model_generate_fromimage", "Generate a 3D model from a picture", "Assets → 3D Model", PICTURES, _MESH,
        lambda settings: settings.price_model_from_image, plans.from_picture,
    ),
    Template(
        "model_optimize", "Reduce a 3D model's triangles, and its textures and bytes",
        "3D Model → Enhanced 3D Model", (MODEL,), _OPTIMISE,
        lambda settings: settings.price_model_optimize, plans.optimised,
    ),
    Template(
        PIPELINE, "A picture of a text, a 3D model, and the same for AR", "Assets → 3D Model", (TEXT,), _MESH,
        lambda settings: settings.price_grok_job, plans.pipeline, is_listed=False,
    ),
)  # fmt: skip

TEMPLATES: dict[str, Template] = {template.name: template for template in _ALL}
"""By name."""


def listed() -> Sequence[Template]:
    return [template for template in _ALL if template.is_listed]


def find(name_or_id: str) -> Template:
    """One that is listed. Raises TemplateNotFound."""
    for template in listed():
        if name_or_id in (template.name, template.id):
            return template
    raise TemplateNotFound(f"There is no template {name_or_id[:50]!r}", param="template")

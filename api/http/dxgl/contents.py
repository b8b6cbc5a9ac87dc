"""What is in a model, as GET /v1/models/:id tells it. dx.gl's API has nothing like it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field


class AnimationFound(BaseModel):
    name: str = Field(examples=["Open"])
    duration: float = Field(description="In seconds", examples=[2.5])


class TextureFound(BaseModel):
    name: str = Field(examples=["wood_albedo"])
    width: int = Field(description="In pixels", examples=[2048])
    height: int = Field(examples=[2048])


class ModelContents(BaseModel):
    """The model at rest, as it is shown first. Names are the file's own, and may be empty; long lists are cut."""

    low: list[float] = Field([], description="The corner of its bounds with the least x, y and z, in metres",
                             examples=[[-0.4, 0.0, -0.4]])  # fmt: skip
    high: list[float] = Field([], description="The opposite corner", examples=[[0.4, 1.1, 0.4]])
    vertices: int = Field(0, description="Drawn ones: twice what is shown twice", examples=[15452])
    triangles: int = Field(0, examples=[28210])
    drawCalls: int = Field(0, description="Primitives, once for each node that shows them", examples=[7])
    materials: list[str] = Field([], examples=[["Wood", "Steel"]])
    textures: list[TextureFound] = []
    animations: list[AnimationFound] = Field([], description="What the setting `animation` may name")
    variants: list[str] = Field([], description="What the setting `materialVariant` may name", examples=[["Oak"]])
    cameras: list[str] = Field([], examples=[[""]])
    lights: int = Field(0, examples=[0])
    extensions: list[str] = Field([], description="glTF's", examples=[["KHR_materials_variants"]])
    warnings: list[str] = Field([], description="What of it can't be shown", examples=[[]])

    @classmethod
    def of(cls, contents: Mapping[str, Any]) -> "ModelContents":
        return cls.model_validate({"drawCalls": contents.get("draw_calls", 0), **contents})

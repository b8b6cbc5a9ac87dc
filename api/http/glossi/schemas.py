"""What the bodies of Glossi's API have in common. Fields are named as the JSON spells them."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from api import clock

TIMESTAMP = {"type": "string", "format": "date-time", "examples": ["2026-02-15T20:00:00.000Z"]}

Timestamp = Annotated[dt.datetime, PlainSerializer(clock.iso, return_type=str), WithJsonSchema(TIMESTAMP)]

ModelIdText = Annotated[str, Field(examples=["Ab3kF9x2qL1m"])]
TemplateIdText = Annotated[str, Field(examples=["Tq8wE4r6Ty2u"])]
ProjectIdText = Annotated[str, Field(examples=["Pr5oJ7e3cT9x"])]
JobIdText = Annotated[str, Field(examples=["Jb6nM2v8Cx4z"])]
RenderIdText = Annotated[str, Field(examples=["Xz7pQ4w8nR2k"])]


class Asked(BaseModel):
    """The body of a request. A value of another JSON type is refused, never converted: "true" is no boolean and true no
    number. Unknown fields are ignored.
    """

    model_config = ConfigDict(strict=True)


class GlossiError(BaseModel):
    """What every failure is wrapped in."""

    error: str = Field(description="What is wrong, for people", examples=["No such resource"])
    code: str = Field(description="The same for programs", examples=["NOT_FOUND"])

"""Quotes: what renders would cost, and whether the account could pay for them. Nothing is ordered."""

import dataclasses
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from api.domain import ledger
from api.domain.pricing import DATASET_CREDITS, VIDEO_CREDITS
from api.errors import InvalidSettings
from renderer.spec import SETTINGS

_ROWS = [row for row in SETTINGS if row.name in ("quality", "effect", "output")]

CHOICES: dict[str, tuple[str, ...]] = {row.name: row.choices for row in _ROWS} | {
    "datasetQuality": tuple(DATASET_CREDITS)
}
"""The render settings that decide about the price. Here they count whether or not this farm can render them yet."""

DEFAULTS: dict[str, str] = {row.name: row.default for row in _ROWS} | {"datasetQuality": "100x800"}


@dataclasses.dataclass(frozen=True, slots=True)
class QuotedRender:
    """`quality` is a video's tier, `dataset_quality` a training set's: one of them is None."""

    quality: str | None
    dataset_quality: str | None
    credits: int


@dataclasses.dataclass(frozen=True, slots=True)
class Quote:
    renders: tuple[QuotedRender, ...]
    credits_required: int
    credits_available: int

    @property
    def sufficient(self) -> bool:
        return self.credits_required <= self.credits_available


def quote(session: Session, account_id: str, renders: Sequence[QuotedRender]) -> Quote:
    required = sum(render.credits for render in renders)
    return Quote(tuple(renders), required, ledger.balance(session, account_id))


def quote_render(settings: Mapping[str, object]) -> QuotedRender:
    """What a render with these settings would cost. Raises InvalidSettings naming the field."""
    chosen = {name: _choice(name, settings.get(name)) for name in CHOICES}
    if chosen["effect"] == "dataset" and settings.get("output") == "video":
        raise InvalidSettings('effect "dataset" and output "video" contradict each other', param="output")
    if chosen["output"] == "dataset" and chosen["effect"] not in ("turntable", "dataset"):
        raise InvalidSettings(f'A dataset has no camera path such as effect "{chosen["effect"]}"', param="effect")
    if "dataset" in (chosen["output"], chosen["effect"]):
        tier = chosen["datasetQuality"]
        return QuotedRender(None, tier, DATASET_CREDITS[tier])
    return QuotedRender(chosen["quality"], None, VIDEO_CREDITS[chosen["quality"]])


def _choice(name: str, value: object) -> str:
    if value is None:
        return DEFAULTS[name]
    if not isinstance(value, str) or value not in CHOICES[name]:
        raise InvalidSettings(f"{name} must be one of " + ", ".join(f'"{c}"' for c in CHOICES[name]), param=name)
    return value

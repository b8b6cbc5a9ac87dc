"""Quotes: what renders would cost, and whether the account could pay for them. Nothing is ordered."""

import dataclasses
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from api.domain.accounts import ledger
from api.domain.renders.pricing import price
from api.errors import InvalidSettings
from renderer.errors import SettingsError
from renderer.spec import SETTINGS, parse_settings

PRICED = tuple(row for row in SETTINGS if row.name in ("quality", "effect", "output", "fps", "dataset_quality"))
"""The render settings that decide about the price."""


@dataclasses.dataclass(frozen=True, slots=True)
class QuotedRender:
    """`quality` is the tier of a video or a still, `dataset_quality` a training set's: one of them is None."""

    output: str
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
    try:
        chosen = parse_settings({row.name: settings.get(row.name) for row in PRICED})
    except SettingsError as error:
        raise InvalidSettings(str(error), param=error.field) from None
    if chosen.output == "dataset":
        return QuotedRender(chosen.output, None, chosen.dataset_quality, price(chosen))
    return QuotedRender(chosen.output, chosen.quality, None, price(chosen))

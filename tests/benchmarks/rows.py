"""What every benchmark hands to `make bench`: a row for each goal. A module's `measure()` returns its rows."""

import dataclasses
from collections.abc import Iterable

from rich.table import Table


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """`ratio` is the number that `target` bounds, such as "<= 1.15"; `figure` says in words what was measured.

    `met` is None where there is no bound, or where this machine can't measure it; then `figure` says why. `command`
    measures this row alone.
    """

    goal: str
    figure: str
    ratio: float | None
    target: str
    met: bool | None
    command: str


def at_most(goal: str, figure: str, ratio: float, bound: float, command: str) -> Row:
    return Row(goal, figure, ratio, f"<= {bound:g}", ratio <= bound, command)


def at_least(goal: str, figure: str, ratio: float, bound: float, command: str) -> Row:
    return Row(goal, figure, ratio, f">= {bound:g}", ratio >= bound, command)


def measured(goal: str, figure: str, command: str) -> Row:
    """A figure without a goal of its own, or why there is none."""
    return Row(goal, figure, None, "", None, command)


def table(rows: Iterable[Row]) -> Table:
    """The rows as a reader sees them."""
    shown = Table("goal", "figure")
    for heading in ("ratio", "target", "met"):
        shown.add_column(heading, justify="right")
    shown.add_column("command")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.4g}"
        met = {True: "yes", False: "NO", None: ""}[row.met]
        shown.add_row(row.goal, row.figure, ratio, row.target, met, row.command)
    return shown

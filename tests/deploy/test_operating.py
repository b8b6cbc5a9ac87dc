"""deploy/operating.md says what is so."""

import re
from pathlib import Path

import click

from api.cli import main
from api.counts import COUNTS
from api.domain.removal.retention import RULES
from api.settings import LIMITS, Settings

FOLDER = Path(__file__).parents[2] / "deploy"
PAGE = (FOLDER / "operating.md").read_text()


def cells(column: str) -> list[list[str]]:
    """The rows of the table whose first column is called so."""
    table = re.search(rf"^\| {column} \|.*\n\|.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()]


def test_the_table_of_metrics_has_every_count_with_its_labels() -> None:
    told = {
        name: re.findall(r"`(\w+)`", labels)
        for metrics, labels, _ in cells("metric")
        for name in re.findall(r"`pirouette_(\w+)`", metrics)
    }
    for count in COUNTS.values():
        name = count.name if count.buckets else f"{count.name}_total"
        assert told[name] == list(count.labels), name


def test_the_table_of_rules_has_every_rule() -> None:
    named = [row[0] for row in cells("setting")]
    rules = [*(rule.name for rule in RULES), "deleted", "deliveries"]
    assert named == [f"`PIROUETTE_KEEP_{name.upper()}_DAYS`" for name in rules]


def test_the_table_of_limits_has_every_limit_that_prometheus_is_told() -> None:
    limits, rules = PAGE.index("## Limits"), PAGE.index("## Workers")
    assert re.findall(r"^\| `PIROUETTE_(\w+)`", PAGE[limits:rules], re.MULTILINE) == [name.upper() for name in LIMITS]


def test_the_settings_and_commands_that_it_names_exist() -> None:
    named = set(re.findall(r"\bPIROUETTE_[A-Z0-9_]+\b", PAGE))
    assert named <= {f"PIROUETTE_{name.upper()}" for name in Settings.model_fields}
    admin = main.get_command(click.Context(main), "admin")
    assert isinstance(admin, click.Group)
    assert set(re.findall(r"pirouette admin ([a-z-]+)", PAGE)) <= admin.commands.keys()


def test_the_files_that_it_links_to_are_there() -> None:
    for link in re.findall(r"\]\(([^)#]+)", PAGE):
        if "://" not in link:
            assert (FOLDER / link).exists(), link

"""What Prometheus and Grafana are given is right: every metric named is told, and every expression can be read."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from api.counts import COUNTS
from api.db.session import Database
from tests.deploy.tools import checked
from tests.support.web import Web

FOLDER = Path(__file__).parents[2] / "deploy" / "monitoring"
ALERTS, DASHBOARD, RULE_TESTS = FOLDER / "alerts.yml", FOLDER / "dashboard.json", FOLDER / "alerts_test.yml"
OF_GRAFANA = {"$__rate_interval": "5m", "$instance": ".*", "$__all": ".*"}


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a farm tells in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("farm")
    database = Database(f"sqlite:///{folder}/pirouette.sqlite3")
    database.migrate()
    told = Web.make(database, folder).get("/metrics", token=None).text
    database.dispose()
    return told


def names(families: Iterable[Metric]) -> set[str]:
    """Those of all samples there may be, whether there are any at present or not."""
    found = set()
    for family in families:
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
        found |= {f"{family.name}{ending}" for ending in endings}
    return found


@pytest.mark.parametrize("file", [ALERTS, DASHBOARD, RULE_TESTS], ids=lambda file: file.name)
def test_every_metric_that_is_named_is_told(text: str, file: Path) -> None:
    named = set(re.findall(r"\bpirouette_\w+", file.read_text()))
    assert len(named) > 5
    assert named <= names(text_string_to_metric_families(text))


def test_every_count_of_the_table_is_told(text: str) -> None:
    told = {family.name for family in text_string_to_metric_families(text)}
    assert {f"pirouette_{name}" for name in COUNTS} <= told


def test_every_label_that_is_named_is_one_of_the_metrics_or_of_prometheus(text: str) -> None:
    labels = {label for count in COUNTS.values() for label in count.labels} | {"le", "instance", "job"}
    for family in text_string_to_metric_families(text):
        labels |= {label for sample in family.samples for label in sample.labels}
    labels |= {"queue", "priority", "state", "device"}  # of what this farm has none
    for expression in expressions():
        named = re.findall(r"(?:by|on|without) \(([^)]*)\)", expression)
        assert {label.strip() for text in named for label in text.split(",") if label.strip()} <= labels, expression


def panels(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in content["panels"]:
        if panel["type"] != "row":
            yield panel


def expressions() -> list[str]:
    content = json.loads(DASHBOARD.read_text())
    return [target["expr"] for panel in panels(content) for target in panel["targets"]]


def test_no_two_panels_of_the_dashboard_are_in_the_same_place() -> None:
    places: set[tuple[int, int]] = set()
    content = json.loads(DASHBOARD.read_text())
    for panel in content["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & places, panel["title"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        places |= cells
    ids = [panel["id"] for panel in content["panels"]]
    assert len(set(ids)) == len(ids)


WHERE = "on Debian, apt-get install prometheus"


def test_prometheus_can_read_the_alerts_and_they_fire_when_they_should() -> None:
    checked("promtool", "check", "rules", str(ALERTS), where=WHERE)
    checked("promtool", "test", "rules", str(RULE_TESTS), where=WHERE)


def test_prometheus_can_read_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    rules = []
    for number, expression in enumerate(expressions()):
        for name, value in OF_GRAFANA.items():
            expression = expression.replace(name, value)
        rules.append({"record": f"panel:{number}", "expr": expression})
    file = tmp_path / "panels.yml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))  # JSON is YAML
    checked("promtool", "check", "rules", str(file), where=WHERE)


def test_prometheus_has_nothing_against_the_metrics(text: str) -> None:
    checked("promtool", "check", "metrics", where=WHERE, given=text)

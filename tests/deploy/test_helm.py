"""The Helm chart: what Kubernetes gets of it is right, whatever the values."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text

from api.cli import COMMANDS
from api.db.session import Database
from api.domain.work import outcomes
from api.settings import Settings
from tests.deploy.tools import checked

CHART = Path(__file__).parents[2] / "deploy" / "helm"
SETTINGS = {f"PIROUETTE_{name.upper()}" for name in Settings.model_fields}
GPU = {
    "queues": "render", "replicas": 1, "settings": {"PIROUETTE_ALLOW_SOFTWARE": "false"}, "scratch": "20Gi",
    "resources": {"limits": {"nvidia.com/gpu": 1}}, "nodeSelector": {"nvidia.com/gpu.present": "true"},
    "autoscaling": {"enabled": True, "min": 0, "max": 8, "segmentsPerWorker": 4},
}  # fmt: skip
CASES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "with all of it": {
        "workers": {"cpu": {"autoscaling": {"enabled": True}}, "gpu": GPU}, "serviceMonitor": {"enabled": True},
        "ingress": {"enabled": True, "tlsSecret": "tls", "className": "nginx"},
    },
}  # fmt: skip
WHERE = "see https://helm.sh/docs/intro/install"


def made(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects that Kubernetes gets."""
    printed = checked("helm", "template", "farm", str(CHART), "--values", "-", where=WHERE, given=json.dumps(values))
    return [each for each in yaml.safe_load_all(printed) if each]


@pytest.fixture(params=CASES)
def objects(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return made(CASES[request.param])


def pods(objects: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in objects:
        if each["kind"] in ("Deployment", "Job"):
            yield each["spec"]["template"]["spec"]


def test_every_setting_that_is_named_is_one_and_every_role_a_command() -> None:
    for file in CHART.rglob("*.*"):
        assert set(re.findall(r"\bPIROUETTE_[A-Z]\w+", file.read_text())) <= SETTINGS, file
    roles = set(re.findall(r"args: \[(\w+)", "".join(file.read_text() for file in CHART.rglob("*.yaml"))))
    assert roles == {"serve", "worker", "sweep", "admin"} <= COMMANDS.keys()


@pytest.mark.parametrize("case", CASES)
def test_helm_has_nothing_against_it(case: str) -> None:
    given = json.dumps(CASES[case])
    checked("helm", "lint", "--strict", str(CHART), "--values", "-", where=WHERE, given=given)


def test_kubernetes_knows_every_field(objects: list[dict[str, Any]]) -> None:
    kubernetes = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate")
    known = [each for each in objects if "keda.sh" not in each["apiVersion"] and "coreos" not in each["apiVersion"]]
    for each in known:
        kubernetes.validate(each, "1.37", strict=True)
    assert len(known) >= 11


def test_no_pod_may_more_than_it_needs(objects: list[dict[str, Any]]) -> None:
    found = list(pods(objects))
    assert len(found) >= 4
    for pod in found:
        assert pod["automountServiceAccountToken"] is pod["enableServiceLinks"] is False
        assert pod["securityContext"]["runAsNonRoot"]
        [container] = pod["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "limits" in container["resources"]


def test_no_queue_is_left_without_workers() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    served = [worker["queues"].split(",") for worker in values["workers"].values()]
    assert [""] in served or {queue.strip() for names in served for queue in names} >= set(outcomes.queues())


def test_workers_have_time_to_give_back_what_they_hold(objects: list[dict[str, Any]]) -> None:
    for pod in pods(objects):
        if pod["containers"][0]["args"] == ["worker"]:
            assert pod["terminationGracePeriodSeconds"] >= 60


def test_a_scaler_counts_what_waits_and_what_is_under_way(postgres_url: str) -> None:
    scalers = [each for each in made(CASES["with all of it"]) if each["kind"] == "ScaledObject"]
    assert len(scalers) == 2
    database = Database(postgres_url)
    with database.read() as session:
        for scaler in scalers:
            [trigger] = scaler["spec"]["triggers"]
            query = trigger["metadata"]["query"]
            assert session.scalar(text(query)) == 0
            assert "'pending', 'running'" in query
            assert ("queue IN ('render')" in query) == scaler["metadata"]["name"].endswith("gpu")
    database.dispose()

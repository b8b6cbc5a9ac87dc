"""The licences of what is installed are allowed; and no answer of a service is taken for good news."""

import json
from collections.abc import Callable

import pytest

from tests import audit
from tests.audit import NotAsked


def test_all_packages_are_under_licences_that_are_allowed() -> None:
    licences = audit.installed_licences()
    assert len(licences) > 100
    assert audit.not_allowed(licences) == []


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "MIT AND GPL-3.0-only", "UNKNOWN", "", "MIT OR Proprietary"])
def test_any_other_licence_is_named(licence: str) -> None:
    [line] = audit.not_allowed({"left-pad": licence, "pillow": "MIT-CMU"})
    assert line.startswith(f"left-pad is under {licence!r}")


def test_what_is_known_against_a_package_is_told() -> None:
    answer = {"dependencies": [
        {"name": "a", "version": "1.0", "vulns": []},
        {"name": "b", "version": "2.0", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}]},
    ]}  # fmt: skip
    assert audit.python_vulnerabilities(json.dumps(answer)) == ["b 2.0: CVE-1, mended in 2.1"]
    answer = {"vulnerabilities": {"c": {"range": "<3", "severity": "high"}}}  # type: ignore[dict-item]
    assert audit.node_vulnerabilities(json.dumps(answer)) == ["c <3: high"]


@pytest.mark.parametrize(("parse", "answer"), [
    (audit.python_vulnerabilities, '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}'),
    (audit.python_vulnerabilities, "<html>"),
    (audit.node_vulnerabilities, '{"message": "405 Method Not Allowed"}'),
    (audit.node_vulnerabilities, ""),
])  # fmt: skip
def test_a_service_that_does_not_know_has_not_been_asked(parse: Callable[[str], list[str]], answer: str) -> None:
    with pytest.raises(NotAsked):
        parse(answer)


def test_the_exit_code_tells_what_was_found_from_what_was_not_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "_pip_audit", lambda: '{"dependencies": []}')
    monkeypatch.setattr(audit, "_npm_audit", lambda folder: '{"vulnerabilities": {}}')
    assert audit.main() == 0
    monkeypatch.setattr(audit, "_npm_audit", lambda folder: '{"vulnerabilities": {"c": {"range": "", "severity": ""}}}')
    assert audit.main() == audit.FOUND
    monkeypatch.setattr(audit, "_pip_audit", lambda: '{"dependencies": [{"name": "a", "skip_reason": "no index"}]}')
    assert audit.main() == audit.NOT_ASKED
    assert "COULD NOT ASK" in capsys.readouterr().out

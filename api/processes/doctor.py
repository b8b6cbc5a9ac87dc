"""`pirouette admin doctor`: whether this machine can do the work, tried as workers do it, and how the farm is."""

import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from api.domain.work import outcomes
from api.engines.standing import standings
from api.processes.doctor_farm import farm_findings
from api.processes.findings import Finding
from api.processes.worker import setup_of
from api.settings import Settings
from api.worker.messages import Ready
from api.worker.parent.children import ChildFailed, Children, ChildUnfit, Places, start_child
from renderer import confine
from renderer.errors import EncodeError


def findings(settings: Settings) -> list[Finding]:
    return [*_child(settings), *_sandbox(settings), *_engines(settings), *farm_findings(settings)]


def _child(settings: Settings) -> Iterator[Finding]:
    """A worker's child is started as a worker would: it opens its GL device, then tries its encoder."""
    with tempfile.TemporaryDirectory(prefix="pirouette-doctor-") as folder:
        places = Places.below(Path(folder, "own"), Path(folder))
        start = functools.partial(start_child, places, confined=settings.sandbox != "off")
        children = Children(start, setup_of(settings, outcomes.queues(), places))
        try:
            children.ready()
        except ChildUnfit as error:
            if error.code == EncodeError.code:
                yield Finding("device", True, "a GL device")
                yield Finding("encoder", False, f"no {settings.h264_encoder}", str(error))
            else:
                yield Finding("device", False, f"no GL device for PIROUETTE_GL_DEVICE={settings.gl_device}", str(error))
            return
        except ChildFailed as error:
            fix = "see what it says on stderr; if that is a driver's complaint of files, try PIROUETTE_SANDBOX=off"
            yield Finding("device", False, f"the process that draws doesn't start: {error}", fix)
            return
        finally:
            children.stop()
        yield _device(children.device)
        yield Finding("encoder", True, settings.h264_encoder)


def _device(ready: Ready) -> Finding:
    if not ready.software:
        return Finding("device", True, ready.device)
    fix = "it draws many times slower than a graphics card: if there is one, install its EGL driver"
    return Finding("device", True, f"{ready.device}, in software", fix)


def _sandbox(settings: Settings) -> Iterator[Finding]:
    missing = confine.missing()
    for name in confine.PARTS:
        yield Finding(name, name not in missing, "missing" if name in missing else "works", missing.get(name))
    if settings.sandbox == "off":
        fix = "unset PIROUETTE_SANDBOX unless your graphics card's driver needs more than it allows"
        yield Finding("sandbox", False, "off for the processes that draw", fix)


def _engines(settings: Settings) -> Iterator[Finding]:
    """Those that the settings lead to."""
    for each in standings(settings):
        if each.chosen:
            yield Finding(each.makes, each.available, f"the engine {each.name}", each.reason or None)

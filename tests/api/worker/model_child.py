"""A worker's real child for one kind of work on models, given a file as a parent gives it."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.worker.messages import Order, Report
from api.worker.parent.children import Children, Places, start_child
from tests.api.worker.child_here import SETUP
from tests.api.worker.real_child import reports


@contextmanager
def children_for(kind: str, anywhere: Path) -> Iterator[Children]:
    """What they read and make lies below `anywhere`."""
    places = Places(anywhere, anywhere, anywhere, anywhere)
    children = Children(functools.partial(start_child, places), SETUP.model_copy(update={"kinds": [kind]}))
    yield children
    children.stop()


def worked_on(children: Children, kind: str, model: Path, folder: Path, **spec: Any) -> list[Report]:
    """All that the child reports of the file, its owner being "m"; `folder` is made for what it makes."""
    folder.mkdir()
    return reports(children.ready(), Order(
        task_id="t", kind=kind, role="whole", spec={"version": 1, **spec}, variants={"m": {}}, first_frame=0,
        frame_count=1, inputs={"model": str(model)}, parts=[], folder=str(folder), encoder="x264", gives_way=False,
    ))  # fmt: skip

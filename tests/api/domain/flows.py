"""Short ways to flows for the domain's tests, and a hand that does what workers do to them."""

import hashlib
from collections.abc import Mapping
from typing import Any

from api.db.session import Database
from api.domain.generations import assets, flows, removal
from api.domain.generations.assets import AssetView
from api.domain.generations.flows import FlowView, NewInput, Terms
from api.domain.generations.plans import STEPS, Engines
from api.domain.generations.templates import MODEL, TEMPLATES, TEXT
from api.domain.kit.failures import Failure
from api.domain.kit.files import FileView
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.ids import new_id
from api.settings import Settings
from tests.api.domain.projects import work
from tests.api.domain.support import claim

TERMS = Terms(Settings(), Engines())
REAL = Terms(Settings(), Engines("xai", "triposr"))
"""Of a farm where a real generator makes pictures, and another one meshes of them."""

FROM_PROMPT, FROM_IMAGE, OPTIMIZE = "model_generate_fromprompt", "model_generate_fromimage", "model_optimize"
QUEUE = "generate"
FILES = {"image": ("image.jpg", "image/jpeg"), "glb": ("model.glb", MODEL), "usdz": ("model.usdz", "model/vnd.usdz")}


def text(words: str = "A chair", additional: Any = None) -> NewInput:
    return NewInput(TEXT, words, additional=additional)


def file(media_type: str, content: bytes = b"a file") -> NewInput:
    """An input whose file is said to be stored."""
    input_id = new_id()
    stored = FileView(f"{removal.input_prefix(input_id)}/input", len(content), "e", media_type)
    return NewInput(media_type, file=stored, sha256=hashlib.sha256(content).hexdigest(), id=input_id)


def order(
    database: Database,
    account_id: str,
    *inputs: NewInput,
    template: str = FROM_PROMPT,
    terms: Terms = TERMS,
    parameters: Mapping[str, object] | None = None,
    **options: Any,
) -> FlowView:
    with work(database) as unit:
        flow = flows.order(unit, account_id, TEMPLATES[template], parameters or {}, inputs, terms, **options)
        flows.check_storage(unit, account_id, terms)
        return flow


def get(database: Database, account_id: str, flow: FlowView) -> FlowView:
    with database.read() as session:
        return flows.get(session, account_id, flow.public_id)


def assets_of(database: Database, flow: FlowView) -> list[AssetView]:
    with database.read() as session:
        return assets.assets_of(session, flow)


def held(database: Database) -> Claim:
    found = claim(database, queue=QUEUE)
    assert found is not None
    return found


def make(database: Database, claimed: Claim, told: Mapping[str, Any] | None = None) -> bool:
    """A worker has made the file of the claimed step."""
    kind = STEPS[claimed.kind].file
    name, media_type = FILES[kind]
    made = {
        owner: {kind: FileView(claimed.output_prefix(owner) + name, 5, "e", media_type)} for owner in claimed.variants
    }
    with work(database) as unit:
        return scheduling.settle_done(unit, claimed, made, told or {"engine": "procedural"})


def make_all(database: Database) -> list[str]:
    """Workers make all that waits; the kinds of work that they did."""
    kinds = []
    while (claimed := claim(database, queue=QUEUE)) is not None:
        kinds.append(claimed.kind)
        assert make(database, claimed)
    return kinds


def fail(database: Database, claimed: Claim, message: str = "Nothing stands out", *, retry: bool = False) -> bool:
    with work(database) as unit:
        return scheduling.settle_error(
            unit, claimed, Failure("engine_rejected", message), retry=retry, max_attempts=3
        )

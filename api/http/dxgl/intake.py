"""What an upload and a download from a URL have in common: credits looked at before, a key, the registration after."""

from api.domain.accounts import ledger, quotas
from api.domain.accounts.credentials import Principal
from api.domain.accounts.quotas import Quotas
from api.domain.kit.unit import Unit
from api.domain.renders import limits, notices, uploads
from api.errors import NoCredits
from api.http.dxgl.notices import DIALECT
from api.http.dxgl.schemas import Data, UploadResult
from api.http.dxgl.spelling import spell
from api.http.idempotency import IdempotentRequest
from api.http.state import Farm
from api.http.uploads import stored
from api.ids import new_id
from api.ingest.incoming import IncomingFile, ReceivedFile
from api.ingest.naming import check_size, model_suffix
from api.storage.base import discard
from renderer.spec import RenderSettings


def refuse_early(farm: Farm, principal: Principal, file_size: int = 0) -> None:
    """Spares the caller a useless transfer of `file_size` bytes, or more. Whether credits and quotas suffice is decided
    when the render is ordered.

    Raises NoCredits, UploadLimit, StorageLimit.
    """
    with farm.database.read() as session:
        if ledger.balance(session, principal.account_id) == 0:
            raise NoCredits
        allowed = quotas.of_account(session, principal.account_id, Quotas.of(farm.settings))
        limits.refuse(session, principal.account_id, allowed, adding=file_size)


def storage_key(head: bytes, size: int | None = None) -> str:
    """A new key for a model that begins with `head` and has `size` bytes, if that is known. Raises InvalidFormat."""
    return f"models/{new_id()}{model_suffix(head, size)}"


def register(
    farm: Farm,
    principal: Principal,
    incoming: IncomingFile,
    settings: RenderSettings,
    once: IdempotentRequest,
    notify: str | None,
    member: str | None = None,
) -> Data[UploadResult]:
    """Takes the file, whose bytes have all arrived, into the catalog and orders its renders; `once` holds its key.

    The end of the paid one is told to the URL `notify`, if there is one. `member` names the model in a ZIP of several.

    Raises InvalidFormat, NoCredits, UploadLimit or StorageLimit; then, and where the account has the model already, the
    file is gone again.
    """
    incoming.settle()
    check_size(incoming.head, incoming.size)
    with stored(farm.storage, incoming) as file, farm.work(principal) as unit:
        answer = Data[UploadResult](data=take(farm, unit, principal, file, settings, notify, member))
        once.keep(unit, answer)
    if answer.data.duplicate:
        discard(farm.storage, file.key)
    return answer


def take(
    farm: Farm, unit: Unit, principal: Principal, file: ReceivedFile, settings: RenderSettings, notify: str | None,
    member: str | None = None,
) -> UploadResult:
    """Takes a stored file into the catalog, as `register` does. Raises what it raises."""
    registered = uploads.register_upload(
        unit,
        principal.account_id,
        original_name=file.name,
        sha256=file.sha256,
        file_size=file.size,
        storage_key=file.key,
        settings=settings,
        upload_limit=farm.settings.upload_limit,
        allowed=Quotas.of(farm.settings),
        spell=spell,
        member=member,
    )
    notices.notify(unit, principal.account_id, DIALECT, {registered.render_id: notify} if notify else {})
    return UploadResult(
        modelId=registered.model_id,
        renderId=registered.render_id,
        duplicate=registered.duplicate or None,
        unarchived=registered.unarchived or None,
    )

"""A farm's database after years of work: renders that are done, and more that wait, of many accounts.

One account has a tenth of what is done, the others share the rest evenly. Each render has its task, its segment and its
charge; rows of stored files are left out, for which nobody asks but by their own render.
"""

import base64
import hashlib

import psycopg

from api.db.session import Database
from api.domain.accounts import accounts
from api.domain.kit.files import FileView
from api.domain.renders import ordering, uploads
from api.domain.work import claims, lanes, outcomes, scheduling
from api.domain.work.claims import Claim
from renderer.spec import RenderSettings
from tests.benchmarks.filling import bulk, copy_row, random_id

MODELS_EACH = 10
YEAR_MS = 365 * 24 * 3600 * 1000


def account_id(number: int) -> str:
    """Accounts are numbered from 1; that one has a tenth of all renders."""
    return f"a{number:011}"


def model_id(account: int, number: int) -> str:
    """An account's models are numbered from 0 to MODELS_EACH - 1."""
    return f"m{account * MODELS_EACH + number:011}"


def owner(number: int, many_accounts: int) -> int:
    """The number of the account of a render that is done; those are numbered from 1."""
    return 1 if number % 10 == 0 else 2 + number % (many_accounts - 1)


def render_id(number: int) -> str:
    """Of one that is done."""
    scattered = base64.b64encode(hashlib.md5(f"rd{number}".encode(), usedforsecurity=False).digest()).decode()
    return "rd" + scattered.translate(str.maketrans("+/=", "xyz"))[:10]


def files(claim: Claim) -> dict[str, dict[str, FileView]]:
    """What a worker stores, which nobody will look for."""
    return {
        owner_id: {"video": FileView(f"{claim.output_prefix(owner_id)}video.mp4", 1, "e", "video/mp4")}
        for owner_id in claim.variants
    }


def fill(database: Database, url: str, *, renders: int, pending: int, many_accounts: int) -> None:
    """So many renders that are done, and segments that wait, each of a render of its own."""
    _real_orders(database)
    done_owner = f"(CASE WHEN n % 10 = 0 THEN 1 ELSE 2 + n % {many_accounts - 1} END)"
    waiting_owner = f"(1 + n % {many_accounts})"
    age = f"n * interval '{YEAR_MS / renders:.3f} ms'"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        # VACUUM marks pages as visible to all, as index-only scans need, only if their commits are flushed by then
        connection.execute("SET synchronous_commit = on")
        copy_row(connection, "accounts", many_accounts, {
            "id": _padded("a", "n"), "email": "n || '@example.org'", "credits": "1000000", "preview_count": "0",
            "render_count": f"CASE WHEN n = 1 THEN {renders // 10} ELSE {renders * 9 // 10 // many_accounts} END",
        })  # fmt: skip
        with bulk(connection, "models", "tasks", "segments", "renders", "ledger"):
            number = f"(n + {MODELS_EACH - 1})"
            copy_row(connection, "models", many_accounts * MODELS_EACH, {
                "id": _padded("m", number), "account_id": _padded("a", f"{number} / {MODELS_EACH}"),
                "storage_key": "'models/' || n || '.glb'", "sha256": "md5(n::text)",
            })  # fmt: skip
            _orders(connection, renders, ("done", "done"), done_owner, age)
            _orders(connection, pending, ("pending", "open"), waiting_owner, "n * interval '1 ms'")
        connection.execute(
            "INSERT INTO lanes (account_id, queue, priority, oldest_at, served)"
            " SELECT account_id, queue, priority, min(created_at), %s FROM segments WHERE state = 'pending'"
            " GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING",
            [lanes.NEVER],
        )
        connection.execute("VACUUM ANALYZE")


def _real_orders(database: Database) -> None:
    """A paid render that is done and one that waits, as the farm itself writes them."""
    with database.begin() as session:
        account = accounts.sign_up(session, "first@example.org", credits=10)
        upload = uploads.register_upload(
            session, account.id, original_name="chair.glb", sha256="0" * 64, file_size=1000,
            storage_key="models/first.glb", settings=RenderSettings(),
        )  # fmt: skip
    for _ in range(3):  # the inspection, the preview, the paid render
        with database.begin() as session:
            claim = claims.claim(session, worker="w", queues=outcomes.queues(), lease_seconds=30)
            assert claim is not None
            scheduling.settle_done(session, claim, files(claim) if claim.kind == "video" else _none(claim))
    with database.begin() as session:
        ordering.create_render(session, account.id, upload.model_id, RenderSettings())


def _none(claim: Claim) -> dict[str, dict[str, FileView]]:
    return {owner_id: {} for owner_id in claim.variants}


def _orders(connection: psycopg.Connection, count: int, states: tuple[str, str], owner: str, age: str) -> None:
    """Copies of the paid render of the first of `states`, with its task, of the second, its segment and its charge."""
    of_render, of_task = states
    account, created = {"account_id": _padded("a", owner)}, {"created_at": f"now() - {age}"}
    task = {"task_id": random_id(f"t{of_task[0]}")}
    render_id = random_id(f"r{of_task[0]}")
    copy_row(connection, "tasks", count, {"id": task["task_id"], **account, **created},
             f"kind = 'video' AND state = '{of_task}'")
    copy_row(connection, "segments", count, {"id": random_id(f"s{of_task[0]}"), **task, **account, **created},
             f"queue = 'render' AND state = '{of_render}'")
    model = {"model_id": _padded("m", f"{owner} * {MODELS_EACH} + n / 10 % {MODELS_EACH}")}
    copy_row(connection, "renders", count, {"id": render_id, **task, **account, **model, **created,
                                            "updated_at": created["created_at"]},
             f"NOT is_system_preview AND status = '{of_render}'")
    copy_row(connection, "ledger", count, {"id": "nextval('ledger_id_seq')", "subject_id": render_id, **account,
                                           **created}, "kind = 'charge'")


def _padded(prefix: str, number: str) -> str:
    return f"'{prefix}' || lpad(({number})::text, 11, '0')"

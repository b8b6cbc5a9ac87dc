"""The rows of revision 0002, made of those of 0001: statements for all rows at once, because farms have very many.

The old tables are "shots", and "old_" before the names that the new ones have too.
"""

from alembic import op

UNFINISHED = "('pending', 'poster-processing', 'poster-done', 'video-processing')"

WAITING = "SELECT task_id FROM task_needs"


def carry_over() -> None:
    choose_inspections()
    copy_work()
    copy_renders()
    copy_ledger()
    add_inspections()
    wait_for_inspections()
    fill_lanes()


def choose_inspections() -> None:
    """Models that are drawn as they are, are ready; a ZIP must be read before it is drawn. All that somebody may still
    look at or draw are read once more, for their contents. The task that does so gets the model's id."""
    op.execute(f"""
        UPDATE models SET contents = NULL, inspection_id = CASE WHEN deleted_at IS NULL OR EXISTS (
            SELECT 1 FROM old_renders WHERE model_id = models.id AND status IN {UNFINISHED}
        ) THEN id END
    """)
    op.execute("UPDATE models SET state = 'ready' WHERE inspection_id IS NULL OR storage_key NOT LIKE '%.zip'")


def copy_work() -> None:
    """Shots become tasks, which name the files that they are made from themselves: the model's, and those of overlays.

    What is at work stays so: its worker settles it, or its lease runs out.
    """
    inputs = """
        SELECT 'model' AS name, models.storage_key AS key WHERE models.state = 'ready'
        UNION SELECT overlays.id, overlays.storage_key FROM old_renders
        JOIN old_render_overlays ON render_id = old_renders.id JOIN overlays ON overlays.id = overlay_id
        WHERE shot_id = shots.id
    """
    group = function("json_group_object", "jsonb_object_agg")
    op.execute(f"""
        INSERT INTO tasks (id, account_id, kind, key, inputs, spec, frame_count, state, stage, frames_done, started_at,
                           heard_at, created_at)
        SELECT shots.id, models.account_id, shots.kind, frame_key,
               (SELECT coalesce({group}(name, key), '{{}}') FROM ({inputs}) AS inputs), spec, frame_count,
               CASE WHEN EXISTS (SELECT 1 FROM old_renders WHERE shot_id = shots.id AND status IN {UNFINISHED})
                    THEN 'open' WHEN stage = 'failed' THEN 'failed' ELSE 'done' END,
               stage, frames_done, started_at, heard_at, shots.created_at
        FROM shots JOIN models ON models.id = shots.model_id
    """)
    op.execute("""
        INSERT INTO segments (id, task_id, account_id, queue, priority, role, first_frame, frame_count, waits_for,
                              state, attempt, failures, worker, lease_until, frames_done, files, error_message,
                              created_at, updated_at)
        SELECT id, shot_id, account_id, queue, priority, role, first_frame, frame_count, waits_for, state, attempt,
               failures, worker, lease_until, frames_done, files, error_message, created_at, updated_at
        FROM old_segments
    """)


def copy_renders() -> None:
    op.execute("""
        INSERT INTO renders (id, account_id, model_id, task_id, status, output, settings, variant, is_system_preview,
                             credits, file_size, has_web, warnings, error_message, shared_at, created_at, updated_at)
        SELECT id, account_id, model_id, shot_id, status, coalesce(settings ->> 'output', 'video'), settings, variant,
               is_system_preview, credits, file_size, has_web, warnings, error_message, shared_at, created_at,
               updated_at
        FROM old_renders
    """)
    op.execute(
        "INSERT INTO render_overlays (overlay_id, render_id) SELECT overlay_id, render_id FROM old_render_overlays"
    )
    op.execute("""
        INSERT INTO results (subject_id, name, subject_kind, key, size, etag, content_type, created_at)
        SELECT old_renders.id, file.key, 'render', file.value ->> 'key', CAST(file.value ->> 'size' AS BIGINT),
               file.value ->> 'etag', file.value ->> 'content_type', updated_at
        FROM old_renders CROSS JOIN json_each(files) AS file
    """)


def copy_ledger() -> None:
    op.execute("""
        INSERT INTO ledger (id, account_id, kind, amount, subject_kind, subject_id, charge_number, source, note,
                            created_at)
        SELECT id, account_id, kind, amount, CASE WHEN render_id IS NOT NULL THEN 'render' END, render_id,
               CASE WHEN render_id IS NOT NULL THEN 1 END, source, note, created_at
        FROM old_ledger ORDER BY id
    """)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('ledger', 'id'), max(id)) FROM ledger HAVING max(id) > 0")


def add_inspections() -> None:
    """Of the models that nobody waits for, when there is nothing else to do."""
    op.execute(f"""
        INSERT INTO tasks (id, account_id, kind, key, inputs, spec, frame_count, state, stage, frames_done, created_at)
        SELECT inspection_id, account_id, 'inspect', sha256,
               {function("json_object", "jsonb_build_object")}('model', storage_key), '{{"version": 1}}', 1, 'open',
               'queued', 0, created_at
        FROM models WHERE inspection_id IS NOT NULL
    """)
    op.execute("""
        INSERT INTO segments (id, task_id, account_id, queue, priority, role, first_frame, frame_count, waits_for,
                              state, attempt, failures, frames_done, files, created_at, updated_at)
        SELECT inspection_id, inspection_id, account_id, 'inspect', CASE state WHEN 'pending' THEN 0 ELSE 20 END,
               'whole', 0, 1, 0, 'pending', 0, 0, 0, '{}', created_at, created_at
        FROM models WHERE inspection_id IS NOT NULL
    """)


def wait_for_inspections() -> None:
    """What is to be drawn of a ZIP, or may be tried again, waits for its inspection. It is put back as if nobody had
    begun: whoever holds it loses it."""
    op.execute("""
        INSERT INTO task_needs (task_id, needs_id)
        SELECT shots.id, inspection_id FROM shots JOIN models ON models.id = shots.model_id
        WHERE models.state = 'pending'
    """)
    op.execute(f"""
        UPDATE segments SET state = 'waiting', waits_for = 1, lease_until = NULL, worker = NULL, frames_done = 0
        WHERE role <> 'assembly' AND state IN ('pending', 'running') AND task_id IN ({WAITING})
    """)
    op.execute(f"""
        UPDATE tasks SET stage = 'queued', frames_done = 0, started_at = NULL WHERE state = 'open' AND id IN ({WAITING})
    """)
    op.execute(f"UPDATE renders SET status = 'pending' WHERE status IN {UNFINISHED} AND task_id IN ({WAITING})")


def fill_lanes() -> None:
    op.execute("DELETE FROM lanes")
    op.execute("""
        INSERT INTO lanes (account_id, queue, priority, oldest_at)
        SELECT account_id, queue, priority, min(created_at) FROM segments WHERE state = 'pending'
        GROUP BY account_id, queue, priority
    """)


def function(sqlite: str, postgresql: str) -> str:
    """The name of a function of JSON that the databases call differently."""
    return postgresql if op.get_bind().dialect.name == "postgresql" else sqlite

// What was deleted and can be had back: models, and what was made of them.
import { useState } from "preact/hooks";
import { type Deleted, got, messageOf, v1 } from "../api/client";
import { ago, bytes, day } from "../formats";
import { useFetched } from "../parts/fetched";
import { Empty, toast, Wrong } from "../parts/ui";
import { deletions } from "../state/deletions";
import { t } from "../texts";
import { label } from "../words";

const SHOWN = 100;

export function Trash() {
  const [busy, setBusy] = useState<string>();
  const found = useFetched(String(deletions.value), () =>
    got(v1.GET("/v1/deleted", { params: { query: { limit: SHOWN } } })),
  );
  async function restore({ kind, id }: Deleted) {
    setBusy(id);
    try {
      if (kind === "model") {
        await got(v1.POST("/v1/models/{model_id}/restore", { params: { path: { model_id: id } } }));
      } else await got(v1.POST("/v1/renders/{render_id}/restore", { params: { path: { render_id: id } } }));
      toast(t.library.restored);
    } catch (error) {
      toast(messageOf(error));
    }
    setBusy(undefined);
    deletions.value += 1;
  }
  if (found.wrong) return <Wrong message={found.wrong} onRetry={found.again} />;
  if (!found.data) return <div class="skeleton tall" />;
  const { data, meta } = found.data;
  if (!data.length) return <Empty icon="trash" title={t.library.trashEmpty} text={t.library.trashEmptyText} />;
  return (
    <section class="stack">
      {meta.total > data.length && <p class="soft">{t.library.trashMore(data.length, meta.total)}</p>}
      <ul class="card list">
        {data.map((thing) => (
          <li key={thing.id} class="line">
            <div class="grow stack tight">
              <strong class="cut">{thing.name}</strong>
              <span class="small soft number">
                {thing.kind === "model" ? t.library.aModel : label(thing.output ?? "video")} · {bytes(thing.size)} ·{" "}
                {t.library.trashed(ago(thing.deletedAt), day(thing.deletedForGoodAt))}
              </span>
            </div>
            <button class="button" type="button" disabled={busy === thing.id} onClick={() => restore(thing)}>
              {t.library.restore}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

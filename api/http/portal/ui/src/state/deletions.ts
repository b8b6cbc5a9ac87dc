// Models that are deleted, and had back by who did not mean it, for as long as the farm keeps them.
import { signal } from "@preact/signals";
import { got, messageOf, v1 } from "../api/client";
import { toast } from "../parts/ui";
import { t } from "../texts";
import { each } from "./each";
import { me } from "./session";

const OFFER_MS = 10_000;
const AT_ONCE = 100; // of one request, as the API has it

/** Counts deletions and what was taken back, so that lists know that they are old. */
export const deletions = signal(0);

export async function deleteModels(ids: string[]): Promise<void> {
  try {
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      await got(v1.POST("/v1/models/delete", { body: { ids: ids.slice(start, start + AT_ONCE) } }));
    }
    const undo = { label: t.undo, ms: OFFER_MS, run: () => void restore(ids) };
    toast(t.library.deleted(ids.length), me.peek()?.keepsDeleted ? undo : undefined);
  } catch (error) {
    toast(messageOf(error));
  }
  deletions.value += 1;
}

async function restore(ids: string[]): Promise<void> {
  await each(ids, (id) => got(v1.POST("/v1/models/{model_id}/restore", { params: { path: { model_id: id } } })));
  deletions.value += 1;
}

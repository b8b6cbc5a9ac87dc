// Models that are deleted, unless the person takes it back within some seconds: only then does the farm hear of it.
import { signal } from "@preact/signals";
import { got, messageOf, v1 } from "../api/client";
import { toast } from "../parts/ui";
import { t } from "../texts";

const GRACE_MS = 8000;
const AT_ONCE = 100; // of one request, as the API has it

/** Those that are about to go. */
export const leaving = signal<ReadonlySet<string>>(new Set());
/** Counts deletions that the farm has heard of, so that lists know that something is gone. */
export const deletions = signal(0);
const waiting = new Set<() => void>();

export function deleteSoon(ids: string[]): void {
  const timer = setTimeout(run, GRACE_MS);
  function end() {
    clearTimeout(timer);
    waiting.delete(run);
  }
  function stay() {
    const left = new Set(leaving.peek());
    for (const id of ids) left.delete(id);
    leaving.value = left;
  }
  function run() {
    end();
    void erase(ids).finally(() => {
      stay();
      deletions.value += 1;
    });
  }
  waiting.add(run);
  leaving.value = new Set([...leaving.peek(), ...ids]);
  toast(t.library.deleted(ids.length), {
    label: t.undo,
    ms: GRACE_MS,
    run: () => {
      end();
      stay();
    },
  });
}

async function erase(ids: string[]): Promise<void> {
  const requests: Promise<unknown>[] = [];
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const body = { ids: ids.slice(start, start + AT_ONCE) };
    requests.push(got(v1.POST("/v1/models/delete", { body, keepalive: true }))); // also when the page is left
  }
  await Promise.all(requests).catch((error) => toast(messageOf(error)));
}

addEventListener("pagehide", () => {
  for (const run of waiting) run();
});
